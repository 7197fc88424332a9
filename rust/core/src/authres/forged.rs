//! Results that a stranger wrote in our name (RFC 8601 §5).

use crate::authres::VERSION;
use crate::authres::parse::heading;
use crate::dns::Name;

/// Whose results a field holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Claim {
    /// It bears one of our identifiers; from outside, that is a forgery.
    Ours,
    /// It bears another one.
    Foreign,
    /// Nobody can say whose it is, or its version is unknown: a reader might take it for ours (RFC 8601 §5, §7.8).
    Unreadable,
    /// It is another field. The fields of ARC are others too (RFC 8617 §4.1.1).
    NotResults,
}

/// Says whose results a field holds, by its identifier alone: comments, folds and quotes taken away, letter case ignored,
/// U-labels and A-labels the same (RFC 8601 §2.5, §5).
///
/// `field_name` comes without the blanks that may stand before the colon.
pub fn claims(field_name: &[u8], value: &[u8], ours: &[&str]) -> Claim {
    if !field_name.eq_ignore_ascii_case(b"Authentication-Results") {
        return Claim::NotResults;
    }
    match heading(value) {
        Ok((authserv_id, VERSION)) => {
            let theirs = compared(&authserv_id);
            let is_ours = ours.iter().any(|ours| compared(ours) == theirs);
            if is_ours { Claim::Ours } else { Claim::Foreign }
        }
        Ok(_) | Err(_) => Claim::Unreadable,
    }
}

/// The form in which identifiers are compared.
fn compared(authserv_id: &str) -> String {
    let authserv_id = authserv_id.trim();
    Name::parse(authserv_id).map_or_else(|| authserv_id.to_lowercase(), |name| name.to_string())
}
