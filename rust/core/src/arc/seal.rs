//! What seals sign: all sets up to their own, each hashed once (RFC 8617 §5.1.1).

use std::ops::Range;

use super::parse::Set;
use crate::crypto::{Sha256, Sha256Digest};
use crate::message::canonical::{canonical_field, canonical_own_field};
use crate::message::{Canonicalization, Field, Header, Sink};

/// Hashes a chain set by set. A seal signs all that stands before it, so the digest of one is the beginning of the next:
/// the whole chain costs one pass, however many seals it has.
pub struct ChainHasher(Sha256);

impl ChainHasher {
    pub fn new() -> Self {
        Self(Sha256::new())
    }

    /// Takes the next field as it stands.
    pub fn take(&mut self, header: &Header, field: &Field) {
        let mut text = Vec::with_capacity(field.whole.len());
        canonical_field(header, field, Canonicalization::Relaxed, &mut text);
        self.0.take(&text);
    }

    /// The digest that the seal in this field signs: all before it, and itself without its b= and its line end.
    pub fn digest(&self, header: &Header, field: &Field, removed: Range<usize>) -> Sha256Digest {
        let mut text = Vec::with_capacity(field.whole.len());
        canonical_own_field(header, field, removed, Canonicalization::Relaxed, &mut text);
        let mut hash = self.0.clone();
        hash.take(&text);
        hash.finish()
    }
}

/// The digest of each seal, in the order of the sets; `None` for one that cannot be read.
pub fn digests(header: &Header, sets: &[Set]) -> Vec<Option<Sha256Digest>> {
    let mut hasher = ChainHasher::new();
    let digest = |set: &Set| {
        let [results, signature, seal] = set.places.map(|place| &header.fields()[place]);
        hasher.take(header, results);
        hasher.take(header, signature);
        let removed = set.seal.as_ref().ok().map(|seal| seal.signature_span.clone());
        let digest = removed.map(|removed| hasher.digest(header, seal, removed));
        hasher.take(header, seal);
        digest
    };
    sets.iter().map(digest).collect()
}
