//! One message, every check: octets and answers in, questions and findings out.
//!
//! Nothing here looks anything up or reads a clock. A check keeps its outcome once it has one, so cryptography runs once
//! however often answers come; what is missing is asked for all checks together.

mod optional;

use std::net::IpAddr;
use std::sync::Arc;

use crate::address::{self, AuthorDomains};
use crate::dns::{Answer, Answers, Lookups, Name, Question, Unavailable, Wait};
use crate::examination::optional::Optional;
use crate::finding::{Finding, Property, ResultWord, Value};
use crate::message::{Arrival, ArrivalOptions, BodySpec, Header};
use crate::{arc, batv, dkim, dmarc, iprev, senderid, spf};

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
    /// The value of SUBMITTER at MAIL, decoded (RFC 4405 §4).
    pub submitter: Option<String>,
    /// The forward-paths without brackets; only bounces are judged by them.
    pub recipients: Vec<String>,
    /// Our own name, for SPF's `%{r}` (RFC 7208 §7.2).
    pub receiver: String,
}

#[derive(Debug, Clone, Default)]
pub struct Options {
    /// The time of receipt, in seconds since 1970.
    pub now_seconds: u64,
    pub arrival: ArrivalOptions,
    pub dkim: dkim::Limits,
    pub discovery: dmarc::Discovery,
    /// Key records that were read before; its owner gives the same one to all examinations.
    pub keys: Arc<dkim::KeyCache>,
    /// Whose chains this site believes.
    pub trusted_sealers: Vec<Name>,
    /// Whether authors' domains are asked for whom they let sign (RFC 6541).
    pub atps: Atps,
    pub checks: Checks,
}

/// Authorized third-party signatures are an experiment, evaluated on wish.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Atps {
    #[default]
    Ignored,
    Evaluated,
}

/// The checks that a site may choose. DKIM, SPF, DMARC and iprev are always made.
#[derive(Debug, Clone, Default)]
pub struct Checks {
    pub helo: bool,
    pub csa: bool,
    pub sender_id: Option<senderid::Options>,
    /// Our keys, where bounces are judged by them.
    pub batv: Option<Arc<batv::Ring>>,
}

/// One message and every check of it.
#[derive(Debug)]
pub struct Examination {
    facts: SessionFacts,
    options: Options,
    arrival: Arrival,
    answers: Answers,
    rounds: u32,
    compilations: u32,
    signatures: Option<dkim::Evaluation>,
    chain: Option<arc::Evaluation>,
    dkim: Option<Vec<Finding>>,
    /// There is none unless it is wished for.
    atps: Option<Option<Finding>>,
    /// There is none without any field of ARC.
    arc: Option<Option<Finding>>,
    /// There is none without a client address.
    iprev: Option<Option<Finding>>,
    optional: Optional,
    spf_helo: Option<Finding>,
    spf_mail_from: Option<Finding>,
    authors: Option<AuthorDomains>,
    dmarc: Option<Vec<Finding>>,
}

impl Examination {
    pub fn new(facts: SessionFacts, options: Options) -> Self {
        Self {
            facts,
            arrival: Arrival::new(options.arrival),
            options,
            answers: Answers::default(),
            rounds: 0,
            compilations: 0,
            signatures: None,
            chain: None,
            dkim: None,
            atps: None,
            arc: None,
            iprev: None,
            optional: Optional::default(),
            spf_helo: None,
            spf_mail_from: None,
            authors: None,
            dmarc: None,
        }
    }

    /// Takes the next octets of the message, cut wherever they came.
    pub fn feed(&mut self, octets: &[u8]) {
        let (signatures, chain, options) = (&mut self.signatures, &mut self.chain, &self.options);
        self.arrival.feed(octets, |header| begin(signatures, chain, header, options));
    }

    /// The message is whole.
    pub fn finish(&mut self) {
        let (signatures, chain, options) = (&mut self.signatures, &mut self.chain, &self.options);
        self.arrival.finish(|header| begin(signatures, chain, header, options));
    }

    /// Whether the body, or what is left of it, would tell anything: before the header is complete nobody knows, and then
    /// it is what signatures cover.
    pub fn wants_body(&self) -> bool {
        match (&self.signatures, &self.chain) {
            (Some(signatures), Some(chain)) => !wanted_bodies(signatures, chain).is_empty(),
            _ => true,
        }
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

    /// One more forward-path of the envelope.
    pub fn recipient(&mut self, path: String) {
        self.facts.recipients.push(path);
    }

    /// Every finding, in the order iprev, HELO, CSA, SPF, Sender ID, DKIM, ATPS, ARC, DMARC, BATV; `None` while octets or
    /// answers are missing.
    pub fn findings(&self) -> Option<Vec<Finding>> {
        let of_client = self.iprev.clone()?.into_iter().chain(self.optional.of_client()?);
        let spf = [self.spf_helo.clone()?, self.spf_mail_from.clone()?];
        let (dkim, dmarc) = (self.dkim.clone()?, self.dmarc.clone()?);
        let of_addresses = self.optional.of_addresses()?;
        let of_bounce = optional::of_bounce(&self.facts, &self.options);
        Some(
            of_client
                .chain(spf)
                .chain(of_addresses)
                .chain(dkim)
                .chain(self.atps.clone()?)
                .chain(self.arc.clone()?)
                .chain(dmarc)
                .chain(of_bounce)
                .collect(),
        )
    }

    /// What became of each set of its chain, the newest first.
    pub fn chain(&self) -> Vec<arc::SetReport> {
        let (chain, header) = (self.chain.as_ref(), self.arrival.header());
        chain.zip(header).map_or_else(Vec::new, |(chain, header)| chain.sets(header))
    }

    /// Values of Received-SPF fields, one for each identity that was evaluated, MAIL FROM first (RFC 7208 §9.1). Nothing
    /// while findings are missing.
    pub fn received_spf(&self) -> Vec<String> {
        let Some(client_ip) = self.facts.client_ip else { return Vec::new() };
        let told = spf::Circumstances {
            client_ip,
            helo: self.facts.helo.as_deref(),
            mail_from: self.facts.mail_from.as_deref(),
            receiver: &self.facts.receiver,
        };
        let findings = [&self.spf_mail_from, &self.spf_helo].into_iter().flatten();
        findings.filter_map(|finding| spf::write_received(finding, &told)).collect()
    }

    /// How SPF came to its finding, replayed with the answers that are there; nothing where it was not evaluated.
    pub fn spf_steps(&self, identity: spf::Identity) -> Vec<spf::Step> {
        let mut lookups = Lookups::new(&self.answers);
        let request = spf_request(&self.facts, identity, self.options.now_seconds).ok();
        let explained = request.and_then(|request| spf::explain(&request, &mut lookups).ok());
        explained.map(|(_, steps)| steps).unwrap_or_default()
    }

    /// Public-key operations done so far.
    pub fn verifications(&self) -> u32 {
        self.signatures.as_ref().map_or(0, dkim::Evaluation::verifications)
            + self.chain.as_ref().map_or(0, arc::Evaluation::verifications)
    }

    /// Records read so far; those of kept answers that an earlier message read do not count.
    pub fn compilations(&self) -> u32 {
        self.compilations
    }

    /// Runs every check that has no outcome yet; gives the questions that they lack.
    fn advance(&mut self) -> Vec<Question> {
        let mut lookups = Lookups::new(&self.answers);
        let facts = &self.facts;
        keep(&mut self.iprev, || check_iprev(facts, &mut lookups));
        let now_seconds = self.options.now_seconds;
        keep(&mut self.spf_helo, || check_spf(facts, spf::Identity::Helo, now_seconds, &mut lookups));
        keep(&mut self.spf_mail_from, || check_spf(facts, spf::Identity::MailFrom, now_seconds, &mut lookups));
        if let (Some(chain), Some(header)) = (&mut self.chain, self.arrival.header()) {
            keep(&mut self.arc, || {
                chain.advance(header, self.arrival.bodies(), &self.options.keys, &mut lookups)?;
                Ok(chain.is_there().then(|| told_from(facts, chain.finding(header, &self.options.trusted_sealers))))
            });
        }
        self.optional.advance(facts, &self.options, self.arrival.header(), &mut lookups);
        if let (Some(signatures), Some(header)) = (&mut self.signatures, self.arrival.header()) {
            keep(&mut self.dkim, || {
                signatures.advance(header, self.arrival.bodies(), &self.options.keys, &mut lookups)?;
                Ok(signatures.findings())
            });
            let authors = self.authors.get_or_insert_with(|| authors(header));
            keep(&mut self.atps, || match self.options.atps {
                Atps::Ignored => Ok(None),
                Atps::Evaluated if self.dkim.is_none() => Err(Wait),
                Atps::Evaluated => {
                    dkim::atps::evaluate(&signatures.verified(), &authors.domains, &mut lookups).map(Some)
                }
            });
            let identifiers = identifiers(&signatures.findings(), self.spf_mail_from.as_ref());
            let is_settled = self.dkim.is_some() && self.spf_mail_from.is_some();
            keep(&mut self.dmarc, || {
                // Asked ahead of its time, so that its questions leave with those for keys and SPF.
                let findings = dmarc::evaluate(
                    &dmarc::Input { authors, identifiers: &identifiers, discovery: &self.options.discovery },
                    &mut lookups,
                )?;
                if is_settled { Ok(findings) } else { Err(Wait) }
            });
        }
        self.compilations += lookups.compilations();
        lookups.into_missing()
    }
}

/// An outcome that is there stays; another one is sought.
fn keep<T>(outcome: &mut Option<T>, check: impl FnOnce() -> Result<T, Wait>) {
    if outcome.is_none() {
        *outcome = check().ok();
    }
}

/// The header is complete: signatures are read, and the body hashes that they want are named, each once.
fn begin(
    signatures: &mut Option<dkim::Evaluation>,
    chain: &mut Option<arc::Evaluation>,
    header: &Header,
    options: &Options,
) -> Vec<BodySpec> {
    let signatures = signatures.insert(dkim::Evaluation::begin(header, options.now_seconds, &options.dkim));
    let chain = chain.insert(arc::Evaluation::begin(header, options.now_seconds, &options.dkim));
    wanted_bodies(signatures, chain)
}

fn wanted_bodies(signatures: &dkim::Evaluation, chain: &arc::Evaluation) -> Vec<BodySpec> {
    let mut wanted = signatures.wanted_bodies();
    for spec in chain.wanted_bodies() {
        if !wanted.contains(&spec) {
            wanted.push(spec);
        }
    }
    wanted
}

/// A chain is reported beside the address from which it came (RFC 8617 §6).
fn told_from(facts: &SessionFacts, mut chain: Finding) -> Finding {
    chain.properties.extend(facts.client_ip.map(|ip| Property::new("smtp", "remote-ip", ip.to_string())));
    chain
}

/// Without a client address there is nothing to say.
fn check_iprev(facts: &SessionFacts, lookups: &mut Lookups<'_>) -> Result<Option<Finding>, Wait> {
    facts.client_ip.map(|client_ip| iprev::evaluate(client_ip, lookups)).transpose()
}

fn check_spf(
    facts: &SessionFacts,
    identity: spf::Identity,
    now_seconds: u64,
    lookups: &mut Lookups<'_>,
) -> Result<Finding, Wait> {
    match spf_request(facts, identity, now_seconds) {
        Ok(request) => spf::evaluate(&request, lookups),
        Err(missing) => Ok(spf::not_evaluated(identity, missing)),
    }
}

/// What SPF is told, or what is not known that it would need.
fn spf_request(
    facts: &SessionFacts,
    identity: spf::Identity,
    now_seconds: u64,
) -> Result<spf::Request<'_>, &'static str> {
    let client_ip = facts.client_ip.ok_or("the client's address")?;
    let sender = match identity {
        spf::Identity::Helo => facts.helo.as_deref().map(|helo| spf::Sender { local_part: "postmaster", domain: helo }),
        spf::Identity::MailFrom => facts.mail_from.as_deref().map(|path| match path {
            "" => spf::Sender::NULL,
            path => spf::Sender::from_path(path),
        }),
    };
    let sender = sender.ok_or(identity.missing())?;
    let helo = facts.helo.as_deref().unwrap_or_default();
    Ok(spf::Request { client_ip, identity, sender, helo, receiver: &facts.receiver, now_seconds })
}

fn authors(header: &Header) -> AuthorDomains {
    let fields: Vec<&[u8]> = header.named("from").map(|field| header.value(field)).collect();
    address::author_domains(&fields)
}

/// The names that DMARC may align: what DKIM and SPF for MAIL FROM validated, or may yet (RFC 9989 §4.4).
fn identifiers(dkim: &[Finding], spf: Option<&Finding>) -> Vec<dmarc::Identifier> {
    dkim.iter().chain(spf).filter_map(identifier).collect()
}

/// Mail under a key in test mode is treated as if it were not signed (RFC 6376 §3.6.1, t=y).
fn identifier(finding: &Finding) -> Option<dmarc::Identifier> {
    if finding.facts.contains(&("is_testing", Value::Flag(true))) {
        return None;
    }
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

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::crypto::SigningKey;
    use crate::dkim::{SigningRequest, sign_message};
    use crate::zone::{Zone, name};

    const NOW: u64 = 1_800_000_000;
    const KEY: &str = "9sZBJtimpOeGBSnGttC3xTZG5sZ73rPX6okBHlIq6BU=";

    /// A mail with two signatures of one signer, as an outgoing relay and its gateway might make.
    fn mail() -> Vec<u8> {
        let key = SigningKey::from_pem(include_str!("dkim/tests/ed25519.pem")).expect("a good key");
        let request =
            SigningRequest { signed_seconds: Some(NOW), ..SigningRequest::new(name("example.com"), name("sel"), &key) };
        let letter = b"From: Ann <ann@example.com>\r\nSubject: hi\r\n\r\nHello\r\n";
        let once = [sign_message(letter, &request).expect("it is signed"), letter.to_vec()].concat();
        [sign_message(&once, &request).expect("it is signed"), once].concat()
    }

    fn zone() -> Zone {
        Zone::read(&format!(
            "sel._domainkey.example.com TXT v=DKIM1; k=ed25519; p={KEY}
             example.com TXT v=spf1 a mx -all
             example.com A 192.0.2.1
             example.com MX mx.example.com
             mx.example.com A 192.0.2.3
             mx.example.com TXT v=spf1 a -all
             3.2.0.192.in-addr.arpa PTR mx.example.com
             _dmarc.example.com TXT v=DMARC1; p=reject"
        ))
    }

    fn facts() -> SessionFacts {
        SessionFacts {
            client_ip: Some("192.0.2.3".parse().expect("an address")),
            helo: Some("mx.example.com".to_owned()),
            mail_from: Some("ann@example.com".to_owned()),
            receiver: "here.example".to_owned(),
            ..SessionFacts::default()
        }
    }

    fn begun(facts: SessionFacts) -> Examination {
        Examination::new(facts, Options { now_seconds: NOW, ..Options::default() })
    }

    fn told(findings: &[Finding]) -> Vec<(&'static str, &'static str, &'static str)> {
        findings.iter().map(|one| (one.method.word(), one.result.word(), one.reason.code())).collect()
    }

    /// Answers everything that is asked, round by round; gives the questions of each round.
    fn answered(examination: &mut Examination, zone: &Zone) -> Vec<usize> {
        let mut rounds = Vec::new();
        loop {
            let questions = examination.questions();
            if questions.is_empty() {
                return rounds;
            }
            rounds.push(questions.len());
            for question in questions {
                let answer = zone.answer(&question);
                examination.learn(question, answer);
            }
        }
    }

    const ALL_PASS: [(&str, &str, &str); 6] = [
        ("iprev", "pass", "iprev.confirmed"),
        ("spf", "pass", "spf.matched"),
        ("spf", "pass", "spf.matched"),
        ("dkim", "pass", "dkim.verified"),
        ("dkim", "pass", "dkim.verified"),
        ("dmarc", "pass", "dmarc.aligned"),
    ];

    // proves: RFC 8601 §2.7.1
    #[test]
    fn every_check_tells_its_finding_and_each_signature_is_verified_once() {
        let mut examination = begun(facts());
        examination.feed(&mail());
        examination.finish();
        assert_eq!(examination.findings(), None);
        let rounds = answered(&mut examination, &zone());
        assert_eq!(told(&examination.findings().expect("all is answered")), ALL_PASS);
        assert_eq!(examination.verifications(), 2);
        assert!(examination.questions().is_empty());
        assert_eq!(examination.verifications(), 2);
        assert_eq!(rounds.len(), 2, "{rounds:?}");
    }

    #[test]
    fn what_needs_no_octets_is_asked_before_they_come_and_keys_before_the_body_ends() {
        let mail = mail();
        let mut examination = begun(facts());
        let asked = |examination: &mut Examination| -> Vec<String> {
            examination.questions().iter().map(|question| question.name.to_string()).collect()
        };
        assert_eq!(asked(&mut examination), ["3.2.0.192.in-addr.arpa", "mx.example.com", "example.com"]);
        let end_of_header = mail.windows(4).position(|window| window == b"\r\n\r\n").expect("a header ends") + 4;
        examination.feed(&mail[..end_of_header]);
        let asked = asked(&mut examination);
        for name in ["sel._domainkey.example.com", "_dmarc.example.com", "_dmarc.com"] {
            assert!(asked.iter().any(|one| one == name), "{asked:?}");
        }
        examination.feed(&mail[end_of_header..]);
        examination.finish();
        answered(&mut examination, &zone());
        assert_eq!(told(&examination.findings().expect("all is answered")), ALL_PASS);
    }

    #[test]
    fn a_body_that_no_signature_covers_is_not_wanted() {
        for (message, wants_body) in [
            (&mail()[..], true),
            (b"From: ann@example.com\r\n", true),
            (b"From: ann@example.com\r\n\r\n", false),
            (b"DKIM-Signature: v=2\r\nFrom: ann@example.com\r\n\r\n", false),
        ] {
            let mut examination = begun(facts());
            examination.feed(message);
            assert_eq!(examination.wants_body(), wants_body, "{}", String::from_utf8_lossy(message));
        }
    }

    #[test]
    fn what_is_not_known_is_not_evaluated_and_says_so() {
        let not_evaluated = ("spf", "none", "spf.not-evaluated");
        for (facts, expected) in [
            (SessionFacts::default(), vec![not_evaluated, not_evaluated]),
            (SessionFacts { client_ip: None, ..facts() }, vec![not_evaluated, not_evaluated]),
            (SessionFacts { helo: None, ..facts() }, vec![("iprev", "pass", "iprev.confirmed"), not_evaluated]),
        ] {
            let mut examination = begun(facts);
            examination.feed(b"From: ann@example.com\r\n\r\n");
            examination.finish();
            answered(&mut examination, &zone());
            let findings = told(&examination.findings().expect("all is answered"));
            assert_eq!(findings[..expected.len()], expected);
        }
    }

    /// A resolver that never answers what it is asked must not hold a mail for ever.
    #[test]
    fn after_the_last_round_what_is_missing_is_unavailable() {
        let mut examination = begun(facts());
        examination.feed(&mail());
        examination.finish();
        let mut rounds = 0;
        while !examination.questions().is_empty() {
            rounds += 1;
        }
        assert_eq!(rounds, MAX_ROUNDS);
        let findings = examination.findings().expect("what is missing was given up");
        assert!(findings.iter().all(|one| one.result == ResultWord::TempError), "{:?}", told(&findings));
    }

    proptest! {
        #[test]
        fn any_cut_and_any_order_of_answers_give_the_same_findings(
            cuts in prop::collection::vec(0usize..1500, 0..6),
            picks in prop::collection::vec(any::<prop::sample::Index>(), 64),
        ) {
            let mail = mail();
            let mut cuts: Vec<usize> = cuts.into_iter().map(|cut| cut.min(mail.len())).collect();
            cuts.extend([0, mail.len()]);
            cuts.sort_unstable();
            let mut examination = begun(facts());
            cuts.windows(2).for_each(|pair| examination.feed(&mail[pair[0]..pair[1]]));
            examination.finish();
            let mut picks = picks.into_iter();
            loop {
                let questions = examination.questions();
                let Some(pick) = picks.next().filter(|_| !questions.is_empty()) else { break };
                let question = pick.get(&questions).clone();
                let answer = zone().answer(&question);
                examination.learn(question, answer);
            }
            prop_assert_eq!(told(&examination.findings().expect("all is answered")), ALL_PASS);
            prop_assert_eq!(examination.verifications(), 2);
        }
    }
}
