//! SPF: may this client use this name? (RFC 7208)
//!
//! Takes the client address, one of the two identities and the answers so far; gives one finding, or the questions it
//! still has. It is `check_host()` whole: macros, explanations and every limit. It knows nothing of what a `fail` should
//! do to the mail.

mod ahead;
mod budget;
mod evaluate;
mod macros;
mod parse;
mod received;
mod select;
mod terms;
#[cfg(test)]
mod tests;
mod trace;

use std::net::IpAddr;

pub use evaluate::{evaluate, evaluate_by, explain};
pub use parse::{Malformed, Record, parse};
pub use received::{Circumstances, ReceivedSpf, is_forged, parse_received, write_received};
pub use select::{Selection, Spf1, WithoutName};
pub use trace::{Outcome, Step};

use crate::finding::{self, Finding, Method, ResultWord, Value, reasons};

/// Terms that may ask DNS during one evaluation, `exp` excluded (RFC 7208 §4.6.4).
/// One more is `permerror`, not `temperror`: waiting will not shorten the record.
pub const MAX_TERMS_THAT_ASK: usize = 10;

/// Terms whose own question may come back empty (RFC 7208 §4.6.4, "void lookups").
pub const MAX_VOID_LOOKUPS: usize = 2;

/// Hosts that one `mx` may name; one more is `permerror` (RFC 7208 §4.6.4).
pub const MAX_MX_HOSTS: usize = 10;

/// Names of the client that `ptr` and `%{p}` look at; the others are ignored (RFC 7208 §4.6.4).
pub const MAX_PTR_NAMES: usize = 10;

/// Longest explanation that is passed on. With the reply code, the enhanced code and a few words of ours it must fit one
/// reply line of 512 octets (RFC 5321 §4.5.3.1.5, RFC 7208 §6.2).
pub const MAX_EXPLANATION_OCTETS: usize = 400;

/// What `check_host()` is told (RFC 7208 §4.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Request<'a> {
    /// An IPv4-mapped IPv6 address counts as IPv4 (RFC 7208 §5).
    pub client_ip: IpAddr,
    pub identity: Identity,
    pub sender: Sender<'a>,
    /// As the client said it, in the most recent HELO or EHLO.
    pub helo: &'a str,
    /// Our own name, for `%{r}` in explanations.
    pub receiver: &'a str,
    pub now_seconds: u64,
}

/// Which name is checked (RFC 7208 §2.3, §2.4).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Identity {
    Helo,
    MailFrom,
}

impl Identity {
    /// The property under `smtp` (RFC 8601 §2.7.2).
    pub const fn word(self) -> &'static str {
        match self {
            Self::Helo => "helo",
            Self::MailFrom => "mailfrom",
        }
    }

    /// What is not known where this identity is not.
    pub const fn missing(self) -> &'static str {
        match self {
            Self::Helo => "the HELO name",
            Self::MailFrom => "the reverse-path",
        }
    }
}

/// The reverse-path, in parts and as it came.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sender<'a> {
    pub local_part: &'a str,
    pub domain: &'a str,
}

impl<'a> Sender<'a> {
    /// `MAIL FROM:<>`: the identity is then postmaster at the HELO name (RFC 7208 §2.4).
    pub const NULL: Self = Self { local_part: "", domain: "" };

    /// Cuts `local-part@domain` at its last `@`, since a quoted local part may hold others.
    pub fn from_path(path: &'a str) -> Self {
        match path.rsplit_once('@') {
            Some((local_part, domain)) => Self { local_part, domain },
            None => Self { local_part: "", domain: path },
        }
    }

    pub fn is_null(&self) -> bool {
        self.domain.is_empty() && self.local_part.is_empty()
    }
}

/// The finding where a fact of the session is not known: nothing is made up, and nothing is left unsaid.
pub fn not_evaluated(identity: Identity, missing: &str) -> Finding {
    Finding {
        method: Method::Spf,
        result: ResultWord::None,
        reason: finding::Reason::Spf(Reason::NotEvaluated { missing: missing.to_owned() }),
        properties: Vec::new(),
        facts: vec![("identity", Value::from(identity.word()))],
    }
}

reasons! { spf:
    NotEvaluated { missing: String } = "not-evaluated" "{missing} is not known, so SPF is not evaluated";
    Matched { mechanism: String } = "matched" "{mechanism} matches the client";
    NoMatch { domain: String } = "no-match" "no term of {domain} matches the client";
    NotADomain { name: String } = "not-a-domain" "{name} is no domain name that could publish a record";
    NoSuchDomain { domain: String } = "no-such-domain" "{domain} does not exist, and Sender ID takes that for a fail";
    NoRecord { domain: String } = "no-record" "{domain} publishes no SPF record";
    SeveralRecords { domain: String, found: usize } = "several-records" "{domain} publishes {found} SPF records, not one";
    MalformedRecord { domain: String, term: String } = "malformed-record" "the record of {domain} has a term that cannot be read: {term}";
    RepeatedModifier { domain: String, name: String } = "repeated-modifier" "the record of {domain} has {name}= more than once";
    TooManyLookups { max: usize } = "too-many-lookups" "more than {max} terms ask DNS";
    VoidLookups { max: usize } = "void-lookups" "more than {max} look-ups found nothing";
    TooManyMx { domain: String, max: usize } = "too-many-mx" "{domain} names more than {max} MX hosts";
    IncludeNone { domain: String } = "include-none" "{domain} is included, but publishes no SPF record";
    RedirectNone { domain: String } = "redirect-none" "the policy is redirected to {domain}, which publishes no SPF record";
    DnsUnavailable { question: String, why: String } = "dns-unavailable" "DNS gave no answer to {question}: {why}";
}
