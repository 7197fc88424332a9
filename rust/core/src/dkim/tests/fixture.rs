//! A message in, findings out; DNS is a table, and signatures can be made of any field text.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::crypto::SigningKey;
use crate::dkim::parse::parse;
use crate::dkim::select::{FieldIndex, OwnField, data_digest};
use crate::dkim::{Evaluation, KeyCache, Limits};
use crate::dns::{Answer, Answers, Lookups, Question, Record};
use crate::finding::{Finding, Value};
use crate::message::{Arrival, ArrivalOptions, BodyHasher, BodyHashes, BodySpec, Header, HeaderLimits, LineEnds};
use crate::octets::colon_list;

pub const NOW: u64 = 1_800_000_000;

pub const RSA_PEM: &str = include_str!("rsa2048.pem");
pub const RSA_PUBLIC: &str = "MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAt08Ls5HyJEflQwG0yEtUo6L4V0KuD3SKJRMjeRoE+JSwCETPzRoznfPLtprQ6dQ31bDNO1bEzVCLMk5W97zKxPLh2NAjjq0EKV/In1MO5Z1Dv72fZEk6Wo0SPcDoGRCTbIfUJPZKlYHSqxTKAvy5xw6jRpswU5PKYYU4sgbFObGt7TB0x9oyILZg9q9bw66tEtHgLWiFwwNgahNjqD7CPbv6G/7Hfu5kCGLGrwimhJhclMJb6hri6Khx62Q03TptXqHECFkJ5rmMb35vDRdmzqcHSVPb23vRuInPtokIRb73/ztTz1jfXEEznVgxVaV3JzZWk733Ba3fLKbVS0p48QIDAQAB";
pub const ED25519_PEM: &str = include_str!("ed25519.pem");
pub const ED25519_PUBLIC: &str = "9sZBJtimpOeGBSnGttC3xTZG5sZ73rPX6okBHlIq6BU=";

/// Good mail without a signature.
pub const MAIL: &str = "From: Ann <ann@example.com>\r\nTo: Bob <bob@example.org>\r\nSubject: Lunch\r\n\r\nAt noon?\r\n";

/// A good signature; `{bh}` and `{b}` are filled in.
pub const FIELD: &str = "v=1; a=rsa-sha256; c=relaxed/relaxed; d=example.com; s=sel; h=From:To:Subject; bh={bh}; b={b}";

pub fn rsa() -> SigningKey {
    SigningKey::from_pem(RSA_PEM).expect("a good key")
}

pub fn ed25519() -> SigningKey {
    SigningKey::from_pem(ED25519_PEM).expect("a good key")
}

/// DNS as a table of names and answers; names not in it do not exist.
pub type Zone = Vec<(String, Answer)>;

pub fn txt(text: &str) -> Answer {
    Answer::Found { records: vec![Record::Txt(text.as_bytes().to_vec())].into(), is_secure: false }
}

/// `sel._domainkey.example.com` with this answer.
pub fn zone_with(answer: Answer) -> Zone {
    vec![("sel._domainkey.example.com".into(), answer)]
}

/// The key of [`rsa`] where [`FIELD`] looks for it.
pub fn zone() -> Zone {
    zone_with(txt(&format!("v=DKIM1; p={RSA_PUBLIC}")))
}

#[derive(Debug, PartialEq, Eq)]
pub struct Examined {
    pub findings: Vec<Finding>,
    pub questions: Vec<Question>,
    pub verifications: u32,
}

pub fn examine(message: &[u8], zone: &Zone) -> Examined {
    examine_chunks(&[message], zone, LineEnds::AsIs, NOW)
}

pub fn examine_chunks(chunks: &[&[u8]], zone: &Zone, line_ends: LineEnds, now_seconds: u64) -> Examined {
    let mut evaluation = None;
    let mut choose = |header: &Header| -> Vec<BodySpec> {
        evaluation.insert(Evaluation::begin(header, now_seconds, &Limits::default())).wanted_bodies()
    };
    let mut arrival = Arrival::new(ArrivalOptions { line_ends, ..ArrivalOptions::default() });
    chunks.iter().for_each(|chunk| arrival.feed(chunk, &mut choose));
    arrival.finish(&mut choose);
    let mut evaluation = evaluation.expect("a finished header was shown");
    let header = arrival.header().expect("a finished message has a header");
    let (keys, mut answers) = (KeyCache::default(), Answers::default());
    loop {
        let mut lookups = Lookups::new(&answers);
        if evaluation.advance(header, arrival.bodies(), &keys, &mut lookups).is_ok() {
            break;
        }
        let missing = lookups.into_missing();
        assert!(!missing.is_empty(), "only answers are waited for");
        for question in missing {
            let found = zone.iter().find(|(name, _)| name == question.name.as_str());
            let answer = found.map_or(Answer::NxDomain { is_secure: false }, |(_, answer)| answer.clone());
            answers.learn(question, answer);
        }
    }
    Examined {
        findings: evaluation.findings(),
        questions: answers.in_order().iter().map(|(question, _)| question.clone()).collect(),
        verifications: evaluation.verifications(),
    }
}

/// Result word and code of each finding.
pub fn told(examined: &Examined) -> Vec<(&'static str, &'static str)> {
    examined.findings.iter().map(|finding| (finding.result.word(), finding.reason.code())).collect()
}

pub fn fact(finding: &Finding, name: &str) -> Option<Value> {
    finding.facts.iter().find(|(known, _)| *known == name).map(|(_, value)| value.clone())
}

pub fn property<'f>(finding: &'f Finding, name: &str) -> Option<&'f str> {
    finding.properties.iter().find(|known| known.name == name).map(|known| known.value.as_str())
}

/// `mail` under a signature field of this value, in which `{bh}` and `{b}` are made to fit.
pub fn signed(mail: &str, field: &str, key: &SigningKey) -> String {
    let (head, body) = mail.split_once("\r\n\r\n").map_or((mail, ""), |(head, body)| (head, body));
    let empty_line = if mail.contains("\r\n\r\n") { "\r\n\r\n" } else { "" };
    let draft = field.replace("{bh}", &"A".repeat(43)).replace("{b}", "AAAA");
    let spec = parse(draft.as_bytes()).1.expect("a good field").body;
    let mut hasher = BodyHasher::new(spec);
    hasher.feed(body.as_bytes());
    let hashed = field.replace("{bh}", &STANDARD.encode(hasher.finish().digest.octets()));
    let unsigned = format!("DKIM-Signature: {}\r\n{head}\r\n", hashed.replace("{b}", "AAAA"));
    let header = Header::scan(unsigned.into_bytes(), HeaderLimits::default());
    let own_field = &header.fields()[0];
    let signature = parse(header.value(own_field)).1.expect("a good field");
    let own = OwnField { header: &header, field: own_field, removed: signature.signature_span.clone(), place: Some(0) };
    let names = colon_list(&header.value(own_field)[signature.signed_names_span.clone()]);
    let digest = data_digest(&header, &FieldIndex::new(&header), names, &own, signature.header_canonicalization);
    let signature = STANDARD.encode(key.sign(&digest).expect("the key signs"));
    format!("DKIM-Signature: {}\r\n{head}{empty_line}{body}", hashed.replace("{b}", &signature))
}

/// [`MAIL`] under [`FIELD`] with one piece of text replaced.
pub fn mail_signed_with(old: &str, new: &str) -> String {
    assert!(FIELD.contains(old), "{old} is in the field");
    signed(MAIL, &FIELD.replacen(old, new, 1), &rsa())
}

pub fn no_bodies() -> Option<&'static BodyHashes> {
    None
}
