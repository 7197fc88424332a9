//! z=: header fields as they were when they were signed (RFC 6376 §3.5 z=, §2.11).

use std::collections::HashSet;

use super::parse::MAX_SIGNED_NAMES;
use super::write::Folded;
use crate::message::canonical::canonical_field;
use crate::message::{Canonicalization, Field, Header, HeaderLimits};
use crate::octets::{trim_fws, without_fws};

/// Writes every field that one of these names means, in the order the fields stand. A fold never parts the three
/// characters of an encoded octet.
pub(super) fn write(header: &Header, names: &[&str], out: &mut Folded) {
    let names: HashSet<String> = names.iter().map(|name| name.to_ascii_lowercase()).collect();
    let lower_name = |field| String::from_utf8_lossy(header.name(field)).to_ascii_lowercase();
    let copied = header.fields().iter().filter(|field| names.contains(&lower_name(field)));
    out.tag("z=");
    for (number, field) in copied.enumerate() {
        let separator = if number == 0 { "" } else { "|" };
        out.unit(&format!("{separator}{}:", String::from_utf8_lossy(header.name(field))));
        trim_fws(header.value(field)).iter().for_each(|&octet| out.unit(&encoded(octet)));
    }
    out.unit(";");
}

/// RFC 6376 §2.11, with `|` encoded as z= needs it.
pub(super) fn quoted_printable(octets: &[u8]) -> String {
    octets.iter().map(|&octet| encoded(octet)).collect()
}

fn encoded(octet: u8) -> String {
    match octet {
        b'!'..=b':' | b'<' | b'>'..=b'{' | b'}' | b'~' => char::from(octet).to_string(),
        _ => format!("={octet:02X}"),
    }
}

/// Names of fields that are no more as `copies`, the value of z=, has them: for whoever looks into a failure, and for
/// nothing else (RFC 6376 §3.5 z=). Fields are compared in relaxed form; a copied one that is gone has changed.
pub(super) fn changed(header: &Header, copies: &[u8]) -> Vec<String> {
    let present: HashSet<_> = header.fields().iter().map(|field| relaxed(header, field)).collect();
    let mut names: Vec<String> = Vec::new();
    for copy in copies.split(|&octet| octet == b'|').take(MAX_SIGNED_NAMES) {
        let copy = Header::scan(decoded(copy), HeaderLimits { octets: usize::MAX, fields: 1 });
        let Some(field) = copy.fields().first().filter(|field| !field.name.is_empty()) else { continue };
        let name = String::from_utf8_lossy(copy.name(field)).into_owned();
        if names.len() < MAX_CHANGED_FIELDS && !present.contains(&relaxed(&copy, field)) && !names.contains(&name) {
            names.push(name);
        }
    }
    names
}

/// Changed fields that are told of; a mail through a list has some three.
const MAX_CHANGED_FIELDS: usize = 20;

fn relaxed(header: &Header, field: &Field) -> Vec<u8> {
    let mut text = Vec::new();
    canonical_field(header, field, Canonicalization::Relaxed, &mut text);
    text
}

/// One copied field as a line. What is no dkim-quoted-printable stays as it is (RFC 6376 §2.11).
fn decoded(copy: &[u8]) -> Vec<u8> {
    let text = without_fws(copy);
    let mut field = Vec::with_capacity(text.len());
    let mut rest = &text[..];
    while let Some((&first, after)) = rest.split_first() {
        let octet = after.get(..2).filter(|_| first == b'=').and_then(|digits| std::str::from_utf8(digits).ok());
        match octet.and_then(|digits| u8::from_str_radix(digits, 16).ok()) {
            Some(octet) => {
                field.push(octet);
                rest = &after[2..];
            }
            None => {
                field.push(first);
                rest = after;
            }
        }
    }
    field
}

#[cfg(test)]
mod tests {
    use super::*;

    // proves: RFC 6376 §3.5, §2.11
    #[test]
    fn fields_that_are_no_more_as_they_were_copied_are_named() {
        let header = b"From: Ann\r\nSubject: [list]  Lunch\r\nTo: b\r\nTo: c\r\nX: a=b|c;\r\n".to_vec();
        let header = Header::scan(header, HeaderLimits::default());
        for (copies, names) in [
            ("From:Ann|to:c|To:b", &[][..]),
            ("From:=20Ann=20|Subject:[list]=20Lunch|X:a=3Db=7Cc;", &[]),
            ("Subject:Lunch", &["Subject"]),
            ("FROM:Eve|\r\n Subject : Lunch|Subject:x", &["FROM", "Subject"]),
            ("Cc:gone|To:d", &["Cc", "To"]),
            ("From:=zz|=", &["From"]),
            ("", &[]),
            ("|||", &[]),
        ] {
            assert_eq!(changed(&header, copies.as_bytes()), names, "{copies}");
        }
        let many: String = (0..100).map(|number| format!("X-{number}:y|")).collect();
        assert_eq!(changed(&header, many.as_bytes()).len(), MAX_CHANGED_FIELDS);
    }
}
