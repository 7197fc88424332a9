//! `trustlane._core.sign` and `sign_often`.

use pyo3::prelude::*;
use pyo3::types::PyBytes;
use trustlane_core::crypto;
use trustlane_core::dkim::{Identity, SignedNames, SigningRequest, sign_message_often};
use trustlane_core::dns::Name;
use trustlane_core::message::Canonicalization;

use crate::errors::{bad_argument, bad_key, cannot_sign};
use crate::examination::read_line_ends;
use crate::key::SigningKey;

/// A DKIM-Signature field with its line end, to stand above the message it signs (RFC 6376 §5). The key is PEM, RSA or
/// Ed25519, and chooses the algorithm. `expires` is x=, after `now`.
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
    let key = crypto::SigningKey::from_pem(key).map_err(|why| bad_key(&why.to_string()))?;
    let request = SigningRequest {
        signed_seconds: Some(now),
        expires_seconds: expires,
        ..SigningRequest::new(read_name("no domain name", domain)?, read_name("no selector", selector)?, &key)
    };
    write(py, message, "as-is", &[request])
}

/// One DKIM-Signature field for each `(domain, selector, key)`, one below the other; none signs another one.
#[pyfunction]
#[pyo3(signature = (
    message, signers, *, now=None, expires=None, identity=None, canonicalization="relaxed/relaxed", names=None,
    tells_body_length=false, copies_fields=false, line_ends="as-is"
))]
#[expect(clippy::too_many_arguments, reason = "they are the optional tags of one field, each by its name")]
pub fn sign_often<'py>(
    py: Python<'py>,
    message: &[u8],
    signers: Vec<(String, String, Py<SigningKey>)>,
    now: Option<u64>,
    expires: Option<u64>,
    identity: Option<&str>,
    canonicalization: &str,
    names: Option<Vec<String>>,
    tells_body_length: bool,
    copies_fields: bool,
    line_ends: &str,
) -> PyResult<Bound<'py, PyBytes>> {
    let (header, body) = read_canonicalization(canonicalization)?;
    let identity = identity.map(read_identity).transpose()?;
    let requests = signers.iter().map(|(domain, selector, key)| {
        let (domain, selector) = (read_name("no domain name", domain)?, read_name("no selector", selector)?);
        Ok(SigningRequest {
            header_canonicalization: header,
            body_canonicalization: body,
            signed_names: names.clone().map_or(SignedNames::Usual, SignedNames::Listed),
            signed_seconds: now,
            expires_seconds: expires,
            identity: identity.clone(),
            tells_body_length,
            copies_fields,
            ..SigningRequest::new(domain, selector, &key.get().0)
        })
    });
    write(py, message, line_ends, &requests.collect::<PyResult<Vec<_>>>()?)
}

fn write<'py>(
    py: Python<'py>,
    message: &[u8],
    line_ends: &str,
    requests: &[SigningRequest<'_>],
) -> PyResult<Bound<'py, PyBytes>> {
    let line_ends = read_line_ends(line_ends)?;
    let fields = py.detach(|| sign_message_often(message, line_ends, requests));
    fields.map(|fields| PyBytes::new(py, &fields)).map_err(cannot_sign)
}

pub fn read_name(what: &str, text: &str) -> PyResult<Name> {
    Name::parse(text).ok_or_else(|| bad_argument(what, text))
}

fn read_identity(text: &str) -> PyResult<Identity> {
    let read = text.rsplit_once('@').and_then(|(local_part, domain)| {
        Name::parse(domain).map(|domain| Identity { local_part: local_part.to_owned(), domain })
    });
    read.ok_or_else(|| bad_argument("no identity", text))
}

/// Two words with a slash between them, as in c=.
fn read_canonicalization(text: &str) -> PyResult<(Canonicalization, Canonicalization)> {
    let word = |word: &str| Canonicalization::from_word(word.as_bytes());
    let read = text.split_once('/').and_then(|(header, body)| Some((word(header)?, word(body)?)));
    read.ok_or_else(|| bad_argument("no canonical forms", text))
}
