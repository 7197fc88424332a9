//! Addresses in header fields: who does the message say wrote it? (RFC 5322 §3.4, RFC 6532, RFC 6854)
//!
//! Takes field values, gives mailboxes or the place where the grammar breaks. It reads obsolete syntax too; beyond that
//! it never guesses, because two readers who guess may see two authors.

mod authors;
mod parse;
mod recipients;
#[cfg(test)]
mod tests;
mod token;
mod write;

pub use authors::{AuthorDomains, Damage, author_domains};
pub use parse::mailboxes;
pub use recipients::recipients;
pub use write::write;

pub use crate::octets::Malformed;

/// One mailbox of an address list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mailbox {
    /// Quotes removed, encoded words (RFC 2047) as they came.
    pub display_name: Option<String>,
    /// Quotes removed, so that `"a.b"` and `a.b` are the same (RFC 5321 §4.1.2).
    pub local_part: String,
    /// As written, blanks and comments removed; may be an address literal in brackets.
    pub domain: String,
}
