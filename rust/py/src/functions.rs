//! The functions of `trustlane._core`.

use pyo3::prelude::*;
use trustlane_core::dna::{self, Recommendation};
use trustlane_core::dns::Name;
use trustlane_core::finding::Reason;

/// Every (code, sentence) that a finding can have.
#[pyfunction]
pub fn reasons() -> Vec<(&'static str, &'static str)> {
    Reason::catalogue().copied().collect()
}

/// The grade that a service's report gives, `A` to `E`; `None` for text of another form (draft-ietf-marid-csv-dna §6).
#[pyfunction]
pub fn dna_grade(text: &[u8]) -> Option<char> {
    dna::parse(text).map(Recommendation::letter)
}

/// The service that a PTR record's target names, or `None` (draft-ietf-marid-csv-dna §4).
#[pyfunction]
pub fn dna_service(target: &str) -> Option<String> {
    dna::service_of(&Name::parse(target)?).map(|name| name.to_string())
}
