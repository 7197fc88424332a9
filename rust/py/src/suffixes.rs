//! `trustlane._core.PublicSuffixes` and `read_dmarc_record`.

use std::sync::Arc;

use pyo3::prelude::*;
use pyo3::types::PyDict;
use trustlane_core::dmarc::{self, Discovery};
use trustlane_core::dns::Name;

use crate::errors::bad_argument;

/// A public suffix list that the operator gave: the legacy way to organizational domains (RFC 7489 §3.2).
#[pyclass(frozen, module = "trustlane._core")]
pub struct PublicSuffixes(Arc<dmarc::PublicSuffixes>);

#[pymethods]
impl PublicSuffixes {
    #[new]
    fn new(py: Python<'_>, text: &[u8]) -> PyResult<Self> {
        let list = py.detach(|| dmarc::PublicSuffixes::parse(text));
        list.map(|list| Self(Arc::new(list))).map_err(|dmarc::NoSuffixList(why)| bad_argument("no suffix list", &why))
    }

    fn organizational_domain(&self, name: &str) -> PyResult<String> {
        let name = Name::parse(name).ok_or_else(|| bad_argument("no domain name", name))?;
        Ok(self.0.organizational_domain(&name).to_string())
    }
}

pub fn discovery_by(suffixes: Option<&Bound<'_, PublicSuffixes>>) -> Discovery {
    suffixes.map_or(Discovery::TreeWalk, |list| Discovery::PublicSuffixes(Arc::clone(&list.get().0)))
}

/// The tags of a DMARC Policy Record after their defaults; `None` where the text is no such record (RFC 9989 §4.7).
#[pyfunction]
pub fn read_dmarc_record<'py>(py: Python<'py>, text: &[u8]) -> PyResult<Option<Bound<'py, PyDict>>> {
    dmarc::parse(text).map(|record| write_policy_record(py, &record)).transpose()
}

/// `p`, `sp` and `np` are `None` in a record that asks for no DMARC.
pub fn write_policy_record<'py>(py: Python<'py>, record: &dmarc::Record) -> PyResult<Bound<'py, PyDict>> {
    let policy = |of: fn(&dmarc::Policies) -> dmarc::Policy| record.policies.as_ref().map(|all| of(all).word());
    let alignment = |alignment| if alignment == dmarc::Alignment::Strict { "s" } else { "r" };
    let psd = match record.psd {
        dmarc::Psd::Yes => "y",
        dmarc::Psd::No => "n",
        dmarc::Psd::Unsaid => "u",
    };
    let dict = PyDict::new(py);
    dict.set_item("text", &record.text)?;
    dict.set_item("p", policy(|all| all.own))?;
    dict.set_item("sp", policy(|all| all.subdomain))?;
    dict.set_item("np", policy(|all| all.nonexistent))?;
    dict.set_item("psd", psd)?;
    dict.set_item("adkim", alignment(record.dkim_alignment))?;
    dict.set_item("aspf", alignment(record.spf_alignment))?;
    dict.set_item("t", if record.is_testing { "y" } else { "n" })?;
    dict.set_item("rua", &record.aggregate_uris)?;
    dict.set_item("ruf", &record.failure_uris)?;
    dict.set_item("fo", &record.failure_options)?;
    Ok(dict)
}
