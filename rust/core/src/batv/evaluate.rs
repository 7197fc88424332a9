//! Tags are checked, and bounces judged by them (draft-levine-smtp-batv §2.4.2, §4.2.2).

use crate::batv::ring::is_same;
use crate::batv::write::{is_taggable, signed};
use crate::batv::{MAX_RECIPIENTS, Reason, Ring, Tagged, TaggedLocalPart, parse};
use crate::finding::{self, Finding, Method, Property, ResultWord};

/// What the tag of an address comes to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// The domain is none that we tag for.
    NotOurs,
    /// Our tag, and still good.
    Valid {
        address: String,
    },
    /// Our tag, but its days have passed.
    Expired {
        address: String,
    },
    Forged {
        address: String,
    },
    UnknownKey {
        address: String,
        number: u8,
    },
    /// No tag; `is_taggable` claims that we would have made one.
    Untagged {
        address: String,
        is_taggable: bool,
    },
    /// A tag, but of no scheme that we could check.
    ForeignScheme {
        address: String,
        scheme: String,
    },
}

impl Verdict {
    pub const fn word(&self) -> &'static str {
        match self {
            Self::NotOurs => "not-ours",
            Self::Valid { .. } => "valid",
            Self::Expired { .. } => "expired",
            Self::Forged { .. } => "forged",
            Self::UnknownKey { .. } => "unknown-key",
            Self::Untagged { is_taggable: true, .. } => "untagged",
            Self::Untagged { .. } => "untaggable",
            Self::ForeignScheme { .. } => "foreign-scheme",
        }
    }

    /// The address below the tag, of our domains.
    pub fn address(&self) -> Option<&str> {
        match self {
            Self::NotOurs => None,
            Self::Valid { address }
            | Self::Expired { address }
            | Self::Forged { address }
            | Self::UnknownKey { address, .. }
            | Self::Untagged { address, .. }
            | Self::ForeignScheme { address, .. } => Some(address),
        }
    }
}

/// An envelope that may be a bounce.
#[derive(Debug, Clone, Copy)]
pub struct Bounce<'a> {
    /// The reverse-path.
    pub mail_from: &'a str,
    pub recipients: &'a [String],
}

/// Judges each recipient of a bounce that we tag for, in their order. Ordinary mail is not judged, whatever it is sent to.
pub fn evaluate(ring: &Ring, bounce: &Bounce<'_>, now_seconds: u64) -> Vec<Finding> {
    if !is_bounce_sender(bounce.mail_from) {
        return Vec::new();
    }
    let day = now_seconds / 86_400;
    let judged = bounce.recipients.iter().take(MAX_RECIPIENTS).filter_map(|path| {
        let (result, reason) = judged(ring, verdict(ring, path, day), day)?;
        Some(finding(path, result, reason))
    });
    let over = (bounce.recipients.len() > MAX_RECIPIENTS)
        .then(|| finding("", ResultWord::Policy, Reason::TooMany { max: MAX_RECIPIENTS }));
    judged.chain(over).collect()
}

/// Whether mail from this reverse-path is a bounce: the null path, or a mailer daemon's (§2.4.2).
pub fn is_bounce_sender(mail_from: &str) -> bool {
    mail_from.is_empty() || mail_from.rsplit_once('@').is_some_and(|(local_part, _)| is_daemon(local_part))
}

fn is_daemon(local_part: &str) -> bool {
    local_part.eq_ignore_ascii_case("mailer-daemon")
}

/// Checks the tag of one address. Digits are compared by value, so their case does not matter.
pub fn verdict(ring: &Ring, path: &str, day: u64) -> Verdict {
    let Some((local_part, domain)) = path.rsplit_once('@').filter(|(_, domain)| ring.has_domain(domain)) else {
        return Verdict::NotOurs;
    };
    let Some(TaggedLocalPart { tagged, core }) = parse(local_part) else {
        return Verdict::Untagged { address: path.to_owned(), is_taggable: is_taggable(local_part) };
    };
    let address = format!("{core}@{domain}");
    let tag = match tagged {
        Tagged::Private(tag) => tag,
        Tagged::OtherScheme { scheme } | Tagged::Foreign { scheme } => {
            return Verdict::ForeignScheme { address, scheme: scheme.to_owned() };
        }
    };
    if !ring.is_in_use(tag.key, day) {
        return Verdict::UnknownKey { address, number: tag.key };
    }
    let ours = ring.signature(tag.key, tag.digits, &signed(&core, domain));
    match ours {
        Some(ours) if is_same(ours, tag.signature) && is_current(tag.day, day, ring.lifetime_days()) => {
            Verdict::Valid { address }
        }
        Some(ours) if is_same(ours, tag.signature) => Verdict::Expired { address },
        _ => Verdict::Forged { address },
    }
}

/// Whether the day of expiry is today or lies ahead by no more than a lifetime, in numbers that come round after 999
/// (§4.2.2: unsigned subtraction mod 1000).
fn is_current(expires: u16, day: u64, lifetime_days: u64) -> bool {
    (u64::from(expires) + 1000 - day % 1000) % 1000 <= lifetime_days
}

fn judged(ring: &Ring, verdict: Verdict, day: u64) -> Option<(ResultWord, Reason)> {
    Some(match verdict {
        Verdict::NotOurs => return None,
        Verdict::Valid { address } => (ResultWord::Pass, Reason::Valid { address }),
        Verdict::Expired { address } => (ResultWord::Fail, Reason::Expired { address, days: ring.lifetime_days() }),
        Verdict::Forged { address } => (ResultWord::Fail, Reason::Forged { address }),
        Verdict::UnknownKey { address, number } => {
            (ResultWord::Fail, Reason::UnknownKey { address, number: number.into() })
        }
        Verdict::Untagged { address, is_taggable: false } => (ResultWord::Neutral, Reason::Untaggable { address }),
        Verdict::Untagged { address, .. } if ring.is_run_in(day) => (ResultWord::Neutral, Reason::RunIn { address }),
        Verdict::Untagged { address, .. } => (ResultWord::Fail, Reason::Untagged { address }),
        Verdict::ForeignScheme { address, scheme } => (ResultWord::Neutral, Reason::ForeignScheme { address, scheme }),
    })
}

fn finding(path: &str, result: ResultWord, reason: Reason) -> Finding {
    let facts = match &reason {
        Reason::Valid { address } => vec![("address", address.as_str().into())],
        _ => Vec::new(),
    };
    let properties = match path {
        "" => Vec::new(),
        path => vec![Property::new("smtp", "rcptto", path)],
    };
    Finding { method: Method::Batv, result, reason: finding::Reason::Batv(reason), properties, facts }
}
