//! Private keys and what they sign.

use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair, RSA_PKCS1_SHA256, RsaKeyPair};

use super::{ED25519_BITS, KeyError, KeyKind, MAX_RSA_BITS, Sha256Digest, der, pem};
use crate::octets::base64_octets;

/// RSA keys to sign with start here: what signers should use, and the least the library signs with (RFC 8301 §3.2).
pub const MIN_SIGNING_RSA_BITS: u32 = 2048;

/// A private key.
#[derive(Debug)]
pub struct SigningKey(Pair);

#[derive(Debug)]
enum Pair {
    Rsa(Box<RsaKeyPair>),
    Ed25519(Ed25519KeyPair),
}

/// The library could not sign; a matter of memory, not of the message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SigningFailed;

impl SigningKey {
    /// Reads a key in any form it is kept in: PEM, DER, or an Ed25519 seed as 32 octets or as their base64.
    ///
    /// # Errors
    /// What is none of these, or what [`SigningKey::from_der`] refuses.
    pub fn from_octets(octets: &[u8]) -> Result<Self, KeyError> {
        if let Ok(seed) = octets.try_into() {
            return Self::from_ed25519_seed(seed);
        }
        if octets.first() == Some(&der::SEQUENCE) {
            return Self::from_der(octets);
        }
        let text = std::str::from_utf8(octets).map_err(|_| KeyError::Malformed)?;
        if text.contains("-----BEGIN") {
            return Self::from_pem(text);
        }
        let seed = base64_octets(octets).and_then(|seed| <[u8; 32]>::try_from(seed).ok());
        Self::from_ed25519_seed(&seed.ok_or(KeyError::Malformed)?)
    }

    /// Reads PEM: `RSA PRIVATE KEY` (PKCS#1, RFC 8017 §A.1.2) or `PRIVATE KEY` (PKCS#8, RFC 5958 §2) with an RSA or
    /// Ed25519 key.
    ///
    /// # Errors
    /// Text without such a key, or a key that [`SigningKey::from_der`] refuses.
    pub fn from_pem(text: &str) -> Result<Self, KeyError> {
        let der = pem::content(text, "PRIVATE KEY").or_else(|| pem::content(text, "RSA PRIVATE KEY"));
        Self::from_der(&der.ok_or(KeyError::Malformed)?)
    }

    /// Reads DER: PKCS#8 with an RSA or Ed25519 key, or PKCS#1.
    ///
    /// # Errors
    /// Anything else, and RSA outside [`MIN_SIGNING_RSA_BITS`] to [`MAX_RSA_BITS`].
    pub fn from_der(der: &[u8]) -> Result<Self, KeyError> {
        if let Ok(pair) = Ed25519KeyPair::from_pkcs8(der) {
            return Ok(Self(Pair::Ed25519(pair)));
        }
        let bits = der::private_modulus_bits(der).ok_or(KeyError::Malformed)?;
        if bits < MIN_SIGNING_RSA_BITS {
            return Err(KeyError::TooShort { bits, min: MIN_SIGNING_RSA_BITS });
        }
        if bits > MAX_RSA_BITS {
            return Err(KeyError::TooLong { bits, max: MAX_RSA_BITS });
        }
        let pair = RsaKeyPair::from_pkcs8(der).or_else(|_| RsaKeyPair::from_der(der));
        pair.map(|pair| Self(Pair::Rsa(Box::new(pair)))).map_err(|_| KeyError::Malformed)
    }

    /// An Ed25519 key from its 32-octet seed (RFC 8032 §5.1.5).
    ///
    /// # Errors
    /// [`KeyError::Malformed`] where the library refuses the seed.
    pub fn from_ed25519_seed(seed: &[u8; 32]) -> Result<Self, KeyError> {
        Ed25519KeyPair::from_seed_unchecked(seed).map(|pair| Self(Pair::Ed25519(pair))).map_err(|_| KeyError::Malformed)
    }

    pub fn kind(&self) -> KeyKind {
        match &self.0 {
            Pair::Rsa(_) => KeyKind::Rsa,
            Pair::Ed25519(_) => KeyKind::Ed25519,
        }
    }

    pub fn bits(&self) -> u32 {
        match &self.0 {
            Pair::Rsa(pair) => der::modulus_bits(pair.public_key().as_ref()).unwrap_or_default(),
            Pair::Ed25519(_) => ED25519_BITS,
        }
    }

    /// The public key as a key record carries it in p=: SubjectPublicKeyInfo in DER, as practice has it (RFC 6376 §3.6.1
    /// p=, erratum 3017), or the 32 octets of an Ed25519 key (RFC 8463 §4.2).
    pub fn public_octets(&self) -> Vec<u8> {
        match &self.0 {
            Pair::Rsa(pair) => der::subject_public_key_info(pair.public_key().as_ref()),
            Pair::Ed25519(pair) => pair.public_key().as_ref().to_vec(),
        }
    }

    /// Signs a digest: RSASSA-PKCS1-v1_5, or Ed25519 over the digest's octets (RFC 8463 §3). Both are deterministic and
    /// need no randomness: the same digest gives the same signature.
    ///
    /// # Errors
    /// [`SigningFailed`] where the library could not.
    pub fn sign(&self, digest: &Sha256Digest) -> Result<Vec<u8>, SigningFailed> {
        match &self.0 {
            Pair::Rsa(pair) => {
                let mut signature = vec![0; pair.public_modulus_len()];
                pair.sign_digest(&RSA_PKCS1_SHA256, &digest.0, &mut signature).map_err(|_| SigningFailed)?;
                Ok(signature)
            }
            Pair::Ed25519(pair) => {
                pair.try_sign(digest.octets()).map(|signature| signature.as_ref().to_vec()).map_err(|_| SigningFailed)
            }
        }
    }
}
