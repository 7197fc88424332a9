//! Messages that pass through hands that seal, and what a receiver makes of them.

use crate::arc::{ChainStatus, Evaluation, SealRequest, seal_message};
use crate::authres::{ReportedProperty, ResultLine};
use crate::crypto::SigningKey;
use crate::dkim::{KeyCache, Limits};
use crate::dns::{Answers, Lookups};
use crate::finding::Finding;
use crate::message::{Arrival, ArrivalOptions, BodySpec, Header, LineEnds};
use crate::zone::{Zone, name};

pub const NOW: u64 = 1_800_000_000;

pub const MAIL: &str =
    "From: Ann <ann@example.com>\r\nTo: list@one.example\r\nSubject: Lunch\r\nDKIM-Signature: v=1\r\n\r\nAt noon?\r\n";

const KEY: &str = "9sZBJtimpOeGBSnGttC3xTZG5sZ73rPX6okBHlIq6BU=";

pub fn key() -> SigningKey {
    SigningKey::from_pem(include_str!("../../dkim/tests/ed25519.pem")).expect("a good key")
}

/// Keys of one.example to nine.example and some that cannot be had.
pub fn zone() -> Zone {
    let names = ["one", "two", "three", "four", "five", "six"];
    let keys = names.map(|name| format!("sel._domainkey.{name}.example TXT v=DKIM1; k=ed25519; p={KEY}"));
    Zone::read(&format!("{}\nsel._domainkey.late.example TXT servfail", keys.join("\n")))
}

pub fn request<'k>(domain: &str, key: &'k SigningKey, status: ChainStatus) -> SealRequest<'k> {
    SealRequest {
        status,
        sealed_seconds: Some(NOW),
        ..SealRequest::new(name(domain), name("sel"), key, "mx.here.example")
    }
}

/// The message under one more set.
pub fn sealed_by(message: &str, domain: &str, status: ChainStatus) -> String {
    let (key, results) = (key(), [result("dkim", "pass"), result("arc", status.word())]);
    let request = SealRequest { results: &results, ..request(domain, &key, status) };
    let sealed = seal_message(message.as_bytes(), LineEnds::AsIs, &request).expect("the message is sealed");
    format!("{}{message}", String::from_utf8(sealed.octets()).expect("fields are ASCII"))
}

fn result(method: &str, result: &str) -> ResultLine {
    let from = ReportedProperty { ptype: "header".into(), name: "d".into(), value: "example.com".into() };
    ResultLine {
        method: method.to_owned(),
        method_version: 1,
        result: result.to_owned(),
        reason: None,
        properties: vec![from],
    }
}

/// [`MAIL`] after these domains sealed it, one after another.
pub fn chain(domains: &[&str]) -> String {
    let status = |number| if number == 0 { ChainStatus::None } else { ChainStatus::Pass };
    let seal = |mail: String, (number, domain): (usize, &&str)| sealed_by(&mail, domain, status(number));
    domains.iter().enumerate().fold(MAIL.to_owned(), seal)
}

pub struct Examined {
    pub finding: Finding,
    /// Names that were asked for, round by round.
    pub rounds: Vec<Vec<String>>,
    pub verifications: u32,
}

impl Examined {
    pub fn told(&self) -> (&'static str, String) {
        (self.finding.result.word(), self.finding.reason.to_string())
    }

    pub fn code(&self) -> &'static str {
        self.finding.reason.code()
    }

    pub fn oldest_pass(&self) -> Option<&str> {
        let is_it = |name: &str| name == "oldest-pass";
        self.finding.properties.iter().find(|property| is_it(property.name)).map(|property| property.value.as_str())
    }
}

pub fn examine(message: &[u8]) -> Examined {
    examine_chunks(&[message], &[])
}

pub fn examine_chunks(chunks: &[&[u8]], trusted: &[&str]) -> Examined {
    let mut evaluation = None;
    let mut choose = |header: &Header| -> Vec<BodySpec> {
        evaluation.insert(Evaluation::begin(header, NOW, &Limits::default())).wanted_bodies()
    };
    let mut arrival = Arrival::new(ArrivalOptions::default());
    chunks.iter().for_each(|chunk| arrival.feed(chunk, &mut choose));
    arrival.finish(&mut choose);
    let mut evaluation = evaluation.expect("a finished header was shown");
    let header = arrival.header().expect("a finished message has a header");
    let (zone, keys, mut answers, mut rounds) = (zone(), KeyCache::default(), Answers::default(), Vec::new());
    loop {
        let mut lookups = Lookups::new(&answers);
        let outcome = evaluation.advance(header, arrival.bodies(), &keys, &mut lookups);
        let missing = lookups.into_missing();
        if outcome.is_ok() {
            break;
        }
        assert!(!missing.is_empty(), "only answers are waited for");
        rounds.push(missing.iter().map(|question| question.name.to_string()).collect());
        for question in missing {
            let answer = zone.answer(&question);
            answers.learn(question, answer);
        }
    }
    let trusted: Vec<_> = trusted.iter().map(|text| name(text)).collect();
    Examined { finding: evaluation.finding(header, &trusted), rounds, verifications: evaluation.verifications() }
}
