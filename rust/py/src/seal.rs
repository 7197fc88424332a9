//! `trustlane._core.seal`, and the results that go into a seal.

use pyo3::prelude::*;
use pyo3::types::PyBytes;
use trustlane_core::arc::{ChainStatus, SealRequest, seal_message};
use trustlane_core::authres::{self, Claim, ResultLine};
use trustlane_core::dkim::SignedNames;
use trustlane_core::message::{Arrival, ArrivalOptions};

use crate::authres::{ResultParts, read_line, write_line};
use crate::errors::{bad_argument, cannot_seal};
use crate::examination::read_line_ends;
use crate::key::SigningKey;
use crate::sign::read_name;

/// `(instance, ARC-Seal, ARC-Message-Signature, ARC-Authentication-Results)`, to stand above the message in this order.
type Set<'py> = (u32, Bound<'py, PyBytes>, Bound<'py, PyBytes>, Bound<'py, PyBytes>);

/// A new set for a message whose chain had this status when it arrived (RFC 8617 §5.1).
#[pyfunction]
#[pyo3(signature = (
    message, *, domain, selector, key, authserv_id, results, status, now=None, names=None, line_ends="as-is"
))]
#[expect(clippy::too_many_arguments, reason = "they are the parts of one set, each by its name")]
pub fn seal<'py>(
    py: Python<'py>,
    message: &[u8],
    domain: &str,
    selector: &str,
    key: &Bound<'py, SigningKey>,
    authserv_id: &str,
    results: Vec<ResultParts>,
    status: &str,
    now: Option<u64>,
    names: Option<Vec<String>>,
    line_ends: &str,
) -> PyResult<Set<'py>> {
    let results: Vec<ResultLine> = results.into_iter().map(read_line).collect();
    let (domain, selector) = (read_name("no domain name", domain)?, read_name("no selector", selector)?);
    let request = SealRequest {
        results: &results,
        status: ChainStatus::from_word(status.as_bytes()).ok_or_else(|| bad_argument("no status", status))?,
        signed_names: names.map_or(SignedNames::Usual, SignedNames::Listed),
        sealed_seconds: now,
        ..SealRequest::new(domain, selector, &key.get().0, authserv_id)
    };
    let line_ends = read_line_ends(line_ends)?;
    let sealed = py.detach(|| seal_message(message, line_ends, &request)).map_err(cannot_seal)?;
    let octets = |field: &[u8]| PyBytes::new(py, field);
    Ok((sealed.instance, octets(&sealed.seal), octets(&sealed.message_signature), octets(&sealed.results)))
}

/// The results of every Authentication-Results field that bears this identifier, in the order they stand. Fields that
/// cannot be read give none.
#[pyfunction]
pub fn results_of(py: Python<'_>, message: &[u8], authserv_id: &str) -> Vec<ResultParts> {
    py.detach(|| {
        let mut arrival = Arrival::new(ArrivalOptions::default());
        arrival.feed(message, |_| Vec::new());
        arrival.finish(|_| Vec::new());
        let Some(header) = arrival.header() else { return Vec::new() };
        let is_ours = |name: &[u8], value: &[u8]| authres::claims(name, value, &[authserv_id]) == Claim::Ours;
        let fields = header.fields().iter().map(|field| (header.name(field), header.value(field)));
        let ours = fields.filter(|(name, value)| is_ours(name, value));
        let read = ours.filter_map(|(_, value)| authres::parse(value).ok());
        read.flat_map(|field| field.results).map(write_line).collect()
    })
}
