//! `trustlane._core.BatvRing` and the address below a tag.

use std::sync::Arc;

use pyo3::prelude::*;
use trustlane_core::batv::{self, RingKey};
use trustlane_core::dns::Name;

use crate::errors::{bad_argument, bad_key};

/// Our keys for bounce addresses: `(number, first day, secret)`, days since 1970 (draft-levine-smtp-batv §4.1).
#[pyclass(frozen, module = "trustlane._core")]
pub struct BatvRing(pub Arc<batv::Ring>);

#[pymethods]
impl BatvRing {
    #[new]
    #[pyo3(signature = (keys, domains, *, lifetime_days = batv::LIFETIME_DAYS, run_in_ends = 0))]
    fn new(
        keys: Vec<(u8, u64, Vec<u8>)>,
        domains: Vec<String>,
        lifetime_days: u64,
        run_in_ends: u64,
    ) -> PyResult<Self> {
        let read = |domain: &String| Name::parse(domain).ok_or_else(|| bad_argument("no domain name", domain));
        let domains = domains.iter().map(read).collect::<PyResult<_>>()?;
        let keys: Vec<RingKey<'_>> = keys
            .iter()
            .map(|(number, first_day, secret)| RingKey { number: *number, first_day: *first_day, secret })
            .collect();
        let ring = batv::Ring::new(&keys, domains, lifetime_days, run_in_ends);
        ring.map(|ring| Self(Arc::new(ring))).map_err(|why| bad_key(&why.to_string()))
    }

    #[getter]
    fn lifetime_days(&self) -> u64 {
        self.0.lifetime_days()
    }

    /// The address to send with, and why it bears no tag of ours, or `None` where it does.
    fn tag(&self, path: &str, day: u64) -> (String, Option<&'static str>) {
        match batv::tag(&self.0, path, day) {
            Ok(tagged) => (tagged, None),
            Err(why) => (path.to_owned(), Some(why.word())),
        }
    }

    /// What the tag of an address comes to, and the address below it.
    fn check(&self, path: &str, day: u64) -> (&'static str, String) {
        let verdict = batv::verdict(&self.0, path, day);
        let address = verdict.address().unwrap_or(path).to_owned();
        (verdict.word(), address)
    }
}

/// The address below any tag, ours or another's; for keys of history, never for delivery.
#[pyfunction]
pub fn untagged(path: &str) -> String {
    batv::untagged(path)
}

/// Whether mail from this reverse-path is a bounce.
#[pyfunction]
pub fn is_bounce_sender(mail_from: &str) -> bool {
    batv::is_bounce_sender(mail_from)
}
