//! z=: header fields as they were when they were signed (RFC 6376 §3.5 z=, §2.11).

use std::collections::HashSet;

use super::write::Folded;
use crate::message::Header;
use crate::octets::trim_fws;

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
