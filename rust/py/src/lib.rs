//! Conversion between `trustlane-core` and Python, and nothing else.
//!
//! One file per exposed class. Octets cross as `bytes`; every call into the core runs without the interpreter's lock.

mod answer;
mod errors;
mod examination;
mod finding;
mod functions;
mod key;
mod question;
mod sign;

use pyo3::prelude::*;

#[pymodule(gil_used = false)]
mod _core {
    #[pymodule_export]
    use crate::answer::Answer;
    #[pymodule_export]
    use crate::errors::UnsignableMessage;
    #[pymodule_export]
    use crate::examination::Examination;
    #[pymodule_export]
    use crate::functions::{reasons, write_results};
    #[pymodule_export]
    use crate::key::{SigningKey, new_key};
    #[pymodule_export]
    use crate::question::Question;
    #[pymodule_export]
    use crate::sign::{sign, sign_often};
}
