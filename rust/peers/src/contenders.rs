//! What is timed, by name.

use std::hint::black_box;
use std::sync::Arc;

use trustlane_core::crypto::{Sha256, SigningKey};
use trustlane_core::dkim::{Batch, KeyCache, SignedMail, SigningRequest, VerifyOptions, sign_message_often};
use trustlane_core::dns::{Answer, Question, Record};
use trustlane_core::finding::{Finding, ResultWord};
use trustlane_core::message::{ArrivalOptions, BodyHasher, BodySpec, Canonicalization, LineEnds};

use crate::case::{Case, SIGNED_TEXT};
use crate::mail_auth_peer;

/// Mails in one call to the verifier of many.
const MAILS_AT_ONCE: usize = 64;

/// What a streamed mail is cut into; a usual read from a socket.
const CHUNK_OCTETS: usize = 16 * 1024;

pub struct Contender {
    pub call: Box<dyn FnMut()>,
    pub mails_a_call: usize,
}

pub fn ready(name: &str, case: &'static Case) -> Contender {
    let call: Box<dyn FnMut()> = match name {
        "hash" => Box::new(|| _ = black_box(Sha256::digest(case.body()))),
        "simple body" => body(case, Canonicalization::Simple),
        "relaxed body" => body(case, Canonicalization::Relaxed),
        "floor" => floor(case),
        "core" => one(case, usize::MAX),
        "core, streamed" => one(case, CHUNK_OCTETS),
        "core, many" => return Contender { call: many(case), mails_a_call: MAILS_AT_ONCE },
        "mail-auth" => mail_auth_peer::verify(case),
        "floor of signing" => signing_floor(case),
        "core signs" => sign(case),
        "mail-auth signs" => mail_auth_peer::sign(case),
        other => panic!("no contender is called {other}"),
    };
    Contender { call, mails_a_call: 1 }
}

/// What every verifier must do: hash the body, and check each signature with a key that is parsed already.
fn floor(case: &'static Case) -> Box<dyn FnMut()> {
    let keys: Vec<_> = case.signers.iter().map(|signer| (signer.public_key(), &signer.signature)).collect();
    let digest = Sha256::digest(SIGNED_TEXT);
    Box::new(move || {
        black_box(Sha256::digest(case.body()));
        assert!(keys.iter().all(|(key, signature)| key.verify(&digest, signature)), "a good signature");
    })
}

/// What every signer must do.
fn signing_floor(case: &'static Case) -> Box<dyn FnMut()> {
    let keys = signing_keys(case);
    let digest = Sha256::digest(SIGNED_TEXT);
    Box::new(move || {
        black_box(Sha256::digest(case.body()));
        keys.iter().for_each(|key| drop(black_box(key.sign(&digest))));
    })
}

/// The canonical hash of the body alone, in one chunk.
fn body(case: &'static Case, canonicalization: Canonicalization) -> Box<dyn FnMut()> {
    Box::new(move || {
        let mut hasher = BodyHasher::new(BodySpec { canonicalization, limit_octets: None });
        hasher.feed(black_box(case.body()));
        black_box(hasher.finish());
    })
}

fn one(case: &'static Case, chunk_octets: usize) -> Box<dyn FnMut()> {
    let (options, answers) = (options(case), answers(case));
    Box::new(move || {
        let mut mail = SignedMail::new(options.clone());
        black_box(&case.mail).chunks(chunk_octets).for_each(|chunk| mail.feed(chunk));
        mail.finish();
        for question in mail.questions() {
            let answer = answer(&answers, &question);
            mail.learn(question, answer);
        }
        mail.questions();
        assert_pass(&mail.findings().expect("all is answered"), case);
    })
}

fn many(case: &'static Case) -> Box<dyn FnMut()> {
    let (options, answers) = (options(case), answers(case));
    let mails = vec![case.mail.as_slice(); MAILS_AT_ONCE];
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    Box::new(move || {
        let batch = Batch::read(&mails, &options, threads);
        let each = |asked: &[Question]| asked.iter().map(|question| answer(&answers, question)).collect();
        let answers = batch.questions().map(each).collect();
        batch.findings(answers).iter().for_each(|findings| assert_pass(findings, case));
    })
}

fn options(case: &Case) -> VerifyOptions {
    let arrival = ArrivalOptions { line_ends: LineEnds::FixCrlf, ..ArrivalOptions::default() };
    let keys = Arc::new(KeyCache::default());
    VerifyOptions { now_seconds: case.now_seconds, arrival, keys, ..VerifyOptions::default() }
}

fn answers(case: &Case) -> Vec<(String, Answer)> {
    let found =
        |text: &str| Answer::Found { records: vec![Record::Txt(text.as_bytes().to_vec())].into(), is_secure: false };
    case.signers.iter().map(|signer| (signer.key_name(), found(&signer.record))).collect()
}

fn answer(answers: &[(String, Answer)], question: &Question) -> Answer {
    let known = answers.iter().find(|(name, _)| name == question.name.as_str());
    known.map_or(Answer::NxDomain { is_secure: false }, |(_, answer)| answer.clone())
}

fn assert_pass(findings: &[Finding], case: &Case) {
    let passed = findings.iter().filter(|finding| finding.result == ResultWord::Pass).count();
    assert_eq!(passed, case.signers.len(), "each signature passes");
}

fn sign(case: &'static Case) -> Box<dyn FnMut()> {
    let keys = signing_keys(case);
    Box::new(move || {
        let request = |(key, signer): (_, &crate::case::Signer)| SigningRequest {
            signed_seconds: Some(case.now_seconds),
            ..SigningRequest::new(signer.domain.clone(), signer.selector.clone(), key)
        };
        let requests: Vec<_> = keys.iter().zip(&case.signers).map(request).collect();
        let fields = sign_message_often(black_box(&case.unsigned), LineEnds::FixCrlf, &requests);
        black_box(fields.expect("it is signed"));
    })
}

fn signing_keys(case: &Case) -> Vec<SigningKey> {
    case.signers.iter().map(|signer| SigningKey::from_octets(&signer.private_der).expect("a good key")).collect()
}
