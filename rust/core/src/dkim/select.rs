//! The header fields that a signature covers, and their digest (RFC 6376 §3.7, §5.4.2).

use std::cmp::Ordering;
use std::ops::Range;

use crate::crypto::{Sha256, Sha256Digest};
use crate::message::canonical::{canonical_field, canonical_own_field};
use crate::message::staged::Staged;
use crate::message::{Canonicalization, Field, Header};

/// The fields of one header in the order of their names, and under one name in the order they stand.
///
/// Made once per message: to look up a name is then a binary search, however many names and fields there are.
#[derive(Debug)]
pub struct FieldIndex {
    /// Places of fields, each with the start of its name.
    by_name: Vec<(NameStart, usize)>,
}

/// The first eight letters of a name, in lower case, as a number of the same order: what tells most names apart.
type NameStart = u64;

impl FieldIndex {
    pub fn new(header: &Header) -> Self {
        let fields = header.fields();
        let mut by_name: Vec<_> = fields.iter().map(|field| name_start(header.name(field))).zip(0..).collect();
        // The sort is stable, so fields of one name stay in their order.
        by_name.sort_by(|&(start, one), &(other_start, other)| {
            let rest = || compare(header.name(&fields[one]), header.name(&fields[other]));
            start.cmp(&other_start).then_with(rest)
        });
        Self { by_name }
    }

    /// Where in the index the fields of this name are.
    fn group(&self, header: &Header, name: &[u8]) -> Range<usize> {
        let sought = name_start(name);
        let compared = |&(start, at): &(NameStart, usize)| {
            start.cmp(&sought).then_with(|| compare(header.name(&header.fields()[at]), name))
        };
        let start = self.by_name.partition_point(|entry| compared(entry) == Ordering::Less);
        let length = self.by_name[start..].partition_point(|entry| compared(entry) == Ordering::Equal);
        start..start + length
    }
}

fn name_start(name: &[u8]) -> NameStart {
    let mut start = [0; 8];
    let length = name.len().min(start.len());
    start[..length].copy_from_slice(&name[..length]);
    NameStart::from_be_bytes(start.map(|octet| octet.to_ascii_lowercase()))
}

fn compare(one: &[u8], other: &[u8]) -> Ordering {
    if one.eq_ignore_ascii_case(other) {
        return Ordering::Equal;
    }
    one.iter().map(u8::to_ascii_lowercase).cmp(other.iter().map(u8::to_ascii_lowercase))
}

/// Picks the fields that h= lists, from the bottom up where a name is repeated; names without a field that is left pick
/// nothing (RFC 6376 §5.4.2).
struct Picker<'a> {
    header: &'a Header,
    index: &'a FieldIndex,
    /// The signature's own field, which its h= never means (RFC 6376 §3.7).
    own: Option<usize>,
    /// Fields already picked, by the start of their group.
    picked: Vec<usize>,
    /// The name that was asked for last and its group: oversigned names stand side by side.
    last: (&'a [u8], Range<usize>),
}

impl<'a> Picker<'a> {
    fn new(header: &'a Header, index: &'a FieldIndex, own: Option<usize>) -> Self {
        Self { header, index, own, picked: vec![0; index.by_name.len()], last: (&[], index.group(header, &[])) }
    }

    fn pick(&mut self, name: &'a [u8]) -> Option<&'a Field> {
        if self.last.0 != name {
            self.last = (name, self.index.group(self.header, name));
        }
        let group = self.last.1.clone();
        let candidates = &self.index.by_name[group.clone()];
        while let Some(last) = candidates.len().checked_sub(1 + *self.picked.get(group.start)?) {
            self.picked[group.start] += 1;
            let (_, place) = candidates[last];
            if Some(place) != self.own {
                return Some(&self.header.fields()[place]);
            }
        }
        None
    }
}

/// A signature's own field: where it stands, and which octets of its value are left out.
pub struct OwnField<'a> {
    pub header: &'a Header,
    pub field: &'a Field,
    pub removed: Range<usize>,
    /// Its place among the fields of the header that is signed, if it is one of them.
    pub place: Option<usize>,
}

/// The digest that a signature signs: the fields of these names, then its own field (RFC 6376 §3.7 hash step 2).
pub fn data_digest<'n>(
    header: &'n Header,
    index: &'n FieldIndex,
    names: impl Iterator<Item = &'n [u8]>,
    own: &OwnField<'_>,
    canonicalization: Canonicalization,
) -> Sha256Digest {
    let mut sink = Staged::new(Sha256::new());
    let mut picker = Picker::new(header, index, own.place);
    for field in names.filter_map(|name| picker.pick(name)) {
        canonical_field(header, field, canonicalization, &mut sink);
    }
    canonical_own_field(own.header, own.field, own.removed.clone(), canonicalization, &mut sink);
    sink.finish().finish()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::message::HeaderLimits;

    fn picked(header: &str, own: Option<usize>, names: &[&str]) -> Vec<String> {
        let header = Header::scan(header.as_bytes().to_vec(), HeaderLimits::default());
        let index = FieldIndex::new(&header);
        let mut picker = Picker::new(&header, &index, own);
        let value = |field| String::from_utf8_lossy(header.value(field)).into_owned();
        names.iter().map(|name| picker.pick(name.as_bytes()).map_or_else(|| "-".into(), value)).collect()
    }

    // proves: RFC 6376 §5.4.2
    #[test]
    fn dkim_pitfall_04_repeated_fields_are_picked_from_the_bottom_up_and_then_nothing() {
        let header = "Received:1\r\nFrom:a\r\nreceived:2\r\nTo:b\r\nRECEIVED:3\r\n";
        for (names, values) in [
            (&["Received"][..], &["3"][..]),
            (&["received", "From", "RECEIVED"], &["3", "a", "2"]),
            (&["Received", "Received", "Received", "Received"], &["3", "2", "1", "-"]),
            (&["From", "from", "Cc"], &["a", "-", "-"]),
            (&["Z", "A"], &["-", "-"]),
        ] {
            assert_eq!(picked(header, None, names), values, "{names:?}");
        }
    }

    // proves: RFC 6376 §3.7, §5.4.2
    #[test]
    fn a_signature_never_picks_its_own_field() {
        let header = "DKIM-Signature:1\r\nDKIM-Signature:2\r\nDKIM-Signature:3\r\n";
        let names = ["dkim-signature", "dkim-signature", "dkim-signature"];
        assert_eq!(picked(header, Some(2), &names), ["2", "1", "-"]);
        assert_eq!(picked(header, Some(0), &names), ["3", "2", "-"]);
    }

    #[test]
    fn nothing_is_picked_from_an_empty_header() {
        assert_eq!(picked("", None, &["From"]), ["-"]);
    }
}
