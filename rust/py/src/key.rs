//! `trustlane._core.SigningKey` and where new keys come from.

use aws_lc_rs::encoding::{AsDer, Pkcs8V1Der};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::KeySize;
use aws_lc_rs::signature::{Ed25519KeyPair, RsaKeyPair};
use pyo3::prelude::*;
use pyo3::types::PyBytes;
use trustlane_core::crypto::{self, KeyKind};

use crate::errors::{bad_argument, bad_key, no_new_key};

/// A private key, read once: PEM or DER (PKCS#1, PKCS#8), or an Ed25519 seed as 32 octets or base64.
#[pyclass(frozen, module = "trustlane._core")]
pub struct SigningKey(pub crypto::SigningKey);

#[pymethods]
impl SigningKey {
    #[new]
    fn new(octets: &[u8]) -> PyResult<Self> {
        crypto::SigningKey::from_octets(octets).map(Self).map_err(|why| bad_key(&why.to_string()))
    }

    /// `rsa` or `ed25519`, as k= of a key record has it.
    #[getter]
    fn kind(&self) -> &'static str {
        match self.0.kind() {
            KeyKind::Rsa => "rsa",
            KeyKind::Ed25519 => "ed25519",
        }
    }

    #[getter]
    fn bits(&self) -> u32 {
        self.0.bits()
    }

    /// What p= of the key record carries, before base64.
    #[getter]
    fn public_octets<'py>(&self, py: Python<'py>) -> Bound<'py, PyBytes> {
        PyBytes::new(py, &self.0.public_octets())
    }
}

/// A new private key as PKCS#8 in DER: `ed25519`, `rsa2048`, `rsa3072` or `rsa4096`.
#[pyfunction]
pub fn new_key<'py>(py: Python<'py>, kind: &str) -> PyResult<Bound<'py, PyBytes>> {
    let size = match kind {
        "ed25519" => None,
        "rsa2048" => Some(KeySize::Rsa2048),
        "rsa3072" => Some(KeySize::Rsa3072),
        "rsa4096" => Some(KeySize::Rsa4096),
        _ => return Err(bad_argument("no kind of key", kind)),
    };
    let octets = py.detach(|| match size {
        None => Ed25519KeyPair::generate_pkcs8v1(&SystemRandom::new()).map(|key| key.as_ref().to_vec()),
        Some(size) => RsaKeyPair::generate(size).and_then(|key| {
            let der: Pkcs8V1Der<'_> = key.as_der()?;
            Ok(der.as_ref().to_vec())
        }),
    });
    octets.map(|octets| PyBytes::new(py, &octets)).map_err(|_| no_new_key())
}
