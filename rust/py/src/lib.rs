//! Conversion between `trustlane-core` and Python, and nothing else.
//!
//! One file per exposed class. Octets cross as `bytes`; every call into the core runs without the interpreter's lock.

mod answer;
mod errors;
mod examination;
mod finding;
mod functions;
mod question;

use pyo3::prelude::*;

#[pymodule(gil_used = false)]
mod _core {
    #[pymodule_export]
    use crate::answer::Answer;
    #[pymodule_export]
    use crate::examination::Examination;
    #[pymodule_export]
    use crate::functions::{reasons, sign, write_results};
    #[pymodule_export]
    use crate::question::Question;
}
