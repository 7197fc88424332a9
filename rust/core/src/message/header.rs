//! Scanning a header block into fields, without copying (RFC 5322 §2.2).

use std::ops::Range;

use super::block::{is_empty_line, line_length};
use crate::octets::is_wsp;

/// Octets of one header block that are kept. Large mail systems stop between 64 KiB and 1 MiB; a field may be long
/// (RFC 5322 §2.1.1 bounds lines, not fields), so this is the greatest of these.
pub const MAX_HEADER_OCTETS: usize = 1024 * 1024;

/// Fields of one header block. Mail through many lists has some 200; 25 times that is still no burden to scan.
pub const MAX_HEADER_FIELDS: usize = 5_000;

/// The header block of one message: its octets and where each field lies.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Header {
    octets: Vec<u8>,
    fields: Vec<Field>,
    overflow: Option<Overflow>,
}

/// Where one field lies in the header's octets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Field {
    /// The whole field with its line end.
    pub whole: Range<usize>,
    /// The name, without blanks before the colon; empty where the line has no colon.
    pub name: Range<usize>,
    /// All that follows the colon, without the final line end; the whole line where there is no colon.
    pub value: Range<usize>,
}

/// A limit that a header block was over. What lies beyond it was not kept, so nothing can be said of the whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Overflow {
    Octets { max: usize },
    Fields { max: usize },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HeaderLimits {
    pub octets: usize,
    pub fields: usize,
}

impl Default for HeaderLimits {
    fn default() -> Self {
        Self { octets: MAX_HEADER_OCTETS, fields: MAX_HEADER_FIELDS }
    }
}

impl Header {
    /// Finds the fields of a header block, which ends at the first empty line or with the octets. Lines end in CRLF or in
    /// a lone LF; a lone CR ends nothing. A line without a colon is a field without a name and never ends the header.
    pub fn scan(octets: Vec<u8>, limits: HeaderLimits) -> Self {
        let mut header = Self { octets, fields: Vec::with_capacity(TYPICAL_FIELDS), overflow: None };
        if header.octets.len() > limits.octets {
            header.octets.truncate(limits.octets);
            header.overflow = Some(Overflow::Octets { max: limits.octets });
        }
        let mut at = 0;
        while at < header.octets.len() {
            let line = at..at + line_length(&header.octets[at..]);
            if is_empty_line(&header.octets[line.clone()]) {
                header.octets.truncate(at);
                break;
            }
            let continues = is_wsp(header.octets[at]) && !header.fields.is_empty();
            if !continues && header.fields.len() == limits.fields {
                header.octets.truncate(at);
                header.overflow = Some(Overflow::Fields { max: limits.fields });
                break;
            }
            at = line.end;
            match header.fields.last_mut() {
                Some(open) if continues => open.end_at(line.end, &header.octets),
                _ => header.fields.push(Field::open(line, &header.octets)),
            }
        }
        header
    }

    pub fn octets(&self) -> &[u8] {
        &self.octets
    }

    pub fn fields(&self) -> &[Field] {
        &self.fields
    }

    pub fn overflow(&self) -> Option<Overflow> {
        self.overflow
    }

    pub fn name(&self, field: &Field) -> &[u8] {
        &self.octets[field.name.clone()]
    }

    pub fn value(&self, field: &Field) -> &[u8] {
        &self.octets[field.value.clone()]
    }

    pub fn whole(&self, field: &Field) -> &[u8] {
        &self.octets[field.whole.clone()]
    }

    /// All fields of this name, in the order they stand; names are compared without regard to case (RFC 5322 §1.2.2).
    pub fn named<'h>(&'h self, name: &'h str) -> impl DoubleEndedIterator<Item = &'h Field> {
        self.fields.iter().filter(move |field| self.name(field).eq_ignore_ascii_case(name.as_bytes()))
    }
}

/// Fields of an everyday message, so that scanning one allocates once.
const TYPICAL_FIELDS: usize = 48;

impl Field {
    fn open(line: Range<usize>, octets: &[u8]) -> Self {
        let text = &octets[line.clone()];
        let colon = memchr::memchr(b':', text);
        let name_length =
            text[..colon.unwrap_or(0)].iter().rposition(|&octet| !is_wsp(octet)).map_or(0, |last| last + 1);
        let value_start = line.start + colon.map_or(0, |colon| colon + 1);
        let mut field =
            Self { name: line.start..line.start + name_length, value: value_start..line.end, whole: line.clone() };
        field.end_at(line.end, octets);
        field
    }

    fn end_at(&mut self, end: usize, octets: &[u8]) {
        let text = &octets[self.value.start..end];
        let line_end = match text {
            [.., b'\r', b'\n'] => 2,
            [.., b'\n'] => 1,
            _ => 0,
        };
        self.whole.end = end;
        self.value.end = end - line_end;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scanned(text: &str) -> Vec<(String, String)> {
        let header = Header::scan(text.as_bytes().to_vec(), HeaderLimits::default());
        let text = |octets: &[u8]| String::from_utf8_lossy(octets).into_owned();
        header.fields().iter().map(|field| (text(header.name(field)), text(header.value(field)))).collect()
    }

    // proves: RFC 5322 §2.2
    #[test]
    fn a_field_is_a_name_and_all_that_follows_its_colon() {
        for (text, fields) in [
            ("", &[][..]),
            ("\r\nA: b\r\n", &[]),
            ("A: b\r\nC:d\r\n\r\nE: f\r\n", &[("A", " b"), ("C", "d")]),
            ("A: b", &[("A", " b")]),
            ("A : b\r\n", &[("A", " b")]),
            ("A:\r\n b\r\n", &[("A", "\r\n b")]),
            ("A: b\r\n\tc\r\n d\r\n", &[("A", " b\r\n\tc\r\n d")]),
            ("A:\r\nB:\r\n", &[("A", ""), ("B", "")]),
            ("A: b\nC: d\n e\n\nF: g\n", &[("A", " b"), ("C", " d\n e")]),
            ("A: b\rC: d\r\n", &[("A", " b\rC: d")]),
            ("A: \u{fc}\r\n", &[("A", " \u{fc}")]),
        ] {
            let fields: Vec<_> = fields.iter().map(|(name, value)| ((*name).into(), (*value).into())).collect();
            assert_eq!(scanned(text), fields, "{text:?}");
        }
    }

    #[test]
    fn a_line_without_a_colon_is_a_field_without_a_name_and_does_not_end_the_header() {
        let fields = scanned("A: b\r\nno colon\r\n more\r\nC: d\r\n");
        assert_eq!(fields[1], (String::new(), "no colon\r\n more".into()));
        assert_eq!(fields[2], ("C".into(), " d".into()));
        assert_eq!(scanned(" starts folded\r\nA: b\r\n")[0].0, "");
    }

    #[test]
    fn a_line_of_blanks_folds_and_does_not_end_the_header() {
        assert_eq!(scanned("A: b\r\n \r\nC: d\r\n").len(), 2);
    }

    #[test]
    fn fields_lie_side_by_side_and_leave_out_nothing() {
        let text = b"A: b\r\n c\r\nno colon\nD : e\r\n";
        let header = Header::scan(text.to_vec(), HeaderLimits::default());
        let joined: Vec<u8> = header.fields().iter().flat_map(|field| header.whole(field).to_vec()).collect();
        assert_eq!(joined, text);
    }

    // proves: RFC 5322 §1.2.2
    #[test]
    fn names_are_found_whatever_their_case() {
        let header = Header::scan(b"from: a\r\nTo: b\r\nFROM: c\r\n".to_vec(), HeaderLimits::default());
        let values: Vec<_> = header.named("From").rev().map(|field| header.value(field)).collect();
        assert_eq!(values, [b" c", b" a"]);
    }

    #[test]
    fn a_header_over_a_limit_is_marked_and_cut() {
        let limits = HeaderLimits { octets: 18, fields: 2 };
        for (text, overflow, kept) in [
            ("A: 12\r\nB: 3456789\r\n", Some(Overflow::Octets { max: 18 }), 2),
            ("A: 1\r\nB: 2\r\n\r\n", None, 2),
            ("A: 1\r\nB: 2\r\nC: \r\n", Some(Overflow::Fields { max: 2 }), 2),
            ("A: 1\r\nB: 2\r\n 3\r\n", None, 2),
        ] {
            let header = Header::scan(text.as_bytes().to_vec(), limits);
            assert_eq!((header.overflow(), header.fields().len()), (overflow, kept), "{text:?}");
        }
    }
}
