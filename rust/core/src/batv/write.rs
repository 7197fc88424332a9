//! A tag is put before a local part (draft-levine-smtp-batv §2.4.1, §4.1).

use crate::batv::parse::within_quotes;
use crate::batv::{MAX_LOCAL_PART_OCTETS, Ring, parse};

/// Why an address stays as it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NotTagged {
    /// The null path needs no tag, and what is no address can have none.
    NoAddress,
    /// It bears a tag already, ours or another's; a second one would break forwarding (§2.4.1).
    AlreadyTagged,
    /// Only a domain whose bounces come back to us may be tagged (§2.4.1).
    NotOurs,
    /// No key signs yet.
    NoKey,
    /// With a tag, the local part would be longer than hosts must take.
    TooLong,
}

impl NotTagged {
    pub const fn word(self) -> &'static str {
        match self {
            Self::NoAddress => "no-address",
            Self::AlreadyTagged => "already-tagged",
            Self::NotOurs => "not-ours",
            Self::NoKey => "no-key",
            Self::TooLong => "too-long",
        }
    }
}

/// The tagged address. The same on every try of the same day, so that greylisting hosts know it again; a message should be
/// tagged once, and keep its tag (§5).
///
/// # Errors
/// [`NotTagged`] where the address is to stay as it is.
pub fn tag(ring: &Ring, path: &str, day: u64) -> Result<String, NotTagged> {
    let (local_part, domain) =
        path.rsplit_once('@').filter(|(local_part, _)| !local_part.is_empty()).ok_or(NotTagged::NoAddress)?;
    if parse(local_part).is_some() {
        return Err(NotTagged::AlreadyTagged);
    }
    if !ring.has_domain(domain) {
        return Err(NotTagged::NotOurs);
    }
    if !is_taggable(local_part) {
        return Err(NotTagged::TooLong);
    }
    let number = ring.signing_number(day).ok_or(NotTagged::NoKey)?;
    let digits = format!("{number}{:03}", (day + ring.lifetime_days()) % 1000);
    let signature = ring.signature(number, &digits, &signed(local_part, domain)).ok_or(NotTagged::NoKey)?;
    let tag = format!("prvs={digits}{}=", crate::octets::hex(&signature));
    Ok(match within_quotes(local_part) {
        Some(inner) => format!("\"{tag}{inner}\"@{domain}"),
        None => format!("{tag}{local_part}@{domain}"),
    })
}

/// Whether there is room for a tag.
pub(super) fn is_taggable(local_part: &str) -> bool {
    local_part.len() + "prvs=KDDDSSSSSS=".len() <= MAX_LOCAL_PART_OCTETS
}

/// The original address as it is signed: the domain in lower case, since hosts on the way may change that.
pub(super) fn signed(local_part: &str, domain: &str) -> String {
    format!("{local_part}@{}", domain.to_ascii_lowercase())
}
