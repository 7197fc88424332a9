//! Tag lists `name=value; ...` (RFC 6376 §3.2), shared by DKIM signatures, key records and DMARC records.
//!
//! Takes octets and gives the tags in their order. It knows no tag's meaning. A repeated name stays visible: DKIM refuses
//! the whole list for it, others may choose.

use std::ops::Range;

pub use crate::octets::Malformed;
use crate::octets::{is_fws, trim_fws};

/// Tags one list may have. DKIM, DMARC and their extensions register some 20 in all; a stranger gets five times that.
pub const MAX_TAGS: usize = 100;

/// One `name=value`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tag<'a> {
    /// Letters, digits and `_`, in the case it was written: names are case-sensitive (RFC 6376 §3.2).
    pub name: &'a str,
    /// The value without white space at its ends; white space inside is kept.
    pub value: &'a [u8],
    /// Where the value and the white space around it lie in the text, from behind `=` to before `;`.
    pub span: Range<usize>,
}

/// The tags of one text, in their order.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TagList<'a> {
    tags: Vec<Tag<'a>>,
}

impl<'a> TagList<'a> {
    /// The value of the first tag of this name; an empty value is not the same as none.
    pub fn get(&self, name: &str) -> Option<&'a [u8]> {
        self.tag(name).map(|tag| tag.value)
    }

    pub fn tag(&self, name: &str) -> Option<&Tag<'a>> {
        self.tags.iter().find(|tag| tag.name == name)
    }

    pub fn first(&self) -> Option<&Tag<'a>> {
        self.tags.first()
    }

    pub fn iter(&self) -> std::slice::Iter<'_, Tag<'a>> {
        self.tags.iter()
    }

    /// The first tag whose name an earlier one has; such a list is invalid as a whole in DKIM (RFC 6376 §3.2).
    pub fn duplicate(&self) -> Option<&Tag<'a>> {
        let mut names: Vec<(&str, usize)> = self.tags.iter().map(|tag| tag.name).zip(0..).collect();
        names.sort_unstable();
        let again = |pair: &[(&str, usize)]| (pair[0].0 == pair[1].0).then_some(pair[1].1);
        names.windows(2).filter_map(again).min().map(|at| &self.tags[at])
    }
}

impl<'t, 'a> IntoIterator for &'t TagList<'a> {
    type Item = &'t Tag<'a>;
    type IntoIter = std::slice::Iter<'t, Tag<'a>>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

/// Reads a tag list. White space, folded or not, may stand around names and values, and one `;` may end the list. Values
/// may hold UTF-8 (RFC 8616 §5).
///
/// # Errors
/// The first part that breaks RFC 6376 §3.2: an empty list or tag, a name of other octets, no `=`, a control octet in a
/// value, text that is no UTF-8, more than [`MAX_TAGS`].
pub fn parse(text: &[u8]) -> Result<TagList<'_>, Malformed> {
    if let Err(error) = std::str::from_utf8(text) {
        return Err(Malformed { what: "UTF-8", at: error.valid_up_to() });
    }
    let mut tags = Vec::with_capacity(TYPICAL_TAGS);
    let mut at = 0;
    while at < text.len() {
        let end = memchr::memchr(b';', &text[at..]).map_or(text.len(), |length| at + length);
        let is_blank_end = end == text.len() && !tags.is_empty() && trim_fws(&text[at..]).is_empty();
        if is_blank_end {
            break;
        }
        if tags.len() == MAX_TAGS {
            return Err(Malformed { what: "number of tags", at });
        }
        tags.push(tag(text, at..end)?);
        at = end + 1;
    }
    match tags.is_empty() {
        true => Err(Malformed { what: "tag list", at: 0 }),
        false => Ok(TagList { tags }),
    }
}

/// A DKIM-Signature of today has ten to twelve.
const TYPICAL_TAGS: usize = 12;

fn tag(text: &[u8], span: Range<usize>) -> Result<Tag<'_>, Malformed> {
    let spec = &text[span.clone()];
    let Some(equals) = memchr::memchr(b'=', spec) else {
        return Err(Malformed { what: "tag without =", at: span.start });
    };
    let value_span = span.start + equals + 1..span.end;
    let value = trim_fws(&text[value_span.clone()]);
    if let Some(at) = forbidden(&text[value_span.clone()]) {
        return Err(Malformed { what: "tag value", at: value_span.start + at });
    }
    match std::str::from_utf8(trim_fws(&spec[..equals])) {
        Ok(name) if is_name(name) => Ok(Tag { name, value, span: value_span }),
        _ => Err(Malformed { what: "tag name", at: span.start }),
    }
}

fn is_name(name: &str) -> bool {
    name.starts_with(|first: char| first.is_ascii_alphabetic())
        && name.bytes().all(|octet| octet.is_ascii_alphanumeric() || octet == b'_')
}

/// Control octets have no place in a value, except as line ends of folding (RFC 6376 §3.2 VALCHAR, FWS).
fn forbidden(value: &[u8]) -> Option<usize> {
    let is_forbidden = |octet: u8| octet.is_ascii_control() & !is_fws(octet);
    // Without a way out of the loop it becomes vector instructions; nearly always there is none.
    let is_clean = !value.iter().fold(false, |found, &octet| found | is_forbidden(octet));
    if is_clean { None } else { value.iter().position(|&octet| is_forbidden(octet)) }
}

#[cfg(test)]
mod tests {
    use super::*;

    // proves: RFC 6376 §3.2, §2.8, RFC 8616 §5
    #[test]
    fn a_list_gives_its_tags_in_order_without_the_white_space_around_them() {
        for (text, expected) in [
            ("v=1", &[("v", "1")][..]),
            ("v=1;", &[("v", "1")]),
            ("v=1; \r\n ", &[("v", "1")]),
            (" v = 1 ;\r\n\ta=rsa-sha256 ; b=", &[("v", "1"), ("a", "rsa-sha256"), ("b", "")]),
            ("b=a\r\n b;bh=x=y=", &[("b", "a\r\n b"), ("bh", "x=y=")]),
            ("d=bücher.example", &[("d", "bücher.example")]),
            ("V=1; v=2", &[("V", "1"), ("v", "2")]),
        ] {
            let list = parse(text.as_bytes()).expect(text);
            let tags: Vec<_> = list.iter().map(|tag| (tag.name, tag.value)).collect();
            let expected: Vec<_> = expected.iter().map(|(name, value)| (*name, value.as_bytes())).collect();
            assert_eq!(tags, expected, "{text:?}");
        }
    }

    // proves: RFC 6376 §3.2
    #[test]
    fn what_is_no_tag_list_says_which_part_and_where() {
        for (text, what, at) in [
            (&b""[..], "tag list", 0),
            (b" ", "tag without =", 0),
            (b";", "tag without =", 0),
            (b"v=1;;", "tag without =", 4),
            (b"v=1; a", "tag without =", 4),
            (b"=1", "tag name", 0),
            (b"v=1; 2=3", "tag name", 4),
            (b"v=1; a-b=3", "tag name", 4),
            (b"v=1\x00", "tag value", 3),
            (b"v=1; d=\xff", "UTF-8", 7),
        ] {
            assert_eq!(parse(text), Err(Malformed { what, at }), "{text:?}");
        }
    }

    #[test]
    fn the_span_of_a_value_holds_the_white_space_around_it() {
        let text = b"v=1; b= a\r\n b ; d=c";
        let list = parse(text).expect("a good list");
        assert_eq!(list.tag("b").map(|tag| &text[tag.span.clone()]), Some(&b" a\r\n b "[..]));
    }

    // proves: RFC 6376 §3.2
    #[test]
    fn a_repeated_name_is_seen_and_the_first_value_is_given() {
        let list = parse(b"v=1; d=a; d=b; v=2").expect("a good list");
        assert_eq!(list.duplicate().map(|tag| (tag.name, tag.value)), Some(("d", &b"b"[..])));
        assert_eq!(list.get("d"), Some(&b"a"[..]));
        let several = parse(b"z=1; d=2; d=3; a=4; a=5; z=6; d=7").expect("a good list");
        assert_eq!(several.duplicate().map(|tag| (tag.name, tag.value)), Some(("d", &b"3"[..])));
        assert_eq!(parse(b"v=1; V=2").map(|list| list.duplicate().is_none()), Ok(true));
    }

    #[test]
    fn one_tag_over_the_limit_is_refused() {
        let list = |count: usize| (0..count).map(|number| format!("t{number}=;")).collect::<String>();
        assert!(parse(list(MAX_TAGS).as_bytes()).is_ok());
        assert!(matches!(parse(list(MAX_TAGS + 1).as_bytes()), Err(Malformed { what: "number of tags", .. })));
    }
}
