//! DMARC: does an authenticated name speak for the author domain? (RFC 9989)
//!
//! Takes the author domains, the names that DKIM and SPF found, and the answers so far; gives one finding per author
//! domain, or the questions it still has. It knows nothing of signatures, of addresses, or of what a failure should do to
//! the mail: `p=reject` alone never rejects (RFC 9989 §5.4).

mod destinations;
mod discover;
mod evaluate;
mod parse;
mod suffixes;
#[cfg(test)]
mod tests;
mod uri;
mod walk;

use std::sync::Arc;

pub use destinations::{Authority, Destination, ReportKind, destinations};
pub use discover::{Discovered, Step, discover};
pub use evaluate::{Identifier, Input, Outcome, evaluate};
pub use parse::{Alignment, Policies, Policy, Psd, Record, parse};
pub use suffixes::{NoSuffixList, PublicSuffixes};
pub use uri::{MAX_REPORT_URIS, mail_host};
pub use walk::{MAX_WALK_QUERIES, organizational_domain};

use crate::finding::reasons;

/// Author domains of one message that are evaluated; the rest is one finding that says so (RFC 9989 §11.5).
/// Three walks of eight names fit into the questions of one message ([`crate::dns::MAX_QUESTIONS`]).
pub const MAX_AUTHOR_DOMAINS: usize = 3;

/// How policies and organizational domains are found.
#[derive(Debug, Clone, Default)]
pub enum Discovery {
    /// RFC 9989 §4.10.
    #[default]
    TreeWalk,
    /// Legacy: RFC 7489 §6.6.3, by a list of public suffixes that the operator gave.
    PublicSuffixes(Arc<PublicSuffixes>),
}

impl Discovery {
    /// The word of RFC 9990 §3.1.1 for it (`discovery_method`).
    pub const fn word(&self) -> &'static str {
        match self {
            Self::TreeWalk => "treewalk",
            Self::PublicSuffixes(_) => "psl",
        }
    }
}

reasons! { dmarc:
    Aligned { by: String } = "aligned" "the author domain is authenticated by {by}";
    NotAligned { domain: String } = "not-aligned" "no authenticated name is aligned with {domain}";
    NoRecord { domain: String } = "no-record" "neither {domain} nor a parent publishes a DMARC record";
    NoUsablePolicy { domain: String } = "no-usable-policy" "the record of {domain} asks for no valid policy and names no address for reports";
    NoAuthor { fields: usize } = "no-author" "the {fields} From fields name no author";
    UnreadableFrom { what: String, at: usize } = "unreadable-from" "a From field cannot be read at octet {at}: {what}";
    NotADomain { name: String } = "not-a-domain" "an author's address ends in {name}, which is no domain name";
    SeveralFromFields { found: usize } = "several-from-fields" "the message has {found} From fields, so that a pass proves no author";
    TooManyAuthors { max: usize, found: usize } = "too-many-authors" "of {found} author domains only {max} were looked at";
    IdentityUnavailable { domain: String, by: String } = "identity-unavailable" "{by} may be aligned with {domain}, but could not be checked now";
    DnsUnavailable { question: String, why: String } = "dns-unavailable" "DNS gave no answer to {question}: {why}";
}
