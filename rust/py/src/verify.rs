//! `trustlane._core.verify_one` and `verify_many`: messages whose key records are at hand.

use pyo3::exceptions::PyKeyError;
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyDict, PyTuple};
use trustlane_core::dkim::{Batch, SignedMail};
use trustlane_core::dns::{self, Question, Record};

use crate::answer::Answer;
use crate::errors::not_finished;
use crate::finding::write_finding;
use crate::key_cache::KeyCache;
use crate::signed_mail::read_options;

type Findings<'py> = Vec<Bound<'py, PyTuple>>;

/// The findings of one message. `keys` maps the name of a key record to its text or its Answer; what is not there does
/// not exist.
#[pyfunction]
#[pyo3(signature = (message, keys, *, now, line_ends = "fix-crlf", cache = None, max_signatures = None, max_rsa_bits = None))]
#[expect(clippy::too_many_arguments, reason = "each has a name in Python")]
pub fn verify_one<'py>(
    py: Python<'py>,
    message: &[u8],
    keys: &Bound<'py, PyAny>,
    now: u64,
    line_ends: &str,
    cache: Option<&Bound<'py, KeyCache>>,
    max_signatures: Option<usize>,
    max_rsa_bits: Option<u32>,
) -> PyResult<Findings<'py>> {
    let options = read_options(now, line_ends, cache, max_signatures, max_rsa_bits)?;
    let mut mail = py.detach(|| SignedMail::whole(message, options));
    for question in mail.questions() {
        let answer = look_up(keys, &question)?;
        mail.learn(question, answer);
    }
    let findings = py.detach(|| {
        mail.questions();
        mail.findings()
    });
    write_findings(py, &findings.ok_or_else(not_finished)?)
}

/// The same for each of many messages, on so many threads at once, without the interpreter's lock.
#[pyfunction]
#[pyo3(signature = (messages, keys, *, now, threads, line_ends = "fix-crlf", cache = None, max_signatures = None, max_rsa_bits = None))]
#[expect(clippy::too_many_arguments, reason = "each has a name in Python")]
pub fn verify_many<'py>(
    py: Python<'py>,
    messages: Vec<Bound<'py, PyBytes>>,
    keys: &Bound<'py, PyAny>,
    now: u64,
    threads: usize,
    line_ends: &str,
    cache: Option<&Bound<'py, KeyCache>>,
    max_signatures: Option<usize>,
    max_rsa_bits: Option<u32>,
) -> PyResult<Vec<Findings<'py>>> {
    let options = read_options(now, line_ends, cache, max_signatures, max_rsa_bits)?;
    let octets: Vec<&[u8]> = messages.iter().map(|message| message.as_bytes()).collect();
    let batch = py.detach(|| Batch::read(&octets, &options, threads));
    let answers = batch
        .questions()
        .map(|asked| asked.iter().map(|question| look_up(keys, question)).collect())
        .collect::<PyResult<_>>()?;
    let findings = py.detach(|| batch.findings(answers));
    findings.iter().map(|findings| write_findings(py, findings)).collect()
}

fn write_findings<'py>(py: Python<'py>, findings: &[trustlane_core::finding::Finding]) -> PyResult<Findings<'py>> {
    findings.iter().map(|finding| write_finding(py, finding)).collect()
}

/// Any mapping will do; what it raises but KeyError is the caller's own.
fn look_up(keys: &Bound<'_, PyAny>, question: &Question) -> PyResult<dns::Answer> {
    let name = question.name.as_str();
    let found = match keys.cast_exact::<PyDict>() {
        Ok(keys) => keys.get_item(name)?,
        Err(_) => match keys.get_item(name) {
            Err(error) if error.is_instance_of::<PyKeyError>(keys.py()) => None,
            found => Some(found?),
        },
    };
    let Some(found) = found else { return Ok(dns::Answer::NxDomain { is_secure: false }) };
    if let Ok(answer) = found.cast_exact::<Answer>() {
        return Ok(answer.get().0.clone());
    }
    let text = found.extract::<&[u8]>()?.to_vec();
    Ok(dns::Answer::Found { records: vec![Record::Txt(text)].into(), is_secure: false })
}
