//! HELO: is the name that the client gave itself a name, and its own? (RFC 5321 §4.1.1.1, §4.1.4)
//!
//! Takes the client address, the argument of EHLO or HELO and the answers so far; gives one finding, or the questions it
//! still has. Mail must not be refused for it alone (RFC 5321 §4.1.4), so it is a finding and nothing more.

mod evaluate;
mod parse;
#[cfg(test)]
mod tests;
mod write;

pub use evaluate::{Request, evaluate};
pub use parse::{Argument, Malformed, parse};
pub use write::literal;

use crate::finding::reasons;

reasons! { helo:
    NotEvaluated { missing: String } = "not-evaluated" "{missing} is not known, so the HELO name is not checked";
    Malformed { what: String } = "malformed" "the client's name for itself {what}";
    NotQualified { name: String } = "not-qualified" "{name} is no fully qualified name";
    LiteralMatches { literal: String } = "literal-matches" "{literal} is the client's address";
    LiteralDiffers { literal: String, client: String } = "literal-differs" "the client calls itself {literal}, but it is {client}";
    LeadsToClient { name: String } = "leads-to-client" "{name} leads to the client's address";
    LeadsElsewhere { name: String } = "leads-elsewhere" "{name} has addresses, but not the client's";
    NoAddress { name: String } = "no-address" "{name} has no address in DNS";
    DnsUnavailable { question: String, why: String } = "dns-unavailable" "DNS gave no answer to {question}: {why}";
}
