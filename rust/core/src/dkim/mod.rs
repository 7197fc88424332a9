//! DKIM signatures (RFC 6376, 8301, 8463, 8616).
//!
//! Takes a header, the time, canonical body hashes and answers from DNS; gives one finding per signature field. It knows
//! nothing of how mail arrives, and it does not judge a signer.

pub mod atps;
pub mod cache;
mod copies;
pub mod evaluate;
pub mod key;
mod many;
pub mod parse;
mod report;
pub(crate) mod select;
mod signed_mail;
#[cfg(test)]
mod tests;
pub mod write;

pub use cache::KeyCache;
pub use evaluate::{Evaluation, Limits};
pub use key::{KeyRecord, Service};
pub use many::Batch;
pub use parse::{Algorithm, Signature};
pub use signed_mail::{SignedMail, VerifyOptions};
pub use write::{Identity, SignedNames, SigningError, SigningRequest, sign, sign_message, sign_message_often};

use crate::finding::{ResultWord, reasons};

/// The field that carries a signature (RFC 6376 §3.5).
pub const FIELD_NAME: &str = "DKIM-Signature";

reasons! { dkim:
    Verified = "verified" "the signature verifies and covers the whole body";
    NoSignature = "no-signature" "the message has no signature";
    BodyHashDiffers = "body-hash-differs" "the body is not the one that was signed";
    SignatureDiffers = "signature-differs" "the signed header fields are not the ones that were signed";
    BodyTooShort { signed_octets: u64, body_octets: u64 } = "body-too-short"
        "{signed_octets} octets of the body were signed, {body_octets} are here";
    PartialBody { signed_octets: u64, body_octets: u64 } = "partial-body"
        "the signature verifies but covers only {signed_octets} of {body_octets} octets of the body";
    FromNotCovered { signed: u64, present: u64 } = "from-not-covered"
        "the message has {present} From fields, the signature covers {signed}";
    TooManySignatures { max: usize } = "too-many-signatures" "only the first {max} signatures are evaluated";
    TooManySignedNames { max: usize, found: usize } = "too-many-signed-names" "h= lists {found} names, more than {max}";
    KeyTooShort { bits: u32, min: u32 } = "key-too-short" "an RSA key of {bits} bits is shorter than {min}";
    KeyTooLong { bits: u32, max: u32 } = "key-too-long" "an RSA key of {bits} bits is longer than {max}";
    Malformed { what: &'static str, at: usize } = "malformed" "the signature field is malformed: {what} at octet {at}";
    DuplicateTag { at: usize } = "duplicate-tag" "a tag stands twice in the signature field, again at octet {at}";
    UnknownAlgorithm = "unknown-algorithm" "a= names an algorithm that is not known";
    UnknownCanonicalization = "unknown-canonicalization" "c= names a canonical form that is not known";
    UnknownQueryMethod = "unknown-query-method" "q= names no way to get the key that is known";
    MissingTag { tag: &'static str } = "missing-tag" "the signature field lacks its required {tag}= tag";
    UnknownVersion = "unknown-version" "the signature is not of version 1";
    Sha1Refused = "sha1-refused" "rsa-sha1 signatures are never verified";
    FromNotSigned = "from-not-signed" "the From field is not signed";
    IdentityOutsideDomain = "identity-outside-domain" "the domain of i= is not within d=";
    IdentityNotDomain = "identity-not-domain" "the key demands that the domain of i= equals d=";
    SignedInFuture { signed_seconds: u64, now_seconds: u64 } = "signed-in-future"
        "the signature is dated {signed_seconds}, which at {now_seconds} is still to come";
    Expired { expires_seconds: u64, now_seconds: u64 } = "expired"
        "the signature expired at {expires_seconds}, before {now_seconds}";
    ExpiresBeforeSigned { signed_seconds: u64, expires_seconds: u64 } = "expires-before-signed"
        "the signature expires at {expires_seconds}, not later than it was made at {signed_seconds}";
    HeaderTooLarge { max: usize } = "header-too-large" "the header has more than {max} octets";
    TooManyFields { max: usize } = "too-many-fields" "the header has more than {max} fields";
    NoKey = "no-key" "there is no key record at the selector";
    SeveralKeys { found: usize } = "several-keys" "there are {found} key records at the selector";
    KeyMalformed { what: &'static str, at: usize } = "key-malformed" "the key record is malformed: {what} at octet {at}";
    KeyRevoked = "key-revoked" "the key is revoked";
    KeyRefusesHash = "key-refuses-hash" "the key record does not allow SHA-256";
    KeyRefusesService = "key-refuses-service" "the key record does not allow its use for email";
    LengthRefused = "length-refused" "a TLS report must not be signed with l=";
    KeyTypeDiffers = "key-type-differs" "the key is not of the type that a= names";
    KeyUnavailable { why: &'static str } = "key-unavailable" "the key could not be had: {why}";
    Unfinished = "unfinished" "the evaluation ended before the key and the body were known";
}

impl Reason {
    /// The result word that goes with this reason (RFC 8601 §2.7.1).
    ///
    /// What RFC 6376 §3.9 calls PERMFAIL is `fail` where a hash or signature was compared and differs, `policy` where this
    /// verifier does not accept what may otherwise be good, `neutral` where the field cannot be read or understood, and
    /// `permerror` for the rest.
    pub const fn result(&self) -> ResultWord {
        match self {
            Self::Verified => ResultWord::Pass,
            Self::NoSignature => ResultWord::None,
            Self::BodyHashDiffers | Self::SignatureDiffers | Self::BodyTooShort { .. } => ResultWord::Fail,
            Self::PartialBody { .. }
            | Self::FromNotCovered { .. }
            | Self::TooManySignatures { .. }
            | Self::TooManySignedNames { .. }
            | Self::KeyTooShort { .. }
            | Self::KeyTooLong { .. }
            | Self::LengthRefused => ResultWord::Policy,
            Self::Malformed { .. }
            | Self::DuplicateTag { .. }
            | Self::UnknownAlgorithm
            | Self::UnknownCanonicalization
            | Self::UnknownQueryMethod => ResultWord::Neutral,
            Self::KeyUnavailable { .. } | Self::Unfinished => ResultWord::TempError,
            _ => ResultWord::PermError,
        }
    }
}
