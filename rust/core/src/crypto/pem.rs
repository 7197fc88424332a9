//! PEM armour around a private key (RFC 7468 §2).

use crate::octets::base64_octets;

/// What stands between the first BEGIN line of this label and its END line.
pub fn content(text: &str, label: &str) -> Option<Vec<u8>> {
    let (_, rest) = text.split_once(&format!("-----BEGIN {label}-----"))?;
    let (base64, _) = rest.split_once(&format!("-----END {label}-----"))?;
    base64_octets(base64.as_bytes())
}
