//! The text of an SPF record becomes directives and modifiers (RFC 7208 §4.6.1, §12); any fault anywhere spoils it all.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use crate::dns;
use crate::finding::ResultWord;
use crate::spf::macros::{DomainSpec, MacroString};

/// Longest piece of a faulty term that a reason repeats.
const MAX_TERM_SHOWN: usize = 60;

/// The TXT records of a domain, each read if its start says that it is one of SPF or of Sender ID.
#[derive(Debug)]
pub(super) struct Published(Vec<Option<Result<Record, Malformed>>>);

impl Published {
    pub fn read(records: &[dns::Record]) -> Self {
        let texts = records.iter().filter_map(|record| match record {
            dns::Record::Txt(text) => Some(text),
            _ => None,
        });
        Self(texts.map(|text| is_of_either(text).then(|| parse(text))).collect())
    }

    /// What the text at this place among the TXT records says.
    pub fn at(&self, place: usize) -> Option<&Result<Record, Malformed>> {
        self.0.get(place)?.as_ref()
    }
}

/// Sender ID's records have the same terms behind their own version (RFC 4406 §4.4).
fn is_of_either(text: &[u8]) -> bool {
    let starts = |version: &[u8]| text.get(..version.len()).is_some_and(|start| start.eq_ignore_ascii_case(version));
    starts(b"v=spf1") || starts(b"spf2.")
}

/// One record, wholly checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Record {
    /// As published, made visible where it is not.
    pub(super) text: String,
    pub(super) directives: Vec<Directive>,
    pub(super) redirect: Option<Redirect>,
    pub(super) explanation: Option<DomainSpec>,
}

/// What spoils a record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Malformed {
    Term(String),
    /// `redirect` or `exp` stands twice (RFC 7208 §6).
    Repeated(&'static str),
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Directive {
    pub qualifier: Qualifier,
    pub mechanism: Mechanism,
    /// As published, for the reason.
    pub text: String,
}

/// `redirect=` (RFC 7208 §6.1).
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Redirect {
    pub to: DomainSpec,
    /// As published, for the trace.
    pub text: String,
}

/// What a match means (RFC 7208 §4.6.2).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Qualifier {
    Pass,
    Fail,
    SoftFail,
    Neutral,
}

impl Qualifier {
    pub const fn result(self) -> ResultWord {
        match self {
            Self::Pass => ResultWord::Pass,
            Self::Fail => ResultWord::Fail,
            Self::SoftFail => ResultWord::SoftFail,
            Self::Neutral => ResultWord::Neutral,
        }
    }
}

/// RFC 7208 §5. Without a domain-spec, the domain now evaluated is the target.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Mechanism {
    /// RFC 7208 §5.1: terms behind it are never reached, and `redirect` is not followed.
    All,
    Include(DomainSpec),
    A(Option<DomainSpec>, Prefixes),
    Mx(Option<DomainSpec>, Prefixes),
    Ptr(Option<DomainSpec>),
    /// `ip4` or `ip6`; only the prefix of the network's own family matters.
    Network(IpAddr, Prefixes),
    Exists(DomainSpec),
}

/// How many leading bits must agree (RFC 7208 §5.6).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Prefixes {
    pub ip4: u8,
    pub ip6: u8,
}

/// Whether a TXT record is an SPF record (RFC 7208 §4.5): the version, then a space or the end.
pub(super) fn is_record(text: &[u8]) -> bool {
    let version = b"v=spf1";
    text.get(..version.len()).is_some_and(|start| start.eq_ignore_ascii_case(version))
        && matches!(text.get(version.len()), None | Some(b' '))
}

/// Reads a whole record, so that a fault behind the deciding term is seen too (RFC 7208 §4.6).
///
/// # Errors
/// [`Malformed`] names the term that cannot be read, or the modifier that stands twice.
pub fn parse(text: &[u8]) -> Result<Record, Malformed> {
    let visible = text.escape_ascii().to_string();
    let mut record = Record { text: visible, directives: Vec::new(), redirect: None, explanation: None };
    for term in text.split(|&octet| octet == b' ').skip(1).filter(|term| !term.is_empty()) {
        let faulty = || Malformed::Term(shown(term));
        let term = std::str::from_utf8(term).ok().filter(|term| term.is_ascii()).ok_or_else(faulty)?;
        match modifier(term) {
            Some((name, value)) => record.modify(name, value, faulty)?,
            None => record.directives.push(directive(term).ok_or_else(faulty)?),
        }
    }
    Ok(record)
}

impl Record {
    fn modify(&mut self, name: &str, value: &str, faulty: impl Fn() -> Malformed) -> Result<(), Malformed> {
        let spec = || DomainSpec::parse(value).ok_or_else(&faulty);
        let (word, is_repeated) = match name.to_ascii_lowercase().as_str() {
            "redirect" => {
                let redirect = Redirect { to: spec()?, text: format!("{name}={value}") };
                ("redirect", self.redirect.replace(redirect).is_some())
            }
            "exp" => ("exp", self.explanation.replace(spec()?).is_some()),
            _ => return MacroString::parse(value).map(|_| ()).ok_or_else(faulty),
        };
        match is_repeated {
            true => Err(Malformed::Repeated(word)),
            false => Ok(()),
        }
    }
}

/// Name and value where the term is a modifier: a name, then at once an equals sign (RFC 7208 §4.6.1).
fn modifier(term: &str) -> Option<(&str, &str)> {
    let (name, value) = term.split_once('=')?;
    let starts_well = name.starts_with(|letter: char| letter.is_ascii_alphabetic());
    let goes_on_well = name.bytes().all(|octet| octet.is_ascii_alphanumeric() || b"-_.".contains(&octet));
    (starts_well && goes_on_well).then_some((name, value))
}

fn directive(term: &str) -> Option<Directive> {
    let (qualifier, rest) = match term.as_bytes().first()? {
        b'+' => (Qualifier::Pass, &term[1..]),
        b'-' => (Qualifier::Fail, &term[1..]),
        b'~' => (Qualifier::SoftFail, &term[1..]),
        b'?' => (Qualifier::Neutral, &term[1..]),
        _ => (Qualifier::Pass, term),
    };
    Some(Directive { qualifier, mechanism: mechanism(rest)?, text: term.to_owned() })
}

fn mechanism(text: &str) -> Option<Mechanism> {
    let (name, rest) = text.split_at(text.find([':', '/']).unwrap_or(text.len()));
    let argument = || rest.strip_prefix(':');
    Some(match name.to_ascii_lowercase().as_str() {
        "all" if rest.is_empty() => Mechanism::All,
        "include" => Mechanism::Include(DomainSpec::parse(argument()?)?),
        "exists" => Mechanism::Exists(DomainSpec::parse(argument()?)?),
        "ptr" => Mechanism::Ptr(optional_spec(rest)?),
        "a" => {
            let (spec, prefixes) = target(rest)?;
            Mechanism::A(spec, prefixes)
        }
        "mx" => {
            let (spec, prefixes) = target(rest)?;
            Mechanism::Mx(spec, prefixes)
        }
        "ip4" => {
            let (network, bits) = network(argument()?, 32)?;
            Mechanism::Network(network.parse::<Ipv4Addr>().ok()?.into(), Prefixes { ip4: bits, ip6: 128 })
        }
        "ip6" => {
            let (network, bits) = network(argument()?, 128)?;
            Mechanism::Network(network.parse::<Ipv6Addr>().ok()?.into(), Prefixes { ip4: 32, ip6: bits })
        }
        _ => return None,
    })
}

/// `[ ":" domain-spec ]`.
fn optional_spec(text: &str) -> Option<Option<DomainSpec>> {
    if text.is_empty() {
        return Some(None);
    }
    DomainSpec::parse(text.strip_prefix(':')?).map(Some)
}

/// `[ ":" domain-spec ] [ dual-cidr-length ]`. A slash may also stand inside the domain-spec, so the lengths are taken
/// from the end.
fn target(text: &str) -> Option<(Option<DomainSpec>, Prefixes)> {
    let (text, ip6) = match length_at_end(text) {
        Some((before, digits)) if before.ends_with('/') => (&before[..before.len() - 1], prefix(digits, 128)?),
        _ => (text, 128),
    };
    let (text, ip4) = match length_at_end(text) {
        Some((before, digits)) => (before, prefix(digits, 32)?),
        None => (text, 32),
    };
    Some((optional_spec(text)?, Prefixes { ip4, ip6 }))
}

fn length_at_end(text: &str) -> Option<(&str, &str)> {
    let (before, digits) = text.rsplit_once('/')?;
    let is_number = !digits.is_empty() && digits.bytes().all(|octet| octet.is_ascii_digit());
    is_number.then_some((before, digits))
}

fn network(text: &str, max_bits: u8) -> Option<(&str, u8)> {
    match text.split_once('/') {
        Some((network, digits)) => Some((network, prefix(digits, max_bits)?)),
        None => Some((text, max_bits)),
    }
}

/// A prefix length without leading zeros, not above its maximum (RFC 7208 §5.6).
fn prefix(digits: &str, max_bits: u8) -> Option<u8> {
    let is_number = digits.bytes().all(|octet| octet.is_ascii_digit());
    let has_leading_zero = digits.len() > 1 && digits.starts_with('0');
    let bits = digits.parse().ok()?;
    (is_number && !has_leading_zero && bits <= max_bits).then_some(bits)
}

/// A term as a reason may repeat it: printable, and not long.
fn shown(term: &[u8]) -> String {
    let visible = term.escape_ascii().to_string();
    match visible.get(..MAX_TERM_SHOWN) {
        Some(start) if visible.len() > MAX_TERM_SHOWN => format!("{start}..."),
        _ => visible,
    }
}
