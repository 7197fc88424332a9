//! One message and its signatures, without any other check: octets and key records in, findings out.

use std::sync::Arc;

use super::{Evaluation, KeyCache, Limits};
use crate::dns::{Answer, Answers, Lookups, Question};
use crate::finding::Finding;
use crate::message::{Arrival, ArrivalOptions, BodySpec, Header};

#[derive(Debug, Clone, Default)]
pub struct VerifyOptions {
    /// The time of receipt, in seconds since 1970.
    pub now_seconds: u64,
    pub arrival: ArrivalOptions,
    pub limits: Limits,
    /// Key records that were read before; its owner gives the same one to all messages.
    pub keys: Arc<KeyCache>,
}

/// One message on its way to what its signatures prove; ask and replay, as [`crate::examination::Examination`].
#[derive(Debug)]
pub struct SignedMail {
    options: VerifyOptions,
    arrival: Arrival,
    evaluation: Option<Evaluation>,
    answers: Answers,
}

impl SignedMail {
    pub fn new(options: VerifyOptions) -> Self {
        Self { arrival: Arrival::new(options.arrival), options, evaluation: None, answers: Answers::default() }
    }

    /// A whole message.
    pub fn whole(message: &[u8], options: VerifyOptions) -> Self {
        let mut mail = Self::new(options);
        mail.feed(message);
        mail.finish();
        mail
    }

    /// Takes the next octets of the message, cut wherever they came.
    pub fn feed(&mut self, octets: &[u8]) {
        let (evaluation, options) = (&mut self.evaluation, &self.options);
        self.arrival.feed(octets, |header| begin(evaluation, header, options));
    }

    /// The message is whole.
    pub fn finish(&mut self) {
        let (evaluation, options) = (&mut self.evaluation, &self.options);
        self.arrival.finish(|header| begin(evaluation, header, options));
    }

    pub fn arrival(&self) -> &Arrival {
        &self.arrival
    }

    /// The key records that must be known to go on; none when every finding is there, or while only octets are missing.
    pub fn questions(&mut self) -> Vec<Question> {
        let (Some(evaluation), Some(header)) = (&mut self.evaluation, self.arrival.header()) else { return Vec::new() };
        let mut lookups = Lookups::new(&self.answers);
        // What is still open is told by the questions, and by `findings`.
        let _ = evaluation.advance(header, self.arrival.bodies(), &self.options.keys, &mut lookups);
        lookups.into_missing()
    }

    /// Takes an answer; the first one to a question stays.
    pub fn learn(&mut self, question: Question, answer: Answer) {
        self.answers.learn(question, answer);
    }

    /// One finding per signature field, or a single `none`; `None` while octets or answers are missing.
    pub fn findings(&self) -> Option<Vec<Finding>> {
        self.evaluation.as_ref().filter(|evaluation| evaluation.is_decided()).map(Evaluation::findings)
    }

    /// Public-key operations done so far.
    pub fn verifications(&self) -> u32 {
        self.evaluation.as_ref().map_or(0, Evaluation::verifications)
    }
}

/// The header is complete: signatures are read, and the body hashes that they want are named.
fn begin(evaluation: &mut Option<Evaluation>, header: &Header, options: &VerifyOptions) -> Vec<BodySpec> {
    evaluation.insert(Evaluation::begin(header, options.now_seconds, &options.limits)).wanted_bodies()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dkim::tests::fixture::{FIELD, MAIL, NOW, RSA_PUBLIC, rsa, signed, txt};
    use crate::message::Canonicalization::{Relaxed, Simple};

    fn read(mail: &str) -> SignedMail {
        SignedMail::whole(mail.as_bytes(), VerifyOptions { now_seconds: NOW, ..VerifyOptions::default() })
    }

    #[test]
    fn a_body_is_hashed_once_for_each_form_and_length_that_a_living_signature_needs() {
        let spec = |canonicalization, limit_octets| BodySpec { canonicalization, limit_octets };
        let relaxed = signed(MAIL, FIELD, &rsa());
        let simple = signed(MAIL, &FIELD.replace("c=relaxed/relaxed", "c=relaxed/simple"), &rsa());
        let partial = signed(MAIL, &FIELD.replace("v=1;", "v=1; l=4;"), &rsa());
        let expired = signed(MAIL, &FIELD.replace("v=1;", "v=1; x=1;"), &rsa());
        let field = |mail: &str| mail[..mail.len() - MAIL.len()].to_owned();
        let all = [spec(Relaxed, None), spec(Simple, None), spec(Relaxed, Some(4))];
        for (mail, made) in [
            (MAIL.to_owned(), &[][..]),
            (expired.clone(), &[]),
            (format!("DKIM-Signature: v=1\r\n{}", MAIL), &[]),
            (relaxed.clone(), &all[..1]),
            (field(&relaxed) + &relaxed, &all[..1]),
            (field(&expired) + &field(&partial) + &field(&simple) + &relaxed, &all),
        ] {
            let mail = read(&mail);
            let bodies = mail.arrival().bodies().expect("it is finished");
            let found: Vec<_> = all.iter().filter(|spec| bodies.get(spec).is_some()).collect();
            assert_eq!(found, made.iter().collect::<Vec<_>>());
        }
    }

    #[test]
    fn a_signature_is_verified_once_however_often_its_outcome_is_asked_for() {
        let mut mail = read(&signed(MAIL, FIELD, &rsa()));
        assert_eq!(mail.findings(), None);
        for question in mail.questions() {
            mail.learn(question, txt(&format!("v=DKIM1; p={RSA_PUBLIC}")));
        }
        for _ in 0..3 {
            assert!(mail.questions().is_empty());
            assert_eq!(mail.findings().map(|findings| findings[0].reason.code()), Some("dkim.verified"));
        }
        assert_eq!((mail.verifications(), mail.options.keys.reads()), (1, 1));
    }
}
