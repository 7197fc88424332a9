//! Canonical header fields (RFC 6376 §3.4.1, §3.4.2).

use std::ops::Range;

use super::header::{Field, Header};
use super::scan::{Octets, is, is_blank_or_control, pair_position};
use crate::octets::is_fws;

/// The two algorithms of RFC 6376 §3.4.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Canonicalization {
    Simple,
    Relaxed,
}

impl Canonicalization {
    pub const fn word(self) -> &'static str {
        match self {
            Self::Simple => "simple",
            Self::Relaxed => "relaxed",
        }
    }

    pub fn from_word(word: &[u8]) -> Option<Self> {
        [Self::Simple, Self::Relaxed].into_iter().find(|known| known.word().as_bytes().eq_ignore_ascii_case(word))
    }
}

/// Takes canonical octets, span by span.
pub trait Sink {
    fn take(&mut self, octets: &[u8]);
}

impl Sink for Vec<u8> {
    fn take(&mut self, octets: &[u8]) {
        self.extend_from_slice(octets);
    }
}

/// Gives one field in canonical form, ended by CRLF whatever ended it in the message (RFC 6376 §3.7).
pub fn canonical_field(header: &Header, field: &Field, canonicalization: Canonicalization, sink: &mut impl Sink) {
    match canonicalization {
        Canonicalization::Simple => sink.take(&header.octets()[field.whole.start..field.value.end]),
        Canonicalization::Relaxed => {
            relaxed_name(header.name(field), sink);
            relaxed_value([header.value(field)], sink);
        }
    }
    sink.take(b"\r\n");
}

/// Gives a signature's own field: without the octets `removed` of its value, which are the value of its b= tag and the
/// white space around it, and without the line end (RFC 6376 §3.7).
///
/// Octets are left out of the text as it stands; the field is never rebuilt from its tags.
pub fn canonical_own_field(
    header: &Header,
    field: &Field,
    removed: Range<usize>,
    canonicalization: Canonicalization,
    sink: &mut impl Sink,
) {
    let value = header.value(field);
    let (before, after) = (&value[..removed.start], &value[removed.end..]);
    match canonicalization {
        Canonicalization::Simple => {
            sink.take(&header.octets()[field.whole.start..field.value.start]);
            sink.take(before);
            sink.take(after);
        }
        Canonicalization::Relaxed => {
            relaxed_name(header.name(field), sink);
            relaxed_value([before, after], sink);
        }
    }
}

fn relaxed_name(name: &[u8], sink: &mut impl Sink) {
    for part in name.chunks(64) {
        let mut lower = [0; 64];
        let lower = &mut lower[..part.len()];
        lower.copy_from_slice(part);
        lower.make_ascii_lowercase();
        sink.take(lower);
    }
    sink.take(b":");
}

/// Unfolds, reduces white space to single spaces and drops it at both ends. A CR that ends no line is content.
fn relaxed_value<const PARTS: usize>(parts: [&[u8]; PARTS], sink: &mut impl Sink) {
    let mut has_content = false;
    let mut is_after_blank = false;
    for part in parts {
        let mut at = 0;
        while at < part.len() {
            let blanks = blank_length(&part[at..]);
            is_after_blank |= blanks > 0;
            at += blanks;
            if at == part.len() {
                break;
            }
            if is_after_blank && has_content {
                sink.take(b" ");
            }
            let end = content_end(part, at);
            sink.take(&part[at..end]);
            (has_content, is_after_blank) = (true, false);
            at = end;
        }
    }
}

/// Octets of white space and line ends at the front.
fn blank_length(text: &[u8]) -> usize {
    let mut at = 0;
    loop {
        match &text[at..] {
            [b' ' | b'\t' | b'\n', ..] => at += 1,
            [b'\r', b'\n', ..] => at += 2,
            _ => return at,
        }
    }
}

/// Where the content that starts at `from` ends. A single space between two words belongs to it: it is canonical.
fn content_end(text: &[u8], from: usize) -> usize {
    let may_end = |octet: Octets, next: Octets| {
        let ends_line = is(octet, b'\n') | (is(octet, b'\r') & is(next, b'\n'));
        is(octet, b'\t') | ends_line | (is(octet, b' ') & is_blank_or_control(next))
    };
    let mut at = from;
    while let Some(found) = pair_position(text, at, may_end) {
        match &text[found..] {
            [b' ', b'\r', after @ ..] if after.first() != Some(&b'\n') => at = found + 1,
            [b' ', next, ..] if !is_fws(*next) => at = found + 1,
            _ => return found,
        }
    }
    match text.last() {
        Some(b' ' | b'\t' | b'\n') => text.len() - 1,
        _ => text.len(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::message::HeaderLimits;

    fn canonical(text: &[u8], canonicalization: Canonicalization) -> String {
        let header = Header::scan(text.to_vec(), HeaderLimits::default());
        let mut out = Vec::new();
        header.fields().iter().for_each(|field| canonical_field(&header, field, canonicalization, &mut out));
        String::from_utf8_lossy(&out).into_owned()
    }

    // proves: RFC 6376 §3.4.5, §3.4.1, §3.4.2
    #[test]
    fn the_examples_of_rfc_6376_section_3_4_5_hold() {
        let text = b"A: X\r\nB : Y\t\r\n\tZ  \r\n";
        assert_eq!(canonical(text, Canonicalization::Relaxed), "a:X\r\nb:Y Z\r\n");
        assert_eq!(canonical(text, Canonicalization::Simple), "A: X\r\nB : Y\t\r\n\tZ  \r\n");
    }

    // proves: RFC 6376 §3.4.2
    #[test]
    fn relaxed_fields_are_unfolded_and_single_spaced() {
        for (text, expected) in [
            ("SUBJect: AbC\r\n", "subject:AbC\r\n"),
            ("A:b\r\n", "a:b\r\n"),
            ("A:\r\n", "a:\r\n"),
            ("A:   \r\n", "a:\r\n"),
            ("A:\r\n \r\n\t\r\n", "a:\r\n"),
            ("A:\r\n b\r\n", "a:b\r\n"),
            ("A: b\r\n \t c\r\n\td\r\n", "a:b c d\r\n"),
            ("A: b c  d \t e\t\r\n", "a:b c d e\r\n"),
            ("A: b \r\n", "a:b\r\n"),
            ("A: b\n c\n", "a:b c\r\n"),
            ("A: b\rc \r d\r\n", "a:b\rc \r d\r\n"),
            ("A: b\r\r\n c\r\n", "a:b\r c\r\n"),
            ("A: b", "a:b\r\n"),
            ("A: b\u{1}c \u{1}\r\n", "a:b\u{1}c \u{1}\r\n"),
            ("no colon\r\n", ":no colon\r\n"),
        ] {
            assert_eq!(canonical(text.as_bytes(), Canonicalization::Relaxed), expected, "{text:?}");
        }
    }

    #[test]
    fn a_long_relaxed_value_keeps_every_word() {
        let words: Vec<_> = (0..200).map(|number| format!("word{number}")).collect();
        let text = format!("A:{}\r\n", words.join("\r\n\t "));
        assert_eq!(canonical(text.as_bytes(), Canonicalization::Relaxed), format!("a:{}\r\n", words.join(" ")));
    }

    // proves: RFC 6376 §3.7
    #[test]
    fn an_own_field_loses_only_the_octets_named() {
        let header = Header::scan(b"Sig: a=1;  b= x\r\n y ;\r\n c=2 \r\n".to_vec(), HeaderLimits::default());
        let field = &header.fields()[0];
        for (canonicalization, expected) in [
            (Canonicalization::Simple, &b"Sig: a=1;  b=;\r\n c=2 "[..]),
            (Canonicalization::Relaxed, b"sig:a=1; b=; c=2"),
        ] {
            let mut out = Vec::new();
            canonical_own_field(&header, field, 9..16, canonicalization, &mut out);
            assert_eq!(out, expected);
        }
    }
}
