//! Header fields to the sets of a chain (RFC 8617 §4.1, §4.2, §5.2 steps 1 to 3).

use super::Reason;
use crate::cfws::after_cfws;
use crate::dkim;
use crate::dkim::parse::{Algorithm, Claims, Signature, key_question, malformed, message_signature, number, octets};
use crate::dkim::parse::{required, signing_domain};
use crate::dns::{Name, Question};
use crate::message::{Header, Overflow};
use crate::octets::{Malformed, colon_list, decimal};
use crate::tags::{self, TagList};
use std::ops::Range;

/// Sets of one chain (RFC 8617 §4.2.1). One more and the chain fails.
pub const MAX_INSTANCES: u32 = 50;

/// The three fields of a set, in the order in which a seal hashes them (RFC 8617 §5.1.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    Results,
    MessageSignature,
    Seal,
}

impl Part {
    pub const ALL: [Self; 3] = [Self::Results, Self::MessageSignature, Self::Seal];

    pub const fn field_name(self) -> &'static str {
        match self {
            Self::Results => "ARC-Authentication-Results",
            Self::MessageSignature => "ARC-Message-Signature",
            Self::Seal => "ARC-Seal",
        }
    }

    /// The part that a field of this name is.
    pub fn of(name: &[u8]) -> Option<Self> {
        Self::ALL.into_iter().find(|part| part.field_name().as_bytes().eq_ignore_ascii_case(name))
    }
}

/// What a seal says of the chain that its sealer received (RFC 8617 §4.4).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ChainStatus {
    None,
    Pass,
    Fail,
}

impl ChainStatus {
    pub const ALL: [Self; 3] = [Self::None, Self::Pass, Self::Fail];

    pub const fn word(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Pass => "pass",
            Self::Fail => "fail",
        }
    }

    pub fn from_word(word: &[u8]) -> Option<Self> {
        Self::ALL.into_iter().find(|known| known.word().as_bytes().eq_ignore_ascii_case(word))
    }
}

/// One set of a chain that is well formed; whether its signatures are good is another matter.
#[derive(Debug)]
pub struct Set {
    pub instance: u32,
    /// Where each part stands among the fields of the header.
    pub places: [usize; 3],
    pub message_signature: (Claims, Result<Signature, dkim::Reason>),
    pub seal: Result<Seal, dkim::Reason>,
    /// cv=, right for its instance
    pub status: ChainStatus,
    /// d= and s= of the seal, as far as they can be read.
    pub sealer: Claims,
}

/// What an ARC-Seal says (RFC 8617 §4.1.3).
#[derive(Debug, PartialEq, Eq)]
pub struct Seal {
    pub algorithm: Algorithm,
    /// b=, decoded
    pub signature: Vec<u8>,
    /// Where in the field's value the value of b= and the white space around it lie.
    pub signature_span: Range<usize>,
    pub domain: Name,
    pub key_question: Question,
    pub sealed_seconds: Option<u64>,
}

/// The sets in the order of their instances, 1 first.
///
/// # Errors
/// [`Reason::NoChain`], or why this is no chain.
pub fn chain(header: &Header) -> Result<Vec<Set>, Reason> {
    if let Some(overflow) = header.overflow() {
        return Err(over(overflow));
    }
    let fields = fields(header)?;
    let newest = fields.iter().filter_map(|field| field.instance.as_ref().ok()).max().copied();
    if let Some(instance) = newest.filter(|&newest| fields.iter().any(|field| field.is_broken_seal_of(newest))) {
        return Err(Reason::BrokenBefore { instance });
    }
    if let Some(reason) = fields.iter().find_map(|field| field.instance.as_ref().err()) {
        return Err(reason.clone());
    }
    let newest = newest.ok_or(Reason::NoChain)?;
    let fields = in_order(&fields, newest)?;
    fields.chunks_exact(3).zip(1..).map(|(parts, instance)| set(header, parts, instance)).collect()
}

/// The instance that a new set of this header would have: one more than the highest there is (RFC 8617 §5.1 step 3).
/// `None` where the chain is full, or its newest seal says that it is broken.
pub fn next_instance(header: &Header) -> Option<u32> {
    let fields = match fields(header) {
        Ok(fields) => fields,
        Err(Reason::NoChain) => return Some(1),
        Err(_) => return None,
    };
    let newest = fields.iter().filter_map(|field| field.instance.as_ref().ok()).max().copied().unwrap_or(0);
    let is_broken = fields.iter().any(|field| field.is_broken_seal_of(newest));
    (newest < MAX_INSTANCES && !is_broken).then_some(newest + 1)
}

fn over(overflow: Overflow) -> Reason {
    match overflow {
        Overflow::Octets { max } => Reason::HeaderTooLarge { max },
        Overflow::Fields { max } => Reason::TooManyFields { max },
    }
}

/// One field of ARC, as far as its place in the chain is concerned.
struct ArcField<'h> {
    part: Part,
    place: usize,
    instance: Result<u32, Reason>,
    /// None for results, which are no tag list.
    list: Option<TagList<'h>>,
}

impl ArcField<'_> {
    fn is_broken_seal_of(&self, newest: u32) -> bool {
        let status = self.list.as_ref().and_then(|list| list.get("cv")).and_then(ChainStatus::from_word);
        self.part == Part::Seal && self.instance == Ok(newest) && status == Some(ChainStatus::Fail)
    }
}

fn fields(header: &Header) -> Result<Vec<ArcField<'_>>, Reason> {
    let places = header.fields().iter().enumerate();
    let parts: Vec<_> = places.filter_map(|(place, field)| Some((Part::of(header.name(field))?, place))).collect();
    let too_many = |part| parts.iter().filter(|(known, _)| *known == part).count() > MAX_INSTANCES as usize;
    if Part::ALL.into_iter().any(too_many) {
        return Err(Reason::TooManySets { max: MAX_INSTANCES });
    }
    let read = |(part, place): (Part, usize)| read(part, place, header.value(&header.fields()[place]));
    match parts.is_empty() {
        true => Err(Reason::NoChain),
        false => Ok(parts.into_iter().map(read).collect()),
    }
}

fn read(part: Part, place: usize, value: &[u8]) -> ArcField<'_> {
    let damaged = |Malformed { what, at }| Reason::Malformed { field: part.field_name(), what, at };
    if part == Part::Results {
        let leading = leading_instance(value).map_err(damaged);
        let instance = leading.and_then(|(digits, _)| instance(part, (&value[digits.clone()], digits.start)));
        return ArcField { part, place, instance, list: None };
    }
    let list = match tags::parse(value) {
        Ok(list) => list,
        Err(malformed) => return ArcField { part, place, instance: Err(damaged(malformed)), list: None },
    };
    let instance = match (list.duplicate(), list.tag("i")) {
        (Some(again), _) => Err(damaged(Malformed { what: "duplicate tag", at: again.span.start })),
        (None, None) => Err(damaged(Malformed { what: "no i=", at: value.len() })),
        (None, Some(tag)) => instance(part, (tag.value, tag.span.start)),
    };
    ArcField { part, place, instance, list: Some(list) }
}

/// What follows the instance in the value of ARC-Authentication-Results.
pub fn results_of(value: &[u8]) -> &[u8] {
    leading_instance(value).map_or(&[], |(_, rest)| &value[rest..])
}

/// Where the digits of `i=` lie at the front of ARC-Authentication-Results, and where the rest begins (RFC 8617 §4.1.1).
fn leading_instance(value: &[u8]) -> Result<(Range<usize>, usize), Malformed> {
    let expected = |at: usize, octet: u8, what| match value.get(at) {
        Some(&found) if found == octet => after_cfws(value, at + 1),
        _ => Err(Malformed { what, at }),
    };
    let letter = after_cfws(value, 0)?;
    let equals = expected(letter, b'i', "no i=")?;
    let digits = expected(equals, b'=', "no i=")?;
    let length = value[digits..].iter().take_while(|octet| octet.is_ascii_digit()).count();
    let end = after_cfws(value, digits + length)?;
    // What the results say, and whether they can be read, is no matter of the chain (RFC 8617 §3.4).
    match value.get(end) {
        Some(b';') => Ok((digits..digits + length, end + 1)),
        _ => Err(Malformed { what: "no semicolon after i=", at: end }),
    }
}

/// One or two digits, 1 to 50 (RFC 8617 §3.9).
fn instance(part: Part, (text, at): (&[u8], usize)) -> Result<u32, Reason> {
    let number = decimal(text).filter(|&number| text.len() <= 2 && number > 0);
    match number.and_then(|number| u32::try_from(number).ok()) {
        Some(number) if number > MAX_INSTANCES => Err(Reason::TooManySets { max: MAX_INSTANCES }),
        Some(number) => Ok(number),
        None => Err(Reason::Malformed { field: part.field_name(), what: "i=", at }),
    }
}

/// The fields of instance 1, then those of 2 and so on, exactly one of each part (RFC 8617 §5.2 step 3 A, B).
fn in_order<'f, 'h>(fields: &'f [ArcField<'h>], newest: u32) -> Result<Vec<&'f ArcField<'h>>, Reason> {
    let places = (1..=newest).flat_map(|instance| Part::ALL.map(|part| (instance, part)));
    let one = |(instance, part): (u32, Part)| {
        let mut found = fields.iter().filter(|field| field.part == part && field.instance == Ok(instance));
        let field = part.field_name();
        match (found.next(), found.next()) {
            (Some(found), None) => Ok(found),
            (None, _) => Err(Reason::MissingField { field, instance }),
            (Some(_), Some(_)) => Err(Reason::RepeatedField { field, instance }),
        }
    };
    places.map(one).collect()
}

fn set(header: &Header, parts: &[&ArcField<'_>], instance: u32) -> Result<Set, Reason> {
    let [results, signature, seal] = parts else { unreachable!("sets have three parts") };
    let (Some(signature_tags), Some(seal_tags)) = (&signature.list, &seal.list) else {
        unreachable!("a field whose instance is known was read")
    };
    let status = status(seal_tags, instance)?;
    let message_signature = message_signature(signature_tags);
    if message_signature.1.as_ref().is_ok_and(|read| signs_arc(header, signature.place, read)) {
        return Err(Reason::SignsArcField { instance });
    }
    let sealer = Claims::read(seal_tags);
    Ok(Set {
        instance,
        places: [results.place, signature.place, seal.place],
        message_signature,
        status,
        seal: read_seal(seal_tags, &sealer),
        sealer,
    })
}

/// cv= is `none` in the first seal and `pass` in all others, and there is no h= (RFC 8617 §4.1.3, §5.2 step 3 C).
fn status(list: &TagList<'_>, instance: u32) -> Result<ChainStatus, Reason> {
    if list.tag("h").is_some() {
        return Err(Reason::SealListsNames { instance });
    }
    let expected = if instance == 1 { ChainStatus::None } else { ChainStatus::Pass };
    match list.get("cv").map(ChainStatus::from_word) {
        Some(Some(status)) if status == expected => Ok(status),
        Some(Some(status)) => Err(Reason::WrongStatus { instance, status: status.word() }),
        Some(None) => Err(Reason::WrongStatus { instance, status: "(unknown)" }),
        None => Err(Reason::WrongStatus { instance, status: "(missing)" }),
    }
}

/// A message signature over fields of ARC would sign what later sealers add (RFC 8617 §4.1.2).
fn signs_arc(header: &Header, place: usize, signature: &Signature) -> bool {
    let names = &header.value(&header.fields()[place])[signature.signed_names_span.clone()];
    colon_list(names).any(|name| Part::of(name).is_some())
}

fn read_seal(list: &TagList<'_>, claims: &Claims) -> Result<Seal, dkim::Reason> {
    let algorithm = Algorithm::from_word(required(list, "a")?.value)?;
    let domain = signing_domain(list, claims)?;
    let signature = required(list, "b")?;
    Ok(Seal {
        algorithm,
        signature: octets(signature).ok_or_else(|| malformed("b=", signature))?,
        signature_span: signature.span.clone(),
        key_question: key_question(list, claims, &domain)?,
        domain,
        sealed_seconds: number(list, "t", "t=")?,
    })
}
