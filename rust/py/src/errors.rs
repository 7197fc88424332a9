//! The only file that makes a Python exception.

use pyo3::PyErr;
use pyo3::exceptions::{PyRuntimeError, PyValueError};

/// An argument that no caller may pass, with what was found in its place.
pub fn bad_argument(what: &str, found: &str) -> PyErr {
    PyValueError::new_err(format!("{what}: {found:?}"))
}

/// Findings were asked for while octets or answers are missing.
pub fn not_finished() -> PyErr {
    PyRuntimeError::new_err(
        "findings are not there yet: finish() the message, and learn() the answer to every question",
    )
}

/// A message or key with which no signature can be made.
pub fn cannot_sign(why: &str) -> PyErr {
    PyValueError::new_err(why.to_owned())
}
