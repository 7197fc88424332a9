//! Digests, signature verification and signing, all by aws-lc-rs.
//!
//! Takes keys as the standards carry them and digests already made. It knows nothing of mail.

mod der;
mod pem;
mod signing;
#[cfg(test)]
mod vectors;

use aws_lc_rs::digest;
use aws_lc_rs::signature::{ED25519, ParsedPublicKey, RSA_PKCS1_1024_8192_SHA256_FOR_LEGACY_USE_ONLY};

use crate::message::Sink;
pub use signing::{SigningFailed, SigningKey};

/// Shorter RSA keys never verify (RFC 8301 §3.2).
pub const MIN_RSA_BITS: u32 = 1024;

/// The longest RSA key that every verifier must take (RFC 8301 §3.2). Longer ones only cost time.
pub const MAX_RSA_BITS: u32 = 4096;

/// Bits of an Ed25519 public key (RFC 8463 §4.2).
const ED25519_BITS: u32 = 256;

/// A SHA-256 digest of 32 octets.
#[derive(Clone, Copy)]
pub struct Sha256Digest(digest::Digest);

impl Sha256Digest {
    pub fn octets(&self) -> &[u8] {
        self.0.as_ref()
    }
}

impl PartialEq for Sha256Digest {
    fn eq(&self, other: &Self) -> bool {
        self.octets() == other.octets()
    }
}

impl Eq for Sha256Digest {}

impl std::fmt::Debug for Sha256Digest {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str(&crate::octets::hex(self.octets()))
    }
}

/// SHA-256 over octets that come span by span.
#[derive(Clone)]
pub struct Sha256(digest::Context);

impl Sha256 {
    pub fn new() -> Self {
        Self(digest::Context::new(&digest::SHA256))
    }

    pub fn digest(octets: &[u8]) -> Sha256Digest {
        Sha256Digest(digest::digest(&digest::SHA256, octets))
    }

    pub fn finish(self) -> Sha256Digest {
        Sha256Digest(self.0.finish())
    }
}

impl Default for Sha256 {
    fn default() -> Self {
        Self::new()
    }
}

impl std::fmt::Debug for Sha256 {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str("Sha256")
    }
}

impl Sink for Sha256 {
    fn take(&mut self, octets: &[u8]) {
        self.0.update(octets);
    }
}

/// The SHA-1 of a name, where a protocol makes a label of it that protects nothing (RFC 6541 §4.3). No signature here
/// rests on this hash (RFC 8301 §3.1).
pub fn sha1_of_a_name(name: &[u8]) -> Vec<u8> {
    digest::digest(&digest::SHA1_FOR_LEGACY_USE_ONLY, name).as_ref().to_vec()
}

/// A key to verify with, parsed once.
#[derive(Debug)]
pub struct PublicKey {
    key: ParsedPublicKey,
    kind: KeyKind,
    bits: u32,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyKind {
    Rsa,
    Ed25519,
}

/// Why octets are no key that can be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyError {
    Malformed,
    TooShort { bits: u32, min: u32 },
    TooLong { bits: u32, max: u32 },
}

impl std::fmt::Display for KeyError {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Malformed => out.write_str("the key cannot be read"),
            Self::TooShort { bits, min } => write!(out, "an RSA key of {bits} bits is shorter than {min}"),
            Self::TooLong { bits, max } => write!(out, "an RSA key of {bits} bits is longer than {max}"),
        }
    }
}

impl std::error::Error for KeyError {}

impl PublicKey {
    /// An RSA key as SubjectPublicKeyInfo, as practice has it, or as bare RSAPublicKey (RFC 6376 §3.6.1 k=, erratum 3017).
    ///
    /// # Errors
    /// Malformed DER, or a modulus outside [`MIN_RSA_BITS`] to [`MAX_RSA_BITS`]; the length is told before the rest is
    /// looked at, so that a huge key costs nothing.
    pub fn rsa(der: &[u8]) -> Result<Self, KeyError> {
        let bare = der::rsa_public_key(der).ok_or(KeyError::Malformed)?;
        let bits = der::modulus_bits(bare).ok_or(KeyError::Malformed)?;
        if bits < MIN_RSA_BITS {
            return Err(KeyError::TooShort { bits, min: MIN_RSA_BITS });
        }
        if bits > MAX_RSA_BITS {
            return Err(KeyError::TooLong { bits, max: MAX_RSA_BITS });
        }
        let key = ParsedPublicKey::new(&RSA_PKCS1_1024_8192_SHA256_FOR_LEGACY_USE_ONLY, bare);
        key.map(|key| Self { key, kind: KeyKind::Rsa, bits }).map_err(|_| KeyError::Malformed)
    }

    /// An Ed25519 key as its 32 octets (RFC 8463 §4.2).
    ///
    /// # Errors
    /// [`KeyError::Malformed`] where the octets are no point of the curve.
    pub fn ed25519(octets: &[u8; 32]) -> Result<Self, KeyError> {
        let key = ParsedPublicKey::new(&ED25519, octets);
        key.map(|key| Self { key, kind: KeyKind::Ed25519, bits: ED25519_BITS }).map_err(|_| KeyError::Malformed)
    }

    pub fn kind(&self) -> KeyKind {
        self.kind
    }

    pub fn bits(&self) -> u32 {
        self.bits
    }

    /// Whether `signature` is this key's signature of the digest: RSASSA-PKCS1-v1_5 (RFC 6376 §3.3.2), or Ed25519 over the
    /// 32 octets of the digest as its message (RFC 8463 §3).
    pub fn verify(&self, digest: &Sha256Digest, signature: &[u8]) -> bool {
        match self.kind {
            KeyKind::Rsa => self.key.verify_digest_sig(&digest.0, signature).is_ok(),
            KeyKind::Ed25519 => self.key.verify_sig(digest.octets(), signature).is_ok(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::octets::base64_octets;

    /// RFC 8463 §A.2, `test._domainkey`.
    const RSA_1024: &str = "MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQDkHlOQoBTzWRiGs5V6NpP3idY6Wk08a5qhdR6wy5bdOKb2jLQiY/J16JYi0Qvx/byYzCNb3W91y3FutACDfzwQ/BC/e/8uBsCR+yz1Lxj+PL6lHvqMKrM3rG4hstT5QjvHO9PzoxZyVYLzBfO2EeC3Ip3G+2kryOTIKT+l/K4w3QIDAQAB";

    fn spki(base64: &str) -> Vec<u8> {
        base64_octets(base64.as_bytes()).expect("good base64")
    }

    /// An RSAPublicKey with a modulus of so many bits, all ones, and the exponent 65537.
    fn bare_rsa(bits: usize) -> Vec<u8> {
        let mut modulus = vec![0xff; bits.div_ceil(8)];
        modulus[0] >>= (8 - bits % 8) % 8;
        if modulus[0] & 0x80 != 0 {
            modulus.insert(0, 0);
        }
        let length = |length: usize| match u8::try_from(length) {
            Ok(length) if length < 128 => vec![length],
            Ok(length) => vec![0x81, length],
            Err(_) => [vec![0x82], u16::try_from(length).expect("a short key").to_be_bytes().to_vec()].concat(),
        };
        let integer = [vec![0x02], length(modulus.len()), modulus].concat();
        let content = [integer, vec![0x02, 0x03, 1, 0, 1]].concat();
        [vec![0x30], length(content.len()), content].concat()
    }

    // proves: RFC 6376 §3.6.1
    #[test]
    fn an_rsa_key_is_read_with_and_without_its_envelope() {
        let wrapped = spki(RSA_1024);
        let bare = der::rsa_public_key(&wrapped).expect("a good key").to_vec();
        for der in [&wrapped, &bare] {
            let key = PublicKey::rsa(der).expect("a good key");
            assert_eq!((key.kind(), key.bits()), (KeyKind::Rsa, 1024));
        }
    }

    // proves: RFC 8301 §3.2
    // proves: RFC 8017 §A.1
    #[test]
    fn keys_that_are_too_short_too_long_and_malformed_are_told_apart() {
        let (too_short, too_long) = (
            |bits| Some(KeyError::TooShort { bits, min: MIN_RSA_BITS }),
            |bits| Some(KeyError::TooLong { bits, max: MAX_RSA_BITS }),
        );
        let wrapped = spki(RSA_1024);
        for (der, error) in [
            (bare_rsa(512), too_short(512)),
            (bare_rsa(1023), too_short(1023)),
            (bare_rsa(1024), None),
            (bare_rsa(1025), None),
            (bare_rsa(4096), None),
            (bare_rsa(4097), too_long(4097)),
            (bare_rsa(16_384), too_long(16_384)),
            (Vec::new(), Some(KeyError::Malformed)),
            (b"not DER".to_vec(), Some(KeyError::Malformed)),
            (wrapped[..100].to_vec(), Some(KeyError::Malformed)),
            ([wrapped, vec![0]].concat(), Some(KeyError::Malformed)),
            (vec![0x30, 0x84, 0xff, 0xff, 0xff, 0xff], Some(KeyError::Malformed)),
        ] {
            assert_eq!(PublicKey::rsa(&der).err(), error, "{} octets", der.len());
        }
    }

    #[test]
    fn a_digest_is_that_of_all_spans_together() {
        let mut sha256 = Sha256::new();
        sha256.take(b"a");
        sha256.take(b"");
        sha256.take(b"bc");
        assert_eq!(sha256.finish(), Sha256::digest(b"abc"));
        assert!(format!("{:?}", Sha256::digest(b"abc")).starts_with("ba7816bf"));
    }
}
