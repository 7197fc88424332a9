//! Authentication-Results (RFC 8601): written for our findings, read by its grammar, recognised where a stranger wrote it
//! in our name.
//!
//! Takes findings and field values, gives octets and values. It knows nothing of trust: whose field may stay is for the
//! caller to say.

mod forged;
mod parse;
mod registry;
mod reported;
#[cfg(test)]
mod tests;
mod write;

pub use forged::{Claim, claims};
pub use parse::{Malformed, parse, parse_instance};
pub use registry::{METHODS, is_registered};
pub use reported::{MAX_REPORTED_FIELDS, reported};
pub use write::{MAX_VALUE_OCTETS, write, write_instance};

use crate::finding::{Finding, Property, ResultWord};

/// The version of the field that RFC 8601 §2.6 defines, and the only one read here.
pub const VERSION: u32 = 1;

/// One field, read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuthenticationResults {
    pub authserv_id: String,
    /// Of another version only the identifier is read (RFC 8601 §2.6).
    pub version: u32,
    /// Empty for `none`.
    pub results: Vec<ResultLine>,
}

/// What one method found (RFC 8601 §2.2, resinfo).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ResultLine {
    pub method: String,
    pub method_version: u32,
    pub result: String,
    pub reason: Option<String>,
    pub properties: Vec<ReportedProperty>,
}

/// `ptype.property=value`, the value without its quotes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReportedProperty {
    pub ptype: String,
    pub name: String,
    pub value: String,
}

impl From<&Finding> for ResultLine {
    /// A pass speaks for itself; every other result carries its reason.
    fn from(finding: &Finding) -> Self {
        let needs_reason = finding.result != ResultWord::Pass;
        Self {
            method: finding.method.word().to_owned(),
            method_version: 1,
            result: finding.result.word().to_owned(),
            reason: needs_reason.then(|| finding.reason.to_string()),
            properties: finding.properties.iter().map(ReportedProperty::from).collect(),
        }
    }
}

impl From<&Property> for ReportedProperty {
    fn from(property: &Property) -> Self {
        Self { ptype: property.ptype.to_owned(), name: property.name.to_owned(), value: property.value.clone() }
    }
}

/// A Keyword (RFC 5321 §4.1.2 Ldh-str); underscores too, as some methods in use have them.
fn is_keyword(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(is_keyword_octet)
}

const fn is_keyword_octet(octet: u8) -> bool {
    octet.is_ascii_alphanumeric() || matches!(octet, b'-' | b'_')
}

/// An octet of a value that needs no quotes: RFC 2045 §5.1 token, and UTF-8 by RFC 6532 §3.2.
const fn is_token_octet(octet: u8) -> bool {
    octet.is_ascii_alphanumeric()
        || octet >= 0x80
        || matches!(octet, b'!' | b'#'..=b'\'' | b'*' | b'+' | b'-' | b'.' | b'^'..=b'`' | b'{'..=b'~')
}
