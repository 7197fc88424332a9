//! Sender ID: may this client use the address that the message itself puts forward? (RFC 4405, 4406, 4407; Historic)
//!
//! Takes the client address, the header, the envelope and the answers so far; gives one finding for each scope, or the
//! questions it still has. It is SPF's `check_host()` with other records, and with the purported responsible address
//! (PRA) in the place of the reverse-path. Its records may be missing from a domain that publishes SPF: then it says
//! nothing, unless the site lets SPF records count.

mod evaluate;
mod parse;
mod pra;
#[cfg(test)]
mod tests;
mod write;

pub use evaluate::{Request, ask_ahead, evaluate_mail_from, evaluate_pra};
pub use parse::{Rules, Scope, Spf1Records, is_record};
pub use pra::{NoAddress, PurportedAddress, ResentBlock, purported_address};
pub use write::{submitter_value, version_section};

use crate::finding::reasons;

/// What a site lets Sender ID do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Options {
    pub spf1: Spf1Records,
}

reasons! { senderid:
    NotEvaluated { missing: String } = "not-evaluated" "{missing} is not known, so Sender ID is not evaluated";
    NoAddress { why: String } = "no-address" "the header has no purported responsible address: {why}";
    HeaderCut { max: usize } = "header-cut" "the header is longer than {max}, so its purported responsible address is not known";
    SubmitterDiffers { submitter: String, address: String } = "submitter-differs" "the client announced {submitter}, but the header says {address}";
    NoRecord { domain: String, scope: String } = "no-record" "{domain} publishes no record for {scope}";
}
