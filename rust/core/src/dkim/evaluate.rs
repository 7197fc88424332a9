//! Signatures to findings, as ask and replay (RFC 6376 §6.1).

use std::sync::Arc;

use super::cache::{KeyCache, ReadKey};
use super::copies;
use super::parse::{self, Claims, Signature};
use super::report;
use super::select::{FieldIndex, OwnField, data_digest};
use super::{FIELD_NAME, Reason, Service};
use crate::crypto::{MAX_RSA_BITS, PublicKey};
use crate::dns::{Lookups, Wait};
use crate::finding::Finding;
use crate::message::{BodyHash, BodyHashes, BodySpec, Header, Overflow};
use crate::octets::colon_list;

/// Signatures that are evaluated of one message. Each may cost a question and a verification; wanted mail through lists
/// and forwarders has up to five.
pub const MAX_SIGNATURES: usize = 10;

/// How far a signer's clock and ours may differ: five minutes, which hosts that set their clocks at all stay within.
/// RFC 6376 §3.5 leaves the figure for x= to the verifier; it is used for t= too.
pub const CLOCK_SKEW_SECONDS: u64 = 300;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    pub signatures: usize,
    /// Longest RSA key that verifies; [`MAX_RSA_BITS`] at most.
    pub rsa_bits: u32,
    /// What keys must be good for.
    pub service: Service,
}

impl Default for Limits {
    fn default() -> Self {
        Self { signatures: MAX_SIGNATURES, rsa_bits: MAX_RSA_BITS, service: Service::Email }
    }
}

/// All signatures of one message, from what their fields say to what they proved.
#[derive(Debug)]
pub struct Evaluation {
    checks: Vec<Check>,
    limits: Limits,
    index: Option<FieldIndex>,
    verifications: u32,
}

/// One signature field on its way to a reason; of DKIM or of ARC, which signs messages in the same way.
#[derive(Debug)]
pub(crate) struct Check {
    /// Its place among the fields of the header.
    place: usize,
    pub claims: Claims,
    pub signature: Option<Box<Signature>>,
    /// The signature covers the whole body; known with the body.
    pub covers_body: Option<bool>,
    pub key_bits: Option<u32>,
    pub is_testing: Option<bool>,
    /// Fields that differ from their copies in z=; known once the signature differs.
    pub changed_fields: Vec<String>,
    stage: Stage,
}

#[derive(Debug)]
enum Stage {
    NeedsKey,
    NeedsBody(Arc<ReadKey>),
    Decided(Reason),
}

impl Evaluation {
    /// Reads every signature field and makes the checks that need nothing else.
    pub fn begin(header: &Header, now_seconds: u64, limits: &Limits) -> Self {
        let checks = match header.overflow() {
            Some(overflow) => vec![Check::decided(over(overflow))],
            None => checks(header, now_seconds, limits),
        };
        Self { checks, limits: *limits, index: None, verifications: 0 }
    }

    /// The body hashes that signatures still need, each once.
    pub fn wanted_bodies(&self) -> Vec<BodySpec> {
        let mut wanted = Vec::new();
        for spec in self.checks.iter().filter(|check| check.is_open()).filter_map(Check::body) {
            if !wanted.contains(&spec) {
                wanted.push(spec);
            }
        }
        wanted
    }

    /// Asks for all keys at once, and verifies each signature at most once: as soon as its key and body hash are there.
    /// `header` is that of [`Evaluation::begin`].
    ///
    /// # Errors
    /// [`Wait`] while a key or the body is missing.
    pub fn advance(
        &mut self,
        header: &Header,
        bodies: Option<&BodyHashes>,
        keys: &KeyCache,
        lookups: &mut Lookups<'_>,
    ) -> Result<(), Wait> {
        for check in &mut self.checks {
            check.learn_key(&self.limits, keys, lookups);
            check.learn_body(header, bodies, &mut self.index, &mut self.verifications);
        }
        match self.is_decided() {
            true => Ok(()),
            false => Err(Wait),
        }
    }

    /// Every signature has its finding.
    pub fn is_decided(&self) -> bool {
        !self.checks.iter().any(Check::is_open)
    }

    /// One finding per signature field, in the order of the fields; a single `none` where there is no such field.
    pub fn findings(&self) -> Vec<Finding> {
        report::findings(&self.checks)
    }

    /// The signatures that verified and cover the whole body.
    pub fn verified(&self) -> Vec<&Signature> {
        let verified = self.checks.iter().filter(|check| matches!(check.stage, Stage::Decided(Reason::Verified)));
        verified.filter_map(|check| check.signature.as_deref()).collect()
    }

    /// Public-key operations done so far.
    pub fn verifications(&self) -> u32 {
        self.verifications
    }
}

fn over(overflow: Overflow) -> Reason {
    match overflow {
        Overflow::Octets { max } => Reason::HeaderTooLarge { max },
        Overflow::Fields { max } => Reason::TooManyFields { max },
    }
}

fn checks(header: &Header, now_seconds: u64, limits: &Limits) -> Vec<Check> {
    let places = header.fields().iter().enumerate();
    let places = places.filter(|(_, field)| header.name(field).eq_ignore_ascii_case(FIELD_NAME.as_bytes()));
    let present_from_fields = header.named("From").count() as u64;
    let check = |(number, (place, field))| match number < limits.signatures {
        true => Check::begin(place, parse::parse(header.value(field)), now_seconds, present_from_fields)
            .serving(limits.service),
        false => Check::decided(Reason::TooManySignatures { max: limits.signatures }),
    };
    places.enumerate().map(check).collect()
}

impl Check {
    /// `read` is what the field at this place says; the checks that need nothing else are made.
    pub fn begin(
        place: usize,
        (claims, signature): (Claims, Result<Signature, Reason>),
        now_seconds: u64,
        present_from_fields: u64,
    ) -> Self {
        let mut check = Self { place, claims, ..Self::decided(Reason::Unfinished) };
        let refused = match signature {
            Ok(signature) => {
                let refused = untimely(&signature, now_seconds).or_else(|| uncovered(&signature, present_from_fields));
                check.signature = Some(Box::new(signature));
                refused
            }
            Err(reason) => Some(reason),
        };
        check.stage = refused.map_or(Stage::NeedsKey, Stage::Decided);
        check
    }

    /// l= has no place in a signature of a TLS report (RFC 8460 §3).
    fn serving(mut self, service: Service) -> Self {
        let has_length = self.signature.as_ref().is_some_and(|signature| signature.body.limit_octets.is_some());
        if service != Service::Email && has_length && self.is_open() {
            self.stage = Stage::Decided(Reason::LengthRefused);
        }
        self
    }

    fn decided(reason: Reason) -> Self {
        Self {
            place: 0,
            claims: Claims::default(),
            signature: None,
            covers_body: None,
            key_bits: None,
            is_testing: None,
            changed_fields: Vec::new(),
            stage: Stage::Decided(reason),
        }
    }

    pub fn reason(&self) -> Reason {
        match &self.stage {
            Stage::Decided(reason) => reason.clone(),
            Stage::NeedsKey | Stage::NeedsBody(_) => Reason::Unfinished,
        }
    }

    pub fn is_open(&self) -> bool {
        !matches!(self.stage, Stage::Decided(_))
    }

    pub fn body(&self) -> Option<BodySpec> {
        self.signature.as_ref().map(|signature| signature.body)
    }

    pub fn learn_key(&mut self, limits: &Limits, keys: &KeyCache, lookups: &mut Lookups<'_>) {
        let (Stage::NeedsKey, Some(signature)) = (&self.stage, &self.signature) else { return };
        let Ok(answer) = lookups.ask(signature.key_question.clone()) else { return };
        let key = keys.from_answer(answer).and_then(|key| {
            self.is_testing = Some(key.record().is_testing);
            key.record().check_service(limits.service)?;
            let bits = key.public_key(signature.algorithm)?.bits();
            self.key_bits = Some(bits);
            if bits > limits.rsa_bits {
                return Err(Reason::KeyTooLong { bits, max: limits.rsa_bits });
            }
            match key.record().is_strict && signature.identity_domain != signature.domain {
                true => Err(Reason::IdentityNotDomain),
                false => Ok(key),
            }
        });
        self.stage = key.map_or_else(Stage::Decided, Stage::NeedsBody);
    }

    pub fn learn_body(
        &mut self,
        header: &Header,
        bodies: Option<&BodyHashes>,
        index: &mut Option<FieldIndex>,
        verifications: &mut u32,
    ) {
        let (Stage::NeedsBody(key), Some(signature)) = (&self.stage, &self.signature) else { return };
        let Some(body) = bodies.and_then(|bodies| bodies.get(&signature.body)) else { return };
        let Ok(key) = key.public_key(signature.algorithm) else { return };
        self.covers_body = Some(body.hashed_octets == body.canonical_octets);
        let reason = body_differs(signature, body).unwrap_or_else(|| {
            *verifications += 1;
            let index = index.get_or_insert_with(|| FieldIndex::new(header));
            match is_signed(header, index, self.place, signature, key) {
                true => verified(body),
                false => Reason::SignatureDiffers,
            }
        });
        if reason == Reason::SignatureDiffers {
            let value = header.value(&header.fields()[self.place]);
            self.changed_fields = copies::changed(header, &value[signature.copies_span.clone()]);
        }
        self.stage = Stage::Decided(reason);
    }
}

/// What t= and x= say against a signature at this time (RFC 6376 §3.5).
fn untimely(signature: &Signature, now_seconds: u64) -> Option<Reason> {
    let latest_seconds = now_seconds.saturating_add(CLOCK_SKEW_SECONDS);
    match (signature.signed_seconds, signature.expires_seconds) {
        (Some(signed_seconds), Some(expires_seconds)) if expires_seconds <= signed_seconds => {
            Some(Reason::ExpiresBeforeSigned { signed_seconds, expires_seconds })
        }
        (Some(signed_seconds), _) if signed_seconds > latest_seconds => {
            Some(Reason::SignedInFuture { signed_seconds, now_seconds })
        }
        (_, Some(expires_seconds)) if expires_seconds.saturating_add(CLOCK_SKEW_SECONDS) < now_seconds => {
            Some(Reason::Expired { expires_seconds, now_seconds })
        }
        _ => None,
    }
}

/// A From field that stands beside the signed one would be shown under its signature (RFC 6376 §8.15).
fn uncovered(signature: &Signature, present: u64) -> Option<Reason> {
    let signed = signature.signed_from_fields;
    (signed < present).then_some(Reason::FromNotCovered { signed, present })
}

/// RFC 6376 §6.1.3 step 3. A body shorter than l= cannot be the one that was signed (§3.5 l=).
fn body_differs(signature: &Signature, body: &BodyHash) -> Option<Reason> {
    let body_octets = body.canonical_octets;
    if let Some(signed_octets) = signature.body.limit_octets.filter(|&limit| limit > body_octets) {
        return Some(Reason::BodyTooShort { signed_octets, body_octets });
    }
    (signature.body_hash != body.digest.octets()).then_some(Reason::BodyHashDiffers)
}

/// RFC 6376 §6.1.3 step 4.
fn is_signed(header: &Header, index: &FieldIndex, place: usize, signature: &Signature, key: &PublicKey) -> bool {
    let field = &header.fields()[place];
    let names = colon_list(&header.value(field)[signature.signed_names_span.clone()]);
    let own = OwnField { header, field, removed: signature.signature_span.clone(), place: Some(place) };
    let digest = data_digest(header, index, names, &own, signature.header_canonicalization);
    key.verify(&digest, &signature.signature)
}

/// Text behind the part that l= covers is nobody's (RFC 6376 §8.2), so such a signature validates nothing.
fn verified(body: &BodyHash) -> Reason {
    match body.hashed_octets < body.canonical_octets {
        true => Reason::PartialBody { signed_octets: body.hashed_octets, body_octets: body.canonical_octets },
        false => Reason::Verified,
    }
}
