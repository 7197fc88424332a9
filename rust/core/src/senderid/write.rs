//! What we publish and announce: the version of a record, the value of SUBMITTER.

use std::fmt::Write as _;

use crate::senderid::{PurportedAddress, Scope};

/// The beginning of a record for these scopes, as `spf2.0/mfrom,pra` (RFC 4406 §3.1, §3.1.1).
pub fn version_section(scopes: &[Scope]) -> String {
    let words: Vec<&str> = scopes.iter().map(|scope| scope.word()).collect();
    format!("spf2.0/{}", words.join(","))
}

/// The address as the value of SUBMITTER, with what ESMTP values cannot hold as xtext (RFC 4405 §4).
pub fn submitter_value(address: &PurportedAddress) -> String {
    let local_part = &address.local_part;
    let is_atom = |part: &str| !part.is_empty() && part.bytes().all(is_atext);
    let mailbox = match local_part.split('.').all(is_atom) {
        true => address.address(),
        false => format!("\"{}\"@{}", local_part.replace('\\', "\\\\").replace('"', "\\\""), address.domain),
    };
    xtext(&mailbox)
}

fn xtext(text: &str) -> String {
    let mut coded = String::new();
    for octet in text.bytes() {
        match octet {
            b'!'..=b'*' | b','..=b'<' | b'>'..=b'~' => coded.push(char::from(octet)),
            // Writing to a string cannot fail.
            _ => drop(write!(coded, "+{octet:02X}")),
        }
    }
    coded
}

/// RFC 5322 §3.2.3, and UTF-8 (RFC 6532 §3.2).
const fn is_atext(octet: u8) -> bool {
    octet.is_ascii_alphanumeric()
        || octet >= 0x80
        || matches!(octet, b'!' | b'#'..=b'\'' | b'*' | b'+' | b'-' | b'/' | b'=' | b'?' | b'^'..=b'`' | b'{'..=b'~')
}
