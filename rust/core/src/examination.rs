//! One message, every check: octets and answers in, questions and findings out.
//!
//! Nothing here looks anything up or reads a clock. A check keeps its outcome once it has one, so cryptography runs once
//! however often answers come; what is missing is asked for all checks together.

use std::net::IpAddr;

use crate::address::{self, AuthorDomains};
use crate::dns::{Answer, Answers, Lookups, Name, Question, Unavailable, Wait};
use crate::finding::{Finding, ResultWord, Value};
use crate::message::{Arrival, ArrivalOptions, BodySpec, Header};
use crate::{dkim, dmarc, iprev, spf};

/// Rounds of questions. One SPF evaluation asks at most ten terms one after another, each with hosts or names behind it
/// (RFC 7208 §4.6.4), and an explanation; all else fits beside that. What is still missing then counts as unavailable.
pub const MAX_ROUNDS: u32 = 32;

/// What is known of session and envelope. `None` is "not known", and findings say so.
#[derive(Debug, Clone, Default)]
pub struct SessionFacts {
    pub client_ip: Option<IpAddr>,
    /// The argument of EHLO or HELO.
    pub helo: Option<String>,
    /// The reverse-path without brackets; empty is the null path.
    pub mail_from: Option<String>,
    /// Our own name, for SPF's `%{r}` (RFC 7208 §7.2).
    pub receiver: String,
}

#[derive(Debug, Clone, Copy, Default)]
pub struct Options {
    /// The time of receipt, in seconds since 1970.
    pub now_seconds: u64,
    pub arrival: ArrivalOptions,
    pub dkim: dkim::Limits,
}

/// One message and every check of it.
#[derive(Debug)]
pub struct Examination {
    facts: SessionFacts,
    options: Options,
    arrival: Arrival,
    answers: Answers,
    rounds: u32,
    signatures: Option<dkim::Evaluation>,
    dkim: Option<Vec<Finding>>,
    /// There is none without a client address.
    iprev: Option<Option<Finding>>,
    spf_helo: Option<Finding>,
    spf_mail_from: Option<Finding>,
    authors: Option<AuthorDomains>,
    dmarc: Option<Vec<Finding>>,
}

impl Examination {
    pub fn new(facts: SessionFacts, options: Options) -> Self {
        Self {
            facts,
            options,
            arrival: Arrival::new(options.arrival),
            answers: Answers::default(),
            rounds: 0,
            signatures: None,
            dkim: None,
            iprev: None,
            spf_helo: None,
            spf_mail_from: None,
            authors: None,
            dmarc: None,
        }
    }

    /// Takes the next octets of the message, cut wherever they came.
    pub fn feed(&mut self, octets: &[u8]) {
        let (signatures, options) = (&mut self.signatures, &self.options);
        self.arrival.feed(octets, |header| begin(signatures, header, options));
    }

    /// The message is whole.
    pub fn finish(&mut self) {
        let (signatures, options) = (&mut self.signatures, &self.options);
        self.arrival.finish(|header| begin(signatures, header, options));
    }

    pub fn arrival(&self) -> &Arrival {
        &self.arrival
    }

    /// What must be known to go on; empty when every finding is there, or while only octets are missing.
    pub fn questions(&mut self) -> Vec<Question> {
        let missing = self.advance();
        if missing.is_empty() {
            return missing;
        }
        if self.rounds < MAX_ROUNDS {
            self.rounds += 1;
            return missing;
        }
        for question in missing {
            self.answers.learn(question, Answer::Unavailable(Unavailable::OverBudget));
        }
        self.questions()
    }

    /// Takes an answer; the first one to a question stays.
    pub fn learn(&mut self, question: Question, answer: Answer) {
        self.answers.learn(question, answer);
    }

    /// Each question that was answered, with its answer, in the order they came.
    pub fn transcript(&self) -> &[(Question, Answer)] {
        self.answers.in_order()
    }

    /// Every finding, in the order iprev, SPF, DKIM, DMARC; `None` while octets or answers are missing.
    pub fn findings(&self) -> Option<Vec<Finding>> {
        let spf = [self.spf_helo.clone()?, self.spf_mail_from.clone()?];
        let (dkim, dmarc) = (self.dkim.clone()?, self.dmarc.clone()?);
        Some(self.iprev.clone()?.into_iter().chain(spf).chain(dkim).chain(dmarc).collect())
    }

    /// Public-key operations done so far.
    pub fn verifications(&self) -> u32 {
        self.signatures.as_ref().map_or(0, dkim::Evaluation::verifications)
    }

    /// Runs every check that has no outcome yet; gives the questions that they lack.
    fn advance(&mut self) -> Vec<Question> {
        let mut lookups = Lookups::new(&self.answers);
        let facts = &self.facts;
        keep(&mut self.iprev, || check_iprev(facts, &mut lookups));
        keep(&mut self.spf_helo, || check_helo(facts, self.options.now_seconds, &mut lookups));
        keep(&mut self.spf_mail_from, || check_mail_from(facts, self.options.now_seconds, &mut lookups));
        if let (Some(signatures), Some(header)) = (&mut self.signatures, self.arrival.header()) {
            keep(&mut self.dkim, || {
                signatures.advance(header, self.arrival.bodies(), &mut lookups)?;
                Ok(signatures.findings())
            });
            let authors = self.authors.get_or_insert_with(|| authors(header));
            let identifiers = identifiers(&signatures.findings(), self.spf_mail_from.as_ref());
            let is_settled = self.dkim.is_some() && self.spf_mail_from.is_some();
            keep(&mut self.dmarc, || {
                // Asked ahead of its time, so that its questions leave with those for keys and SPF.
                let findings = dmarc::evaluate(&dmarc::Input { authors, identifiers: &identifiers }, &mut lookups)?;
                if is_settled { Ok(findings) } else { Err(Wait) }
            });
        }
        lookups.into_missing()
    }
}

/// An outcome that is there stays; another one is sought.
fn keep<T>(outcome: &mut Option<T>, check: impl FnOnce() -> Result<T, Wait>) {
    if outcome.is_none() {
        *outcome = check().ok();
    }
}

/// The header is complete: signatures are read, and the body hashes that they want are named.
fn begin(signatures: &mut Option<dkim::Evaluation>, header: &Header, options: &Options) -> Vec<BodySpec> {
    signatures.insert(dkim::Evaluation::begin(header, options.now_seconds, &options.dkim)).wanted_bodies()
}

/// Without a client address there is nothing to say.
fn check_iprev(facts: &SessionFacts, lookups: &mut Lookups<'_>) -> Result<Option<Finding>, Wait> {
    facts.client_ip.map(|client_ip| iprev::evaluate(client_ip, lookups)).transpose()
}

fn check_helo(facts: &SessionFacts, now_seconds: u64, lookups: &mut Lookups<'_>) -> Result<Finding, Wait> {
    let sender = facts.helo.as_deref().map(|helo| spf::Sender { local_part: "postmaster", domain: helo });
    check_spf(facts, spf::Identity::Helo, sender, now_seconds, lookups)
}

fn check_mail_from(facts: &SessionFacts, now_seconds: u64, lookups: &mut Lookups<'_>) -> Result<Finding, Wait> {
    let sender = facts
        .mail_from
        .as_deref()
        .map(|path| if path.is_empty() { spf::Sender::NULL } else { spf::Sender::from_path(path) });
    check_spf(facts, spf::Identity::MailFrom, sender, now_seconds, lookups)
}

fn check_spf(
    facts: &SessionFacts,
    identity: spf::Identity,
    sender: Option<spf::Sender<'_>>,
    now_seconds: u64,
    lookups: &mut Lookups<'_>,
) -> Result<Finding, Wait> {
    let (Some(client_ip), Some(sender)) = (facts.client_ip, sender) else {
        let missing = if facts.client_ip.is_none() { "the client's address" } else { identity.missing() };
        return Ok(spf::not_evaluated(identity, missing));
    };
    let helo = facts.helo.as_deref().unwrap_or_default();
    let request = spf::Request { client_ip, identity, sender, helo, receiver: &facts.receiver, now_seconds };
    spf::evaluate(&request, lookups)
}

fn authors(header: &Header) -> AuthorDomains {
    let fields: Vec<&[u8]> = header.named("from").map(|field| header.value(field)).collect();
    address::author_domains(&fields)
}

/// The names that DMARC may align: what DKIM and SPF for MAIL FROM validated, or may yet (RFC 9989 §4.4).
fn identifiers(dkim: &[Finding], spf: Option<&Finding>) -> Vec<dmarc::Identifier> {
    dkim.iter().chain(spf).filter_map(identifier).collect()
}

fn identifier(finding: &Finding) -> Option<dmarc::Identifier> {
    let outcome = match finding.result {
        ResultWord::Pass => dmarc::Outcome::Pass,
        ResultWord::TempError => dmarc::Outcome::TempError,
        _ => return None,
    };
    let domain = finding.facts.iter().find_map(|(name, value)| match value {
        Value::Text(text) if *name == "domain" => Name::parse(text),
        _ => None,
    })?;
    Some(dmarc::Identifier { method: finding.method, domain, outcome })
}
