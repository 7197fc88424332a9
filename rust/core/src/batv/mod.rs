//! BATV: is this bounce an answer to mail that we sent? (draft-levine-smtp-batv)
//!
//! Takes our keys, an address and the day; gives a tagged address, a verdict, or the address below a tag. Bounces to
//! addresses that we never tagged answer mail that somebody sent in our name. It knows nothing of SMTP or DNS; addresses are
//! reverse-paths and forward-paths without their brackets.

mod evaluate;
mod parse;
mod ring;
#[cfg(test)]
mod tests;
mod write;

pub use evaluate::{Bounce, Verdict, evaluate, is_bounce_sender, verdict};
pub use parse::{Tagged, TaggedLocalPart, parse, untagged};
pub use ring::{BadRing, Ring, RingKey};
pub use write::{NotTagged, tag};

use crate::finding::reasons;

/// Days after which a tag is no longer good (draft-levine-smtp-batv §4.2.2).
pub const LIFETIME_DAYS: u64 = 7;

/// The longest lifetime; day numbers come round after a thousand, and must not be read as days to come.
pub const MAX_LIFETIME_DAYS: u64 = 365;

/// Recipients of one bounce that are looked at. A bounce answers one reverse-path (RFC 3464 §2); more are no bounce.
pub const MAX_RECIPIENTS: usize = 10;

/// Octets of a key below which it could be guessed: as many as HMAC-SHA1 has output bits (RFC 2104 §3).
pub const MIN_SECRET_OCTETS: usize = 20;

/// Longest local part that every host must take (RFC 5321 §4.5.3.1.1); a longer tagged one would lose bounces.
pub const MAX_LOCAL_PART_OCTETS: usize = 64;

reasons! { batv:
    Valid { address: String } = "valid" "{address} sent mail that this bounce may answer";
    Expired { address: String, days: u64 } = "expired" "the tag of {address} is good for {days} days, and these have passed";
    Forged { address: String } = "forged" "the tag of {address} is none that we made";
    UnknownKey { address: String, number: u64 } = "unknown-key" "the tag of {address} names key {number}, which we do not use";
    Untagged { address: String } = "untagged" "{address} bears no tag, and we tag all mail that it sends";
    RunIn { address: String } = "run-in" "{address} bears no tag, but mail from before we tagged may still bounce";
    Untaggable { address: String } = "untaggable" "{address} bears no tag, but it is of a kind that we cannot tag";
    ForeignScheme { address: String, scheme: String } = "foreign-scheme" "{address} bears a tag of the scheme {scheme}, which is not ours";
    TooMany { max: usize } = "too-many-recipients" "only the first {max} recipients of a bounce are looked at";
}
