//! Authenticated Received Chains (RFC 8617).
//!
//! Takes a header, the time, canonical body hashes and answers from DNS; gives one finding for the whole chain, and new
//! sets for messages that are passed on. Signatures, keys and digests are those of [`crate::dkim`]. It knows nothing of
//! whom a site believes: a chain that passes proves who handled a message in which order, and not that they are honest.

mod evaluate;
mod parse;
mod report;
mod seal;
#[cfg(test)]
mod tests;
mod write;

pub use evaluate::{Evaluation, MAX_OLDER_SIGNATURES};
pub use parse::{ChainStatus, MAX_INSTANCES, Part};
pub use report::{SetReport, Signer};
pub use write::{SealRequest, Sealed, SealingError, seal, seal_message};

use crate::finding::{ResultWord, reasons};

reasons! { arc:
    Verified { instance: u32 } = "verified" "the chain verifies up to instance {instance}";
    NoChain = "no-chain" "the message has no fields of ARC";
    TooManySets { max: u32 } = "too-many-sets" "a chain has at most {max} sets";
    HeaderTooLarge { max: usize } = "header-too-large" "the header has more than {max} octets";
    TooManyFields { max: usize } = "too-many-fields" "the header has more than {max} fields";
    BrokenBefore { instance: u32 } = "broken-before" "the newest seal, instance {instance}, says that the chain was broken";
    Malformed { field: &'static str, what: &'static str, at: usize } = "malformed"
        "the field {field} is malformed: {what} at octet {at}";
    MissingField { field: &'static str, instance: u32 } = "missing-field" "instance {instance} has no field {field}";
    RepeatedField { field: &'static str, instance: u32 } = "repeated-field"
        "instance {instance} has more than one field {field}";
    WrongStatus { instance: u32, status: &'static str } = "wrong-status"
        "the seal of instance {instance} says cv={status}, which cannot stand there";
    SealListsNames { instance: u32 } = "seal-lists-names" "the seal of instance {instance} has an h= tag";
    SignsArcField { instance: u32 } = "signs-arc-field"
        "the message signature of instance {instance} signs a field of ARC";
    MessageSignatureRefused { instance: u32, why: String } = "message-signature-refused"
        "the message signature of instance {instance} does not count: {why}";
    SealRefused { instance: u32, why: String } = "seal-refused" "the seal of instance {instance} does not count: {why}";
    KeyUnavailable { instance: u32, why: &'static str } = "key-unavailable"
        "a key of instance {instance} could not be had: {why}";
    Unfinished = "unfinished" "the evaluation ended before the keys and the body were known";
}

impl Reason {
    /// The result word that goes with this reason: those of RFC 8617 §4.4, and `temperror` where a key could not be had.
    ///
    /// RFC 8617 §5.2.1 makes that a permanent failure too; here what cannot be told now stays apart from what is bad,
    /// as in every other check (RFC 8601 §2.7). For everybody who looks at the result, both equal no chain.
    pub const fn result(&self) -> ResultWord {
        match self {
            Self::Verified { .. } => ResultWord::Pass,
            Self::NoChain => ResultWord::None,
            Self::KeyUnavailable { .. } | Self::Unfinished => ResultWord::TempError,
            _ => ResultWord::Fail,
        }
    }
}
