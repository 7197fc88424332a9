//! Conversion between `trustlane-core` and Python, and nothing else.
//!
//! One file per exposed class. Octets cross as `bytes`; every call into the core runs without the interpreter's lock.

mod answer;
mod authres;
mod batv;
mod beta;
mod errors;
mod examination;
mod finding;
mod functions;
mod inquiry;
mod key;
mod key_cache;
mod outgoing;
mod question;
mod response;
mod seal;
mod sign;
mod signed_mail;
mod suffixes;
mod vbr;
mod verify;

use pyo3::prelude::*;

#[pymodule(gil_used = false)]
mod _core {
    #[pymodule_export]
    use crate::answer::Answer;
    #[pymodule_export]
    use crate::authres::{parse_results, registered_methods, reported_results, write_results};
    #[pymodule_export]
    use crate::batv::{BatvRing, is_bounce_sender, untagged};
    #[pymodule_export]
    use crate::beta::{beta_bounds, beta_cumulative, beta_quantile};
    #[pymodule_export]
    use crate::errors::UnsignableMessage;
    #[pymodule_export]
    use crate::examination::Examination;
    #[pymodule_export]
    use crate::functions::{dna_grade, dna_service, reasons};
    #[pymodule_export]
    use crate::inquiry::Inquiry;
    #[pymodule_export]
    use crate::key::{SigningKey, new_key};
    #[pymodule_export]
    use crate::key_cache::KeyCache;
    #[pymodule_export]
    use crate::outgoing::Outgoing;
    #[pymodule_export]
    use crate::question::Question;
    #[pymodule_export]
    use crate::response::read_response;
    #[pymodule_export]
    use crate::seal::{results_of, seal};
    #[pymodule_export]
    use crate::sign::{sign, sign_often};
    #[pymodule_export]
    use crate::signed_mail::SignedMail;
    #[pymodule_export]
    use crate::suffixes::{PublicSuffixes, read_dmarc_record};
    #[pymodule_export]
    use crate::vbr::write_vbr_info;
    #[pymodule_export]
    use crate::verify::{verify_many, verify_one};
}
