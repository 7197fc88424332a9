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
