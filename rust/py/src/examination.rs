//! `trustlane._core.Examination`.

use std::net::IpAddr;

use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyTuple};
use trustlane_core::address::recipients;
use trustlane_core::arc::Signer;
use trustlane_core::authres::{self, Claim};
use trustlane_core::dkim;
use trustlane_core::dns::Name;
use trustlane_core::examination::{self, Atps, Checks, Options, SessionFacts};
use trustlane_core::message::{ArrivalOptions, Header, LineEnds};
use trustlane_core::senderid::{self, Spf1Records};
use trustlane_core::spf;
use trustlane_core::vbr;

use crate::answer::Answer;
use crate::batv::BatvRing;
use crate::errors::{bad_argument, not_finished};
use crate::finding::write_finding;
use crate::inquiry::{read_identity, write_steps};
use crate::key_cache::{KeyCache, shared};
use crate::question::Question;
use crate::sign::read_name;
use crate::suffixes::{PublicSuffixes, discovery_by};

/// One message and every check of it: octets and answers in, questions and findings out.
#[pyclass(module = "trustlane._core")]
pub struct Examination(examination::Examination);

#[pymethods]
impl Examination {
    #[new]
    #[pyo3(signature = (*, client_ip = None, helo = None, mail_from = None, receiver = "", now, line_ends = "as-is",
        max_signatures = None, max_rsa_bits = None, trusted_sealers = Vec::new(), atps = false, cache = None,
        suffixes = None, submitter = None, checks = Vec::new(), batv = None))]
    #[expect(clippy::too_many_arguments, reason = "each has a name in Python")]
    fn new(
        client_ip: Option<&str>,
        helo: Option<String>,
        mail_from: Option<String>,
        receiver: &str,
        now: u64,
        line_ends: &str,
        max_signatures: Option<usize>,
        max_rsa_bits: Option<u32>,
        trusted_sealers: Vec<String>,
        atps: bool,
        cache: Option<&Bound<'_, KeyCache>>,
        suffixes: Option<&Bound<'_, PublicSuffixes>>,
        submitter: Option<String>,
        checks: Vec<String>,
        batv: Option<&Bound<'_, BatvRing>>,
    ) -> PyResult<Self> {
        let client_ip = client_ip.map(read_address).transpose()?;
        let facts = SessionFacts {
            client_ip,
            helo,
            mail_from,
            submitter,
            receiver: receiver.to_owned(),
            recipients: Vec::new(),
        };
        let checks = Checks { batv: batv.map(|ring| ring.get().0.clone()), ..read_checks(&checks)? };
        let arrival = ArrivalOptions { line_ends: read_line_ends(line_ends)?, ..ArrivalOptions::default() };
        let usual = dkim::Limits::default();
        let dkim = dkim::Limits {
            signatures: max_signatures.unwrap_or(usual.signatures),
            rsa_bits: max_rsa_bits.unwrap_or(usual.rsa_bits),
            ..usual
        };
        let trusted_sealers =
            trusted_sealers.iter().map(|name| read_name("no domain name", name)).collect::<PyResult<_>>()?;
        let keys = shared(cache);
        let discovery = discovery_by(suffixes);
        let atps = if atps { Atps::Evaluated } else { Atps::Ignored };
        let options = Options { now_seconds: now, arrival, dkim, discovery, trusted_sealers, atps, keys, checks };
        Ok(Self(examination::Examination::new(facts, options)))
    }

    /// Takes the next octets of the message.
    fn feed(&mut self, py: Python<'_>, octets: &[u8]) {
        py.detach(|| self.0.feed(octets));
    }

    /// One more forward-path of the envelope; bounces are judged by them.
    fn recipient(&mut self, path: String) {
        self.0.recipient(path);
    }

    /// The message is whole.
    fn finish(&mut self, py: Python<'_>) {
        py.detach(|| self.0.finish());
    }

    /// What must be known to go on; empty when every finding is there.
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

    /// Values of Received-SPF fields, one for each identity that was evaluated (RFC 7208 §9.1).
    fn received_spf(&self) -> Vec<String> {
        self.0.received_spf()
    }

    /// The steps of SPF for `mailfrom` or `helo`, evaluated once more with the answers that are there; see `Inquiry.spf`.
    fn spf_steps<'py>(&self, py: Python<'py>, identity: &str) -> PyResult<Bound<'py, PyAny>> {
        let identity = read_identity(identity)?;
        write_steps(py, &py.detach(|| self.0.spf_steps(identity)))
    }

    /// Each question with its answer, in the order they were learned.
    fn transcript(&self) -> Vec<(Question, Answer)> {
        let told = self.0.transcript().iter();
        told.map(|(question, answer)| (Question(question.clone()), Answer(answer.clone()))).collect()
    }

    /// What became of each set of its chain, the newest first: `(instance, results, signer, sealer, status)`, where signer
    /// and sealer are `(domain, selector, is verified, bits of an RSA key)`.
    fn chain<'py>(&self, py: Python<'py>) -> Vec<SetParts<'py>> {
        let sets = self.0.chain().into_iter();
        sets.map(|set| {
            let results = PyBytes::new(py, &set.results);
            (set.instance, results, signer(set.signer), signer(set.sealer), set.status.word())
        })
        .collect()
    }

    /// Public-key operations done so far.
    #[getter]
    fn verifications(&self) -> u32 {
        self.0.verifications()
    }

    /// Records read so far; those of kept answers that an earlier message read do not count.
    #[getter]
    fn compilations(&self) -> u32 {
        self.0.compilations()
    }

    /// Where the first lone CR or LF stood, if such a message is to be rejected.
    #[getter]
    fn rejected_at(&self) -> Option<u64> {
        self.0.arrival().rejected()
    }

    /// Octets of the header block, without the empty line that ends it.
    #[getter]
    fn header_octets(&self) -> usize {
        self.header_block().map_or(0, |header| header.octets().len())
    }

    /// Whether the body, or what is left of it, would tell anything.
    #[getter]
    fn wants_body(&self) -> bool {
        self.0.wants_body()
    }

    /// The header block with the empty line that ends it; nothing before it is complete.
    #[getter]
    fn header<'py>(&self, py: Python<'py>) -> Bound<'py, PyBytes> {
        let block = self.header_block().map_or(&b""[..], Header::octets);
        let end: &[u8] = if self.header_block().is_some() { b"\r\n" } else { b"" };
        PyBytes::new(py, &[block, end].concat())
    }

    /// Name, begin and end of each field in the message.
    #[getter]
    fn field_spans<'py>(&self, py: Python<'py>) -> Vec<(Bound<'py, PyBytes>, usize, usize)> {
        self.header_block().map(|header| spans(py, header)).unwrap_or_default()
    }

    /// What VBR-Info fields claim: domain, kind of mail, vouchers (RFC 5518 §4).
    #[getter]
    fn vbr_info(&self) -> Vec<(String, String, Vec<String>)> {
        let claims = self.header_block().map(vbr::claims).unwrap_or_default().into_iter();
        claims.map(|claim| (claim.domain, claim.content, claim.vouchers)).collect()
    }

    /// The recipients that the header names, as keys for comparison (RFC 5322 §3.6.3).
    #[getter]
    fn recipients(&self) -> Vec<String> {
        self.header_block().map(recipients).unwrap_or_default()
    }

    /// Numbers (from 0) of the fields that a stranger wrote in one of our names (RFC 8601 §5).
    fn forged_results(&self, ours: Vec<String>) -> Vec<usize> {
        self.header_block().map(|header| forged(header, &ours)).unwrap_or_default()
    }
}

type SignerParts = (Option<String>, Option<String>, bool, Option<u32>);

type SetParts<'py> = (u32, Bound<'py, PyBytes>, SignerParts, SignerParts, &'static str);

fn signer(signer: Signer) -> SignerParts {
    let text = |name: Option<Name>| name.map(|name| name.to_string());
    (text(signer.domain), text(signer.selector), signer.is_verified, signer.rsa_bits)
}

impl Examination {
    fn header_block(&self) -> Option<&Header> {
        self.0.arrival().header()
    }
}

/// Name, begin and end of each field in the message.
pub fn spans<'py>(py: Python<'py>, header: &Header) -> Vec<(Bound<'py, PyBytes>, usize, usize)> {
    let fields = header.fields().iter();
    fields.map(|field| (PyBytes::new(py, header.name(field)), field.whole.start, field.whole.end)).collect()
}

/// Numbers (from 0) of the fields that a stranger wrote in one of our names (RFC 8601 §5, RFC 7208 §9.1).
pub fn forged(header: &Header, ours: &[String]) -> Vec<usize> {
    let ours: Vec<&str> = ours.iter().map(String::as_str).collect();
    let is_forged = |name: &[u8], value: &[u8]| {
        let claim = authres::claims(name, value, &ours);
        matches!(claim, Claim::Ours | Claim::Unreadable) || spf::is_forged(name, value, &ours)
    };
    let fields = header.fields().iter().enumerate();
    fields.filter(|(_, field)| is_forged(header.name(field), header.value(field))).map(|(number, _)| number).collect()
}

pub fn read_address(text: &str) -> PyResult<IpAddr> {
    text.parse().map_err(|_| bad_argument("no IP address", text))
}

/// The words of the checks that a site may choose.
fn read_checks(words: &[String]) -> PyResult<Checks> {
    let mut checks = Checks::default();
    for word in words {
        match word.as_str() {
            "helo" => checks.helo = true,
            "csa" => checks.csa = true,
            "sender-id" => checks.sender_id = Some(senderid::Options { spf1: Spf1Records::ForMailFromOnly }),
            "sender-id-by-spf1" => checks.sender_id = Some(senderid::Options { spf1: Spf1Records::ForPraToo }),
            _ => return Err(bad_argument("no check that one may choose", word)),
        }
    }
    Ok(checks)
}

pub fn read_line_ends(word: &str) -> PyResult<LineEnds> {
    match word {
        "as-is" => Ok(LineEnds::AsIs),
        "fix-crlf" => Ok(LineEnds::FixCrlf),
        "reject" => Ok(LineEnds::Reject),
        _ => Err(bad_argument("no policy for line ends", word)),
    }
}
