//! Private keys and what they sign.

use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair, RSA_PKCS1_SHA256, RsaKeyPair};

use super::{KeyError, KeyKind, MAX_RSA_BITS, Sha256Digest, der, pem};

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

    /// The public key as a DKIM key record carries it: RSAPublicKey in DER, or 32 octets (RFC 8463 §4.2).
    pub fn public_octets(&self) -> &[u8] {
        match &self.0 {
            Pair::Rsa(pair) => pair.public_key().as_ref(),
            Pair::Ed25519(pair) => pair.public_key().as_ref(),
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
