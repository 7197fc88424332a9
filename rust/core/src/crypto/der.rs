//! The little DER that it takes to see how long an RSA key is before anything is computed with it (RFC 8017 §A.1).

pub const SEQUENCE: u8 = 0x30;
const INTEGER: u8 = 0x02;
const BIT_STRING: u8 = 0x03;
const OCTET_STRING: u8 = 0x04;

/// `AlgorithmIdentifier` content of rsaEncryption, without and with its NULL (RFC 8017 §A.1).
const RSA_ENCRYPTION: [&[u8]; 2] = [
    &[0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01],
    &[0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01, 0x05, 0x00],
];

/// The bare RSAPublicKey, taken out of SubjectPublicKeyInfo where it is in one.
pub fn rsa_public_key(der: &[u8]) -> Option<&[u8]> {
    let content = only(SEQUENCE, der)?;
    if content.first() == Some(&INTEGER) {
        return Some(der);
    }
    let (algorithm, rest) = element(SEQUENCE, content)?;
    if !RSA_ENCRYPTION.contains(&algorithm) {
        return None;
    }
    only(BIT_STRING, rest)?.strip_prefix(&[0])
}

/// SubjectPublicKeyInfo around an RSAPublicKey.
pub fn subject_public_key_info(bare: &[u8]) -> Vec<u8> {
    let algorithm = wrapped(SEQUENCE, RSA_ENCRYPTION[1]);
    let key = wrapped(BIT_STRING, &[&[0], bare].concat());
    wrapped(SEQUENCE, &[algorithm, key].concat())
}

/// Bits of the modulus of an RSAPublicKey.
pub fn modulus_bits(bare: &[u8]) -> Option<u32> {
    let (modulus, _) = element(INTEGER, only(SEQUENCE, bare)?)?;
    integer_bits(modulus)
}

/// Bits of the modulus of an RSA private key: RSAPrivateKey, alone or in PKCS#8 (RFC 8017 §A.1.2, RFC 5958 §2).
pub fn private_modulus_bits(der: &[u8]) -> Option<u32> {
    let (_version, rest) = element(INTEGER, only(SEQUENCE, der)?)?;
    if rest.first() == Some(&INTEGER) {
        return integer_bits(element(INTEGER, rest)?.0);
    }
    let (algorithm, rest) = element(SEQUENCE, rest)?;
    if !RSA_ENCRYPTION.contains(&algorithm) {
        return None;
    }
    private_modulus_bits(element(OCTET_STRING, rest)?.0)
}

fn integer_bits(octets: &[u8]) -> Option<u32> {
    let first = octets.iter().position(|&octet| octet != 0)?;
    let bits = u32::try_from((octets.len() - first) * 8).ok()?;
    Some(bits - octets[first].leading_zeros())
}

fn wrapped(tag: u8, content: &[u8]) -> Vec<u8> {
    let length = content.len().to_be_bytes();
    let significant = &length[length.iter().position(|&octet| octet != 0).unwrap_or(length.len() - 1)..];
    match *significant {
        [short @ 0..=0x7f] => [&[tag, short], content].concat(),
        _ => [&[tag, 0x80 + significant.len() as u8], significant, content].concat(),
    }
}

/// The content of the one element that `der` is.
fn only(tag: u8, der: &[u8]) -> Option<&[u8]> {
    element(tag, der).filter(|(_, rest)| rest.is_empty()).map(|(content, _)| content)
}

/// The content of the first element, and what follows it.
fn element(tag: u8, der: &[u8]) -> Option<(&[u8], &[u8])> {
    let (length, rest) = match der {
        [found, length @ 0..=0x7f, rest @ ..] if *found == tag => (usize::from(*length), rest),
        [found, 0x81, length, rest @ ..] if *found == tag => (usize::from(*length), rest),
        [found, 0x82, high, low, rest @ ..] if *found == tag => (usize::from(u16::from_be_bytes([*high, *low])), rest),
        _ => return None,
    };
    rest.split_at_checked(length)
}
