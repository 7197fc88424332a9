//! Vouch by Reference (RFC 5518): who vouches for the author's mail, says the author.
//!
//! Takes the value of a VBR-Info field, gives the claim. What it is worth the assessor finds out: a claim proves nothing.

mod parse;
mod write;

pub use parse::{claims, parse};
pub use write::write;

pub use crate::octets::Malformed;

pub const FIELD_NAME: &str = "VBR-Info";

/// Vouchers that one field may name. Senders have one or two; each could cost a question.
pub const MAX_VOUCHERS: usize = 10;

/// Fields of one message that are read.
pub const MAX_FIELDS: usize = 5;

/// What one field claims.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claim {
    /// For which domain is vouched (`md=`), lower case.
    pub domain: String,
    /// What kind of mail it is (`mc=`), lower case: `all`, `list` or `transaction`.
    pub content: String,
    /// Who vouches (`mv=`), lower case, in their order.
    pub vouchers: Vec<String>,
}
