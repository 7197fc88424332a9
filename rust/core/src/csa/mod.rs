//! CSA: does the owner of the HELO name let it send mail, from this address? (draft-ietf-marid-csv-csa)
//!
//! Takes the client address, the HELO name and the answers so far; gives one finding, or the questions it still has. An
//! SRV record carries the assertion; its fields mean other things here than they do to clients that look for a server.

mod evaluate;
mod parse;
#[cfg(test)]
mod tests;
mod write;

pub use evaluate::{Request, evaluate};
pub use parse::{Assertion, Authorization, Malformed, parse};
pub use write::write;

use crate::finding::reasons;

/// The deepest name whose assertion about all names below it is sought (draft-ietf-marid-csv-csa §6, §7).
pub const MAX_PARENT_LABELS: usize = 6;

/// Records of one name that are looked at; one is enough to publish (draft-ietf-marid-csv-csa §5).
pub const MAX_RECORDS: usize = 10;

reasons! { csa:
    NotEvaluated { missing: String } = "not-evaluated" "{missing} is not known, so CSA is not evaluated";
    NotADomain { name: String } = "not-a-domain" "{name} is no domain name that could publish an assertion";
    NoRecord { name: String } = "no-record" "nothing is asserted about {name}";
    Authorized { name: String } = "authorized" "{name} may send mail, and the client's address is one of its own";
    OtherAddress { name: String, target: String } = "other-address" "{name} may send mail, but {target} does not lead to the client";
    Unproved { name: String } = "unproved" "{name} may send mail, but its record leads to no address that could prove the client";
    NotAuthorized { name: String } = "not-authorized" "no client called {name} may send mail";
    NotListed { name: String, parent: String } = "not-listed" "nothing is asserted about {name}, though {parent} asserts something about every name below it that may send";
    Malformed { name: String, what: String } = "malformed-record" "the assertion about {name} has {what}";
    DnsUnavailable { question: String, why: String } = "dns-unavailable" "DNS gave no answer to {question}: {why}";
}
