//! The text of a DMARC Policy Record becomes a value (RFC 9989 §4.7, §4.8).

use crate::dmarc::uri::report_uris;
use crate::dns;
use crate::tags;

/// What the owner of a domain asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Record {
    /// `p`, `sp` and `np`, after the rule for invalid ones; `None` where the record asks for no DMARC at all.
    pub policies: Option<Policies>,
    pub psd: Psd,
    /// `adkim`
    pub dkim_alignment: Alignment,
    /// `aspf`
    pub spf_alignment: Alignment,
    /// `t=y`
    pub is_testing: bool,
    /// `rua`: where aggregate reports should go.
    pub aggregate_uris: Vec<String>,
    /// `ruf`: where failure reports should go.
    pub failure_uris: Vec<String>,
    /// `fo`: of which failures; `0` unless said otherwise.
    pub failure_options: String,
    /// As published, made visible where it is not.
    pub text: String,
}

/// What the TXT records of one name are to DMARC.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Published {
    Nothing,
    Record(Record),
    /// Several count as none (RFC 9989 §4.10).
    Several(usize),
}

impl Published {
    pub fn read(records: &[dns::Record]) -> Self {
        let mut found = records.iter().filter_map(|record| match record {
            dns::Record::Txt(text) => parse(text),
            _ => None,
        });
        let Some(record) = found.next() else { return Self::Nothing };
        match found.count() {
            0 => Self::Record(record),
            others => Self::Several(others + 1),
        }
    }
}

/// Policies by the place of the author domain (RFC 9989 §4.10.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Policies {
    /// `p`
    pub own: Policy,
    /// `sp`, or what stands for it
    pub subdomain: Policy,
    /// `np`, or what stands for it
    pub nonexistent: Policy,
}

/// Domain Owner Assessment Policy.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Policy {
    None,
    Quarantine,
    Reject,
}

impl Policy {
    pub const fn word(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Quarantine => "quarantine",
            Self::Reject => "reject",
        }
    }

    /// One step less, as `t=y` asks (RFC 9989 §4.7).
    pub const fn lowered(self) -> Self {
        match self {
            Self::Reject => Self::Quarantine,
            Self::Quarantine | Self::None => Self::None,
        }
    }

    fn from_value(value: &[u8]) -> Option<Self> {
        [Self::None, Self::Quarantine, Self::Reject]
            .into_iter()
            .find(|policy| value.eq_ignore_ascii_case(policy.word().as_bytes()))
    }
}

/// Whether the record says that its name is a public suffix, an organizational domain, or nothing of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Psd {
    Yes,
    No,
    Unsaid,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Alignment {
    /// Any name of the author's organization (RFC 9989 §3.2.10.1).
    Relaxed,
    /// The author domain itself (RFC 9989 §3.2.10.2).
    Strict,
}

/// Reads one TXT record; `None` where it is no DMARC Policy Record.
///
/// Only the version must be right and first. What else cannot be read is left out in favour of its default, and unknown
/// tags are ignored (RFC 9989 §4.8), so a stray semicolon never voids a policy.
pub fn parse(text: &[u8]) -> Option<Record> {
    let tags = tags_of(text)?;
    let get = |name: &str| tags.iter().find(|(tag, _)| *tag == name).map(|&(_, value)| value);
    let is = |name: &str, value: &str| get(name).is_some_and(|found| found.eq_ignore_ascii_case(value.as_bytes()));
    Some(Record {
        policies: policies(get),
        psd: if is("psd", "y") {
            Psd::Yes
        } else if is("psd", "n") {
            Psd::No
        } else {
            Psd::Unsaid
        },
        dkim_alignment: if is("adkim", "s") { Alignment::Strict } else { Alignment::Relaxed },
        spf_alignment: if is("aspf", "s") { Alignment::Strict } else { Alignment::Relaxed },
        is_testing: is("t", "y"),
        aggregate_uris: get("rua").map(report_uris).unwrap_or_default(),
        failure_uris: get("ruf").map(report_uris).unwrap_or_default(),
        failure_options: get("fo").unwrap_or(b"0").escape_ascii().to_string(),
        text: text.escape_ascii().to_string(),
    })
}

/// The tags behind a version that is right and first, as every record of DMARC has it (RFC 9989 §4.8, RFC 9990 §4).
pub(super) fn tags_of(text: &[u8]) -> Option<Vec<(&str, &[u8])>> {
    let mut tags = text.split(|&octet| octet == b';').map(tag);
    if tags.next()?? != ("v", b"DMARC1") {
        return None;
    }
    Some(tags.flatten().take(tags::MAX_TAGS).collect())
}

fn tag(text: &[u8]) -> Option<(&str, &[u8])> {
    let list = tags::parse(text).ok()?;
    let only = list.first()?;
    Some((only.name, only.value))
}

/// Without a valid `p`, or with an invalid `sp` or `np`, the record counts as `p=none` if it names an address for reports,
/// and as nothing otherwise (RFC 9989 §4.10.1).
fn policies<'a>(get: impl Fn(&str) -> Option<&'a [u8]>) -> Option<Policies> {
    let valid = || {
        let own = Policy::from_value(get("p")?)?;
        let subdomain = get("sp").map_or(Some(own), Policy::from_value)?;
        let nonexistent = get("np").map_or(Some(subdomain), Policy::from_value)?;
        Some(Policies { own, subdomain, nonexistent })
    };
    let none = Policies { own: Policy::None, subdomain: Policy::None, nonexistent: Policy::None };
    valid().or_else(|| get("rua").is_some_and(|uris| !report_uris(uris).is_empty()).then_some(none))
}
