//! `trustlane._core.SignedMail`.

use pyo3::prelude::*;
use pyo3::types::PyTuple;
use trustlane_core::dkim::{self, Limits, Service, VerifyOptions};
use trustlane_core::message::ArrivalOptions;

use crate::answer::Answer;
use crate::errors::{bad_argument, not_finished};
use crate::examination::read_line_ends;
use crate::finding::write_finding;
use crate::key_cache::{KeyCache, shared};
use crate::question::Question;

/// One message and its DKIM signatures, without any other check: octets and answers in, questions and findings out.
#[pyclass(module = "trustlane._core")]
pub struct SignedMail(dkim::SignedMail);

#[pymethods]
impl SignedMail {
    #[new]
    #[pyo3(signature = (*, now, line_ends = "as-is", cache = None, max_signatures = None, max_rsa_bits = None,
        service = "email"))]
    fn new(
        now: u64,
        line_ends: &str,
        cache: Option<&Bound<'_, KeyCache>>,
        max_signatures: Option<usize>,
        max_rsa_bits: Option<u32>,
        service: &str,
    ) -> PyResult<Self> {
        let mut options = read_options(now, line_ends, cache, max_signatures, max_rsa_bits)?;
        options.limits.service = Service::from_word(service).ok_or_else(|| bad_argument("no service", service))?;
        Ok(Self(dkim::SignedMail::new(options)))
    }

    /// Takes the next octets of the message.
    fn feed(&mut self, py: Python<'_>, octets: &[u8]) {
        py.detach(|| self.0.feed(octets));
    }

    /// The message is whole.
    fn finish(&mut self, py: Python<'_>) {
        py.detach(|| self.0.finish());
    }

    /// The key records that must be known to go on; empty when every finding is there.
    fn questions(&mut self, py: Python<'_>) -> Vec<Question> {
        py.detach(|| self.0.questions()).into_iter().map(Question).collect()
    }

    /// Takes answers by question; the first answer to a question stays.
    fn learn(&mut self, answers: &Bound<'_, PyAny>) -> PyResult<()> {
        for pair in answers.call_method0("items")?.try_iter()? {
            let (question, answer): (Bound<'_, Question>, Bound<'_, Answer>) = pair?.extract()?;
            self.0.learn(question.get().0.clone(), answer.get().0.clone());
        }
        Ok(())
    }

    /// Every finding as a tuple; see `trustlane.identities.Finding`.
    fn findings<'py>(&self, py: Python<'py>) -> PyResult<Vec<Bound<'py, PyTuple>>> {
        let findings = py.detach(|| self.0.findings()).ok_or_else(not_finished)?;
        findings.iter().map(|finding| write_finding(py, finding)).collect()
    }

    /// Public-key operations done so far.
    #[getter]
    fn verifications(&self) -> u32 {
        self.0.verifications()
    }
}

/// Options of one message or many, from the arguments that a caller may leave out.
pub fn read_options(
    now_seconds: u64,
    line_ends: &str,
    cache: Option<&Bound<'_, KeyCache>>,
    max_signatures: Option<usize>,
    max_rsa_bits: Option<u32>,
) -> PyResult<VerifyOptions> {
    let usual = Limits::default();
    Ok(VerifyOptions {
        now_seconds,
        arrival: ArrivalOptions { line_ends: read_line_ends(line_ends)?, ..ArrivalOptions::default() },
        limits: Limits {
            signatures: max_signatures.unwrap_or(usual.signatures),
            rsa_bits: max_rsa_bits.unwrap_or(usual.rsa_bits),
            ..usual
        },
        keys: shared(cache),
    })
}
