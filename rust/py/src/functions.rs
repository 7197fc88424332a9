//! The functions of `trustlane._core`.

use pyo3::prelude::*;
use trustlane_core::finding::Reason;

/// Every (code, sentence) that a finding can have.
#[pyfunction]
pub fn reasons() -> Vec<(&'static str, &'static str)> {
    Reason::catalogue().copied().collect()
}
