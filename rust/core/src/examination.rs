//! One message, every check: octets and answers in, questions and findings out.
//!
//! Nothing here looks anything up or reads a clock. A check keeps its outcome once it has one, so cryptography runs once
//! however often answers come; what is missing is asked for all checks together.

use std::net::IpAddr;

use crate::dns::{Answer, Answers, Lookups, Question, Wait};
use crate::finding::{Finding, Method, Reason, ResultWord};
use crate::message::{Arrival, ArrivalOptions, Header};
use crate::{address, dkim, dmarc, iprev, spf};

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

/// One message and every check of it.
#[derive(Debug)]
pub struct Examination {
    facts: SessionFacts,
    now_seconds: u64,
    arrival: Arrival,
    answers: Answers,
    rounds: u32,
    iprev: Option<Finding>,
    spf: Vec<SpfCheck>,
    dmarc: Option<Vec<Finding>>,
}

#[derive(Debug)]
struct SpfCheck {
    identity: spf::Identity,
    finding: Option<Finding>,
}

impl Examination {
    pub fn new(facts: SessionFacts, options: ArrivalOptions) -> Self {
        let checks = [spf::Identity::Helo, spf::Identity::MailFrom];
        Self {
            now_seconds: options.now_seconds,
            arrival: Arrival::new(options),
            answers: Answers::default(),
            rounds: 0,
            iprev: None,
            spf: checks.map(|identity| SpfCheck { identity, finding: None }).into(),
            dmarc: None,
            facts,
        }
    }

    /// Takes the next octets of the message, cut wherever they came.
    pub fn feed(&mut self, octets: &[u8]) {
        self.arrival.feed(octets);
    }

    /// The message is whole.
    pub fn finish(&mut self) {
        self.arrival.finish();
    }

    /// What must be known to go on; empty once every finding is there, or while only octets are missing.
    pub fn questions(&mut self) -> Vec<Question> {
        let missing = self.advance();
        if missing.is_empty() || self.rounds < MAX_ROUNDS {
            self.rounds += u32::from(!missing.is_empty());
            return missing;
        }
        self.give_up_on(missing);
        self.questions()
    }

    /// Takes answers, to these questions or others; the first answer to a question stays.
    pub fn learn(&mut self, question: Question, answer: Answer) {
        self.answers.learn(question, answer);
    }
}
