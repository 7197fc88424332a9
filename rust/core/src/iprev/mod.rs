//! iprev: does the client address have a name that leads back to it? (RFC 8601 §3)
//!
//! Takes the address and the answers so far; gives one finding, or the questions it still has.

mod evaluate;

pub use evaluate::evaluate;

use crate::finding::reasons;

/// Names that are looked at; RFC 8601 §3 takes this number from RFC 7208 §4.6.4.
pub const MAX_NAMES: usize = 10;

reasons! { iprev:
    Confirmed { name: String } = "confirmed" "{name} is the client's name, and leads back to it";
    NoName { address: String } = "no-name" "{address} has no name in DNS";
    LeadsElsewhere { names: String } = "leads-elsewhere" "none of the client's names leads back to it: {names}";
    DnsUnavailable { question: String, why: String } = "dns-unavailable" "DNS gave no answer to {question}: {why}";
}
