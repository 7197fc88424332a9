//! Small readers of octets that every parser here shares.

use std::borrow::Cow;

use base64::Engine as _;
use base64::alphabet::STANDARD;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};

/// A peer's text that breaks its grammar: which part, and where. Evaluation makes a finding of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Malformed {
    pub what: &'static str,
    /// Octets from the start of the text that was parsed.
    pub at: usize,
}

/// White space of a header line (RFC 5234 §B.1 WSP).
pub const fn is_wsp(octet: u8) -> bool {
    matches!(octet, b' ' | b'\t')
}

/// An octet of folding white space (RFC 6376 §2.8 FWS).
pub const fn is_fws(octet: u8) -> bool {
    matches!(octet, b' ' | b'\t' | b'\r' | b'\n')
}

/// `text` without folding white space at either end.
pub fn trim_fws(text: &[u8]) -> &[u8] {
    let start = text.iter().position(|&octet| !is_fws(octet)).unwrap_or(text.len());
    let end = text.iter().rposition(|&octet| !is_fws(octet)).map_or(start, |last| last + 1);
    &text[start..end]
}

/// `text` without any folding white space, where it is no part of a value (RFC 6376 §2.10, §2.11).
pub fn without_fws(text: &[u8]) -> Cow<'_, [u8]> {
    let mut words = text.split(|&octet| is_fws(octet)).filter(|word| !word.is_empty());
    let first = words.next().unwrap_or_default();
    if first.len() == text.len() {
        return Cow::Borrowed(text);
    }
    let mut joined = Vec::with_capacity(text.len());
    joined.extend_from_slice(first);
    words.for_each(|word| joined.extend_from_slice(word));
    Cow::Owned(joined)
}

/// The items of a colon-separated list, each without the white space around it (RFC 6376 §3.5 h=, q=; §3.6.1 h=, s=, t=).
pub fn colon_list(text: &[u8]) -> impl Iterator<Item = &[u8]> {
    text.split(|&octet| octet == b':').map(trim_fws)
}

/// An unsigned decimal number; more digits than fit count as the greatest there is (RFC 6376 §3.5 l=, t=, x=).
pub fn decimal(text: &[u8]) -> Option<u64> {
    if text.is_empty() || !text.iter().all(u8::is_ascii_digit) {
        return None;
    }
    let append = |number: u64, digit: &u8| number.saturating_mul(10).saturating_add(u64::from(digit - b'0'));
    Some(text.iter().fold(0, append))
}

/// The octets of a base64 text with white space anywhere; padding may be missing (RFC 6376 §2.10 base64string).
pub fn base64_octets(text: &[u8]) -> Option<Vec<u8>> {
    BASE64.decode(without_fws(text)).ok()
}

/// Lower case hexadecimal.
pub fn hex(octets: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    octets
        .iter()
        .flat_map(|octet| [octet >> 4, octet & 15])
        .map(|digit| char::from(DIGITS[usize::from(digit)]))
        .collect()
}

/// Base32 in lower case and without padding, as DNS labels have it (RFC 4648 §6).
pub fn base32(octets: &[u8]) -> String {
    const LETTERS: &[u8; 32] = b"abcdefghijklmnopqrstuvwxyz234567";
    let letter = |group: &[u8; 8], at: usize| {
        let bits = u64::from_be_bytes(*group) >> (59 - 5 * at);
        char::from(LETTERS[(bits & 31) as usize])
    };
    let encoded = |octets: &[u8]| -> String {
        let mut group = [0; 8];
        group[..octets.len()].copy_from_slice(octets);
        (0..(octets.len() * 8).div_ceil(5)).map(|at| letter(&group, at)).collect()
    };
    octets.chunks(5).map(encoded).collect()
}

const BASE64: GeneralPurpose = GeneralPurpose::new(
    &STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

#[cfg(test)]
mod tests {
    use super::*;

    // proves: RFC 6376 §2.8
    #[test]
    fn white_space_around_a_text_is_trimmed() {
        for (text, trimmed) in [("", ""), (" \r\n\t", ""), ("\r\n a b \t", "a b"), ("a", "a")] {
            assert_eq!(trim_fws(text.as_bytes()), trimmed.as_bytes(), "{text:?}");
        }
    }

    // proves: RFC 6376 §3.5
    #[test]
    fn a_number_past_all_bounds_is_the_greatest_there_is() {
        let long = "9".repeat(76);
        for (text, number) in [
            ("", None),
            ("-1", None),
            ("1 2", None),
            ("0", Some(0)),
            ("007", Some(7)),
            ("18446744073709551615", Some(u64::MAX)),
            (long.as_str(), Some(u64::MAX)),
        ] {
            assert_eq!(decimal(text.as_bytes()), number, "{text}");
        }
    }

    // proves: RFC 6376 §2.10
    #[test]
    fn base64_may_be_folded_and_lack_padding_but_not_be_dirty() {
        for (text, octets) in [
            ("", Some(&b""[..])),
            ("YWI=", Some(b"ab")),
            ("YWI", Some(b"ab")),
            ("Y W\r\n I =", Some(b"ab")),
            ("YW*=", None),
            ("Y", None),
            ("YWJ=", None),
        ] {
            assert_eq!(base64_octets(text.as_bytes()).as_deref(), octets, "{text}");
        }
    }

    // proves: RFC 4648 §6, RFC 4648 §10
    #[test]
    fn base32_has_no_padding() {
        for (text, encoded) in [
            ("", ""),
            ("f", "my"),
            ("fo", "mzxq"),
            ("foo", "mzxw6"),
            ("foob", "mzxw6yq"),
            ("fooba", "mzxw6ytb"),
            ("foobar", "mzxw6ytboi"),
        ] {
            assert_eq!(base32(text.as_bytes()), encoded, "{text}");
        }
    }

    #[test]
    fn hexadecimal_is_lower_case() {
        assert_eq!(hex(&[0, 0x1f, 0xab]), "001fab");
    }
}
