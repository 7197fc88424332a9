//! The only file that makes a Python exception.

use pyo3::PyErr;
use pyo3::exceptions::PyValueError;

/// An argument that no caller may pass, with what was found in its place.
pub fn bad_argument(what: &str, found: &str) -> PyErr {
    PyValueError::new_err(format!("{what}: {found:?}"))
}
