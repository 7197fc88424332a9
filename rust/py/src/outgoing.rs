//! `trustlane._core.Outgoing`.

use pyo3::prelude::*;
use pyo3::types::PyBytes;
use trustlane_core::address;
use trustlane_core::dkim::{self, SigningRequest};
use trustlane_core::message::{Arrival, ArrivalOptions, BodySpec, Canonicalization, Header};

use crate::errors::cannot_sign;
use crate::examination::{forged, spans};
use crate::key::SigningKey;
use crate::sign::read_name;

/// A mail of ours on its way out: octets in, and then signatures over it. Its body is hashed as it comes and not kept.
#[pyclass(module = "trustlane._core")]
pub struct Outgoing(Arrival);

/// Both forms of a signature are relaxed: mail systems behind us may fold and trim.
const BODY: BodySpec = BodySpec { canonicalization: Canonicalization::Relaxed, limit_octets: None };

#[pymethods]
impl Outgoing {
    #[new]
    fn new() -> Self {
        Self(Arrival::new(ArrivalOptions::default()))
    }

    /// Takes the next octets of the message.
    fn feed(&mut self, py: Python<'_>, octets: &[u8]) {
        py.detach(|| self.0.feed(octets, |_| vec![BODY]));
    }

    /// The message is whole.
    fn finish(&mut self, py: Python<'_>) {
        py.detach(|| self.0.finish(|_| vec![BODY]));
    }

    /// The domains of the From field, once the header is complete; two readers may see two authors in a damaged field.
    #[getter]
    fn author_domains(&self) -> Vec<String> {
        let Some(header) = self.0.header() else { return Vec::new() };
        let fields: Vec<&[u8]> = header.named("from").map(|field| header.value(field)).collect();
        address::author_domains(&fields).domains.iter().map(ToString::to_string).collect()
    }

    /// The header block, once it is complete, without the empty line that ends it.
    #[getter]
    fn header<'py>(&self, py: Python<'py>) -> Bound<'py, PyBytes> {
        PyBytes::new(py, self.0.header().map_or(&[], Header::octets))
    }

    /// Name, begin and end of each field in the message.
    #[getter]
    fn field_spans<'py>(&self, py: Python<'py>) -> Vec<(Bound<'py, PyBytes>, usize, usize)> {
        self.0.header().map(|header| spans(py, header)).unwrap_or_default()
    }

    /// Numbers (from 0) of the fields that somebody wrote in one of our names (RFC 8601 §5).
    fn forged_results(&self, ours: Vec<String>) -> Vec<usize> {
        self.0.header().map(|header| forged(header, &ours)).unwrap_or_default()
    }

    /// One DKIM-Signature field for each `(domain, selector, key)`, one below the other; none signs another one.
    #[pyo3(signature = (signers, *, now, expires = None))]
    fn sign<'py>(
        &self,
        py: Python<'py>,
        signers: Vec<(String, String, Py<SigningKey>)>,
        now: u64,
        expires: Option<u64>,
    ) -> PyResult<Vec<Bound<'py, PyBytes>>> {
        let requests = signers.iter().map(|(domain, selector, key)| {
            let (domain, selector) = (read_name("no domain name", domain)?, read_name("no selector", selector)?);
            Ok(SigningRequest {
                signed_seconds: Some(now),
                expires_seconds: expires,
                ..SigningRequest::new(domain, selector, &key.get().0)
            })
        });
        let requests = requests.collect::<PyResult<Vec<_>>>()?;
        let fields =
            py.detach(|| requests.iter().map(|request| dkim::sign(&self.0, request)).collect::<Result<Vec<_>, _>>());
        let fields = fields.map_err(cannot_sign)?;
        Ok(fields.iter().map(|field| PyBytes::new(py, field)).collect())
    }
}
