//! `trustlane._core.Inquiry`.

use pyo3::IntoPyObjectExt;
use pyo3::prelude::*;
use pyo3::types::PyDict;
use trustlane_core::address::author_domains;
use trustlane_core::dmarc::{self, Destination, Discovered, Identifier, ReportKind};
use trustlane_core::dns::Name;
use trustlane_core::finding::{Finding, Method};
use trustlane_core::inquiry;
use trustlane_core::spf::{self, Identity, Request, Sender};

use crate::answer::Answer;
use crate::errors::{bad_argument, not_finished};
use crate::examination::read_address;
use crate::finding::write_finding;
use crate::question::Question;
use crate::suffixes::{PublicSuffixes, discovery_by, write_policy_record};

/// One check without a message: questions out, answers in, then its outcome.
#[pyclass(module = "trustlane._core")]
pub struct Inquiry(inquiry::Inquiry<Outcome>);

enum Outcome {
    Spf(Box<Finding>, Vec<spf::Step>),
    Dmarc(Vec<Finding>),
    Policy(Box<Discovered>, &'static str),
    Destinations(Vec<Destination>),
}

#[pymethods]
impl Inquiry {
    /// `check_host()` for `mailfrom` or `helo`, with each step; the outcome is `(finding, steps)`.
    #[staticmethod]
    #[pyo3(signature = (*, client_ip, identity, mail_from = "", helo = "", receiver = "", now))]
    fn spf(client_ip: &str, identity: &str, mail_from: &str, helo: &str, receiver: &str, now: u64) -> PyResult<Self> {
        let client_ip = read_address(client_ip)?;
        let identity = read_identity(identity)?;
        let (mail_from, helo, receiver) = (mail_from.to_owned(), helo.to_owned(), receiver.to_owned());
        Ok(Self(inquiry::Inquiry::new(move |lookups| {
            let sender = if mail_from.is_empty() { Sender::NULL } else { Sender::from_path(&mail_from) };
            let request = Request { client_ip, identity, sender, helo: &helo, receiver: &receiver, now_seconds: now };
            let (finding, steps) = spf::explain(&request, lookups)?;
            Ok(Outcome::Spf(Box::new(finding), steps))
        })))
    }

    /// DMARC for the values of From fields and `(method, domain, result)` of what was authenticated; the outcome is a list
    /// of findings.
    #[staticmethod]
    #[pyo3(signature = (from_values, identifiers, *, suffixes = None))]
    fn dmarc(
        from_values: Vec<Vec<u8>>,
        identifiers: Vec<(String, String, String)>,
        suffixes: Option<&Bound<'_, PublicSuffixes>>,
    ) -> PyResult<Self> {
        let values: Vec<&[u8]> = from_values.iter().map(Vec::as_slice).collect();
        let authors = author_domains(&values);
        let identifiers = identifiers.iter().map(read_identifier).collect::<PyResult<Vec<_>>>()?;
        let discovery = discovery_by(suffixes);
        Ok(Self(inquiry::Inquiry::new(move |lookups| {
            let input = dmarc::Input { authors: &authors, identifiers: &identifiers, discovery: &discovery };
            Ok(Outcome::Dmarc(dmarc::evaluate(&input, lookups)?))
        })))
    }

    /// Policy discovery for an author domain, step by step; the outcome is a dict.
    #[staticmethod]
    #[pyo3(signature = (domain, *, suffixes = None))]
    fn policy(domain: &str, suffixes: Option<&Bound<'_, PublicSuffixes>>) -> PyResult<Self> {
        let domain = read_name(domain)?;
        let discovery = discovery_by(suffixes);
        Ok(Self(inquiry::Inquiry::new(move |lookups| {
            let discovered = dmarc::discover(&domain, &discovery, lookups)?;
            Ok(Outcome::Policy(Box::new(discovered), discovery.word()))
        })))
    }

    /// Whether reports may go to these addresses (RFC 9990 §4); the outcome is a list of
    /// `(uri, word, is_granted, asked_at, overridden_by)`.
    #[staticmethod]
    #[pyo3(signature = (policy_domain, uris, *, tag = "rua", suffixes = None))]
    fn destinations(
        policy_domain: &str,
        uris: Vec<String>,
        tag: &str,
        suffixes: Option<&Bound<'_, PublicSuffixes>>,
    ) -> PyResult<Self> {
        let kinds = [ReportKind::Aggregate, ReportKind::Failure];
        let kind =
            kinds.into_iter().find(|kind| kind.tag() == tag).ok_or_else(|| bad_argument("no report tag", tag))?;
        let policy_domain = read_name(policy_domain)?;
        let discovery = discovery_by(suffixes);
        Ok(Self(inquiry::Inquiry::new(move |lookups| {
            Ok(Outcome::Destinations(dmarc::destinations(&policy_domain, &uris, kind, &discovery, lookups)?))
        })))
    }

    /// What must be known to go on; empty when the outcome is there.
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

    fn outcome<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        match self.0.outcome().ok_or_else(not_finished)? {
            Outcome::Spf(finding, steps) => {
                (write_finding(py, finding)?, write_steps(py, steps)?).into_bound_py_any(py)
            }
            Outcome::Dmarc(findings) => {
                let findings = findings.iter().map(|finding| write_finding(py, finding));
                findings.collect::<PyResult<Vec<_>>>()?.into_bound_py_any(py)
            }
            Outcome::Policy(discovered, method) => Ok(write_discovered(py, discovered, method)?.into_any()),
            Outcome::Destinations(destinations) => {
                destinations.iter().map(write_destination).collect::<Vec<_>>().into_bound_py_any(py)
            }
        }
    }

    /// Each question with its answer, in the order they were learned.
    fn transcript(&self) -> Vec<(Question, Answer)> {
        let told = self.0.transcript().iter();
        told.map(|(question, answer)| (Question(question.clone()), Answer(answer.clone()))).collect()
    }
}

/// `(depth, domain, text, outcome, asked, terms, void_lookups)` for each step.
pub fn write_steps<'py>(py: Python<'py>, steps: &[spf::Step]) -> PyResult<Bound<'py, PyAny>> {
    let step = |step: &spf::Step| {
        let asked: Vec<Question> = step.asked.iter().cloned().map(Question).collect();
        let (domain, text) = (step.domain.to_string(), step.text.clone());
        (step.depth, domain, text, step.outcome.word(), asked, step.terms, step.void_lookups)
    };
    steps.iter().map(step).collect::<Vec<_>>().into_bound_py_any(py)
}

pub fn read_identity(word: &str) -> PyResult<Identity> {
    let identities = [Identity::MailFrom, Identity::Helo];
    identities.into_iter().find(|one| one.word() == word).ok_or_else(|| bad_argument("no identity of SPF", word))
}

fn read_name(text: &str) -> PyResult<Name> {
    Name::parse(text).ok_or_else(|| bad_argument("no domain name", text))
}

fn read_identifier((method, domain, result): &(String, String, String)) -> PyResult<Identifier> {
    let methods = [Method::Dkim, Method::Spf];
    let method = methods.into_iter().find(|one| one.word() == method);
    let outcome = match result.as_str() {
        "pass" => dmarc::Outcome::Pass,
        "temperror" => dmarc::Outcome::TempError,
        _ => return Err(bad_argument("neither pass nor temperror", result)),
    };
    let method = method.ok_or_else(|| bad_argument("neither dkim nor spf", domain))?;
    Ok(Identifier { method, domain: read_name(domain)?, outcome })
}

fn write_discovered<'py>(py: Python<'py>, found: &Discovered, method: &str) -> PyResult<Bound<'py, PyDict>> {
    let step = |step: &dmarc::Step| {
        let question = step.question.clone().map(Question);
        (step.name.to_string(), question, step.seen, step.text.clone(), step.is_last)
    };
    let shown = |name: &Option<Name>| name.as_ref().map(Name::to_string);
    let record = found.record.as_ref().map(|record| write_policy_record(py, record)).transpose()?;
    let dict = PyDict::new(py);
    dict.set_item("discovery_method", method)?;
    dict.set_item("steps", found.steps.iter().map(step).collect::<Vec<_>>())?;
    dict.set_item("organizational_domain", shown(&found.organizational_domain))?;
    dict.set_item("policy_domain", shown(&found.policy_domain))?;
    dict.set_item("policy", found.policy.map(dmarc::Policy::word))?;
    dict.set_item("record", record)?;
    dict.set_item("reason", found.reason.as_ref().map(|reason| (reason.code(), reason.to_string())))?;
    Ok(dict)
}

fn write_destination(one: &Destination) -> (String, &'static str, bool, Option<String>, Vec<String>) {
    let at = match &one.authority {
        dmarc::Authority::Authorized { at }
        | dmarc::Authority::NotAuthorized { at }
        | dmarc::Authority::OverriddenElsewhere { at } => Some(at.to_string()),
        dmarc::Authority::Unavailable { question, .. } => Some(question.name.to_string()),
        _ => None,
    };
    (one.uri.clone(), one.authority.word(), one.authority.is_granted(), at, one.overridden_by.clone())
}
