//! One message, every check: octets and answers in, questions and findings out.
//!
//! Nothing here looks anything up or reads a clock. Each check keeps its outcome once it has one, so cryptography runs
//! once however often answers come.

use std::net::IpAddr;

use crate::address::{self, AuthorDomains};
use crate::dns::{Answer, Answers, Lookups, Question, Wait};
use crate::finding::{Finding, Method, ResultWord, Value};
use crate::message::{Arrival, Header, LineEnds};
use crate::{dkim, dmarc, dns, iprev, spf};

/// Rounds of questions; SPF may ask one thing after another (10 terms, RFC 7208 §4.6.4), twice over, MX hosts and PTR names
/// apart. What is still missing then is unavailable.
pub const MAX_ROUNDS: u32 = 32;

/// What is known of the session and envelope. `None` is "not known", and findings say so.
#[derive(Debug, Clone, Default)]
pub struct SessionFacts {
    pub client_ip: Option<IpAddr>,
    pub helo: Option<String>,
    /// The reverse-path without brackets; empty is the null path.
    pub mail_from: Option<String>,
}

#[derive(Debug)]
pub struct Examination {
    facts: SessionFacts,
    now_seconds: u64,
    arrival: Arrival,
    answers: Answers,
    rounds: u32,
    outcome: Outcome,
}

/// What each check came to so far.
#[derive(Debug, Default)]
struct Outcome {
    iprev: Option<Finding>,
    spf_helo: Option<Finding>,
    spf_mail_from: Option<Finding>,
    dkim: Option<Vec<Finding>>,
    dmarc: Option<Vec<Finding>>,
}

impl Examination {
    pub fn new(facts: SessionFacts, now_seconds: u64, line_ends: LineEnds) -> Self {
        todo!()
    }
}
