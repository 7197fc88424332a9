//! Small readers of octets that every parser here shares.

/// White space of a header line (RFC 5234 §B.1 WSP).
pub const fn is_wsp(octet: u8) -> bool {
    matches!(octet, b' ' | b'\t')
}
