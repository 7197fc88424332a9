//! Sets to one finding, as ask and replay (RFC 8617 §5.2).

use std::sync::Arc;

use super::parse::{self, ChainStatus, Seal};
use super::seal::digests;
use super::{Reason, SetReport, report};
use crate::crypto::Sha256Digest;
use crate::dkim::cache::{KeyCache, ReadKey};
use crate::dkim::evaluate::{CLOCK_SKEW_SECONDS, Check};
use crate::dkim::parse::Claims;
use crate::dkim::select::FieldIndex;
use crate::dkim::{self, Limits, Service};
use crate::dns::{Lookups, Name, Wait};
use crate::finding::Finding;
use crate::message::{BodyHashes, BodySpec, Header};

/// Older message signatures that are looked at for oldest-pass, which RFC 8617 §5.2 step 5 leaves to the validator. Each
/// may want another body hash; chains of today have up to five sets.
pub const MAX_OLDER_SIGNATURES: usize = 10;

/// The chain of one message, from what its fields say to what they proved.
#[derive(Debug)]
pub struct Evaluation {
    links: Vec<Link>,
    limits: Limits,
    index: Option<FieldIndex>,
    outcome: Option<Reason>,
    /// Of a chain that passes: the oldest instance whose message signature still verifies, 0 where all do.
    oldest_pass: u32,
    verifications: u32,
}

/// One set on its way.
#[derive(Debug)]
pub(super) struct Link {
    pub instance: u32,
    pub status: ChainStatus,
    pub sealer: Claims,
    /// Where ARC-Authentication-Results stands among the fields of the header.
    pub results_place: usize,
    pub message: Check,
    pub seal: SealCheck,
}

impl Evaluation {
    /// Reads every field of ARC and makes the checks that need nothing else.
    pub fn begin(header: &Header, now_seconds: u64, limits: &Limits) -> Self {
        let (sets, outcome) = match parse::chain(header) {
            Ok(sets) => (sets, None),
            Err(reason) => (Vec::new(), Some(reason)),
        };
        let digests = digests(header, &sets);
        let present_from_fields = header.named("From").count() as u64;
        let links = sets.into_iter().zip(digests).map(|(set, digest)| Link {
            instance: set.instance,
            status: set.status,
            results_place: set.places[0],
            sealer: set.sealer,
            message: Check::begin(set.places[1], set.message_signature, now_seconds, present_from_fields),
            seal: SealCheck::begin(set.seal, digest, now_seconds),
        });
        Self { links: links.collect(), limits: *limits, index: None, outcome, oldest_pass: 0, verifications: 0 }
    }

    /// Whether the message has any field of ARC.
    pub fn is_there(&self) -> bool {
        self.outcome != Some(Reason::NoChain)
    }

    /// The body hashes that message signatures still need, each once.
    pub fn wanted_bodies(&self) -> Vec<BodySpec> {
        let mut wanted = Vec::new();
        let checks = self.links.iter().rev().take(1 + MAX_OLDER_SIGNATURES).map(|link| &link.message);
        for spec in checks.filter(|check| check.is_open()).filter_map(Check::body) {
            if !wanted.contains(&spec) {
                wanted.push(spec);
            }
        }
        wanted
    }

    /// Asks for keys, and verifies each signature at most once. `header` is that of [`Evaluation::begin`].
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
        if self.outcome.is_none() {
            self.outcome = Some(self.decide(header, bodies, keys, lookups)?);
        }
        Ok(())
    }

    /// Exactly one finding, `none` where there is no chain. `trusted` are the sealers whom this site believes.
    pub fn finding(&self, header: &Header, trusted: &[Name]) -> Finding {
        let reason = self.outcome.clone().unwrap_or(Reason::Unfinished);
        report::finding(reason, &self.links, self.oldest_pass, &report::Site { header, trusted })
    }

    /// What became of each set, the newest first; nothing where the fields make no chain.
    pub fn sets(&self, header: &Header) -> Vec<SetReport> {
        self.links.iter().rev().map(|link| report::set(header, link)).collect()
    }

    /// Public-key operations done so far.
    pub fn verifications(&self) -> u32 {
        self.verifications
    }

    /// The steps of RFC 8617 §5.2 from 4 on, the newest seal first.
    ///
    /// That seal needs no body, and signs the whole chain: until it holds, a stranger's chain costs two questions and one
    /// verification, whomever it names (§9.2).
    fn decide(
        &mut self,
        header: &Header,
        bodies: Option<&BodyHashes>,
        keys: &KeyCache,
        lookups: &mut Lookups<'_>,
    ) -> Result<Reason, Wait> {
        let Some((newest, older)) = self.links.split_last_mut() else { return Ok(Reason::NoChain) };
        newest.message.learn_key(&self.limits, keys, lookups);
        if let Some(reason) = newest.seal_outcome(&self.limits, keys, lookups, &mut self.verifications)? {
            return Ok(reason);
        }
        older.iter_mut().for_each(|link| link.seal.learn_key(&self.limits, keys, lookups));
        let signed = older.iter_mut().rev().take(MAX_OLDER_SIGNATURES);
        signed.for_each(|link| link.message.learn_key(&self.limits, keys, lookups));
        newest.message.learn_body(header, bodies, &mut self.index, &mut self.verifications);
        if let Some(reason) = newest.message_outcome()? {
            return Ok(reason);
        }
        for link in older.iter_mut().rev() {
            if let Some(reason) = link.seal_outcome(&self.limits, keys, lookups, &mut self.verifications)? {
                return Ok(reason);
            }
        }
        let mut oldest_pass = newest.instance;
        for link in older.iter_mut().rev().take(MAX_OLDER_SIGNATURES) {
            link.message.learn_body(header, bodies, &mut self.index, &mut self.verifications);
            if link.message_outcome()?.is_some() {
                break;
            }
            oldest_pass = link.instance;
        }
        self.oldest_pass = if oldest_pass == 1 { 0 } else { oldest_pass };
        Ok(Reason::Verified { instance: newest.instance })
    }
}

impl Link {
    /// What is wrong with the message signature.
    fn message_outcome(&self) -> Result<Option<Reason>, Wait> {
        match (self.message.is_open(), self.message.reason()) {
            (true, _) => Err(Wait),
            (false, dkim::Reason::Verified) => Ok(None),
            (false, dkim::Reason::KeyUnavailable { why }) => Ok(Some(self.unavailable(why))),
            (false, why) => Ok(Some(Reason::MessageSignatureRefused { instance: self.instance, why: why.to_string() })),
        }
    }

    /// What is wrong with the seal.
    fn seal_outcome(
        &mut self,
        limits: &Limits,
        keys: &KeyCache,
        lookups: &mut Lookups<'_>,
        verifications: &mut u32,
    ) -> Result<Option<Reason>, Wait> {
        self.seal.learn_key(limits, keys, lookups);
        self.seal.verify(verifications);
        match &self.seal.stage {
            Stage::NeedsKey | Stage::NeedsVerification(_) => Err(Wait),
            Stage::Verified => Ok(None),
            Stage::Refused(dkim::Reason::KeyUnavailable { why }) => Ok(Some(self.unavailable(why))),
            Stage::Refused(why) => Ok(Some(Reason::SealRefused { instance: self.instance, why: why.to_string() })),
        }
    }

    fn unavailable(&self, why: &'static str) -> Reason {
        Reason::KeyUnavailable { instance: self.instance, why }
    }
}

/// One seal on its way to a reason.
#[derive(Debug)]
pub(super) struct SealCheck {
    seal: Option<(Seal, Sha256Digest)>,
    pub key_bits: Option<u32>,
    stage: Stage,
}

#[derive(Debug)]
enum Stage {
    NeedsKey,
    NeedsVerification(Arc<ReadKey>),
    Verified,
    Refused(dkim::Reason),
}

impl SealCheck {
    fn begin(seal: Result<Seal, dkim::Reason>, digest: Option<Sha256Digest>, now_seconds: u64) -> Self {
        let refused = match &seal {
            Ok(seal) => sealed_in_future(seal, now_seconds),
            Err(reason) => Some(reason.clone()),
        };
        Self { seal: seal.ok().zip(digest), key_bits: None, stage: refused.map_or(Stage::NeedsKey, Stage::Refused) }
    }

    pub fn is_verified(&self) -> bool {
        matches!(self.stage, Stage::Verified)
    }

    fn learn_key(&mut self, limits: &Limits, keys: &KeyCache, lookups: &mut Lookups<'_>) {
        let (Stage::NeedsKey, Some((seal, _))) = (&self.stage, &self.seal) else { return };
        let Ok(answer) = lookups.ask(seal.key_question.clone()) else { return };
        let key = keys.from_answer(answer).and_then(|key| {
            key.record().check_service(Service::Email)?;
            let bits = key.public_key(seal.algorithm)?.bits();
            self.key_bits = Some(bits);
            match bits > limits.rsa_bits {
                true => Err(dkim::Reason::KeyTooLong { bits, max: limits.rsa_bits }),
                false => Ok(key),
            }
        });
        self.stage = key.map_or_else(Stage::Refused, Stage::NeedsVerification);
    }

    fn verify(&mut self, verifications: &mut u32) {
        let (Stage::NeedsVerification(key), Some((seal, digest))) = (&self.stage, &self.seal) else { return };
        let Ok(key) = key.public_key(seal.algorithm) else { return };
        *verifications += 1;
        self.stage = match key.verify(digest, &seal.signature) {
            true => Stage::Verified,
            false => Stage::Refused(dkim::Reason::SignatureDiffers),
        };
    }
}

fn sealed_in_future(seal: &Seal, now_seconds: u64) -> Option<dkim::Reason> {
    let sealed = seal.sealed_seconds.filter(|&sealed| sealed > now_seconds.saturating_add(CLOCK_SKEW_SECONDS));
    sealed.map(|signed_seconds| dkim::Reason::SignedInFuture { signed_seconds, now_seconds })
}
