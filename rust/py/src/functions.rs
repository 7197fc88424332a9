//! The functions of `trustlane._core`.

use pyo3::prelude::*;
use pyo3::types::PyBytes;
use trustlane_core::authres::{self, ResultLine};
use trustlane_core::crypto::SigningKey;
use trustlane_core::dkim::{SignedNames, SigningRequest, sign_message};
use trustlane_core::dns::Name;
use trustlane_core::finding::Reason;
use trustlane_core::message::Canonicalization;

use crate::errors::{bad_argument, cannot_sign};
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

/// A DKIM-Signature field with its line end, to stand above the message it signs (RFC 6376 §5). Header and body are
/// signed in their relaxed forms; the key is PEM, RSA or Ed25519, and chooses the algorithm. `expires` is x=, after `now`.
#[pyfunction]
#[pyo3(signature = (message, *, domain, selector, key, now, expires=None))]
pub fn sign<'py>(
    py: Python<'py>,
    message: &[u8],
    domain: &str,
    selector: &str,
    key: &str,
    now: u64,
    expires: Option<u64>,
) -> PyResult<Bound<'py, PyBytes>> {
    let request = SigningRequest {
        domain: Name::parse(domain).ok_or_else(|| bad_argument("no domain name", domain))?,
        selector: Name::parse(selector).ok_or_else(|| bad_argument("no selector", selector))?,
        key: &SigningKey::from_pem(key).map_err(|why| cannot_sign(&why.to_string()))?,
        header_canonicalization: Canonicalization::Relaxed,
        body_canonicalization: Canonicalization::Relaxed,
        signed_names: SignedNames::Usual,
        signed_seconds: Some(now),
        expires_seconds: expires,
        identity: None,
    };
    let field = py.detach(|| sign_message(message, &request)).map_err(|why| cannot_sign(&why.to_string()))?;
    Ok(PyBytes::new(py, &field))
}
