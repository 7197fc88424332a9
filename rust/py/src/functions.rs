//! The functions of `trustlane._core`.

use pyo3::prelude::*;
use pyo3::types::PyBytes;
use trustlane_core::authres::{self, ResultLine};
use trustlane_core::finding::Reason;

use crate::finding::{ResultParts, read_result};

/// The value of an Authentication-Results field, folded (RFC 8601 §2.2).
#[pyfunction]
pub fn write_results<'py>(py: Python<'py>, authserv_id: &str, results: Vec<ResultParts>) -> Bound<'py, PyBytes> {
    let lines: Vec<ResultLine> = results.into_iter().map(read_result).collect();
    let field = py.detach(|| authres::write(authserv_id, &lines));
    let value = field.strip_prefix(b"Authentication-Results:").unwrap_or(&field);
    PyBytes::new(py, value.trim_ascii())
}

/// Every (code, sentence) that a finding can have.
#[pyfunction]
pub fn reasons() -> Vec<(&'static str, &'static str)> {
    Reason::catalogue().copied().collect()
}
