//! A DKIM-Signature field to its value (RFC 6376 §3.5, §6.1.1).

use std::ops::Range;

use super::{Reason, atps};
use crate::crypto::KeyKind;
use crate::dns::{Name, Question, RecordType};
use crate::message::{BodySpec, Canonicalization};
use crate::octets::{base64_octets, colon_list, decimal, without_fws};
use crate::tags::{self, Tag, TagList};

/// Names that h= may list. Signers list some 30; a name costs a search among the fields, for each signature.
pub const MAX_SIGNED_NAMES: usize = 1_000;

/// A signature that says all it must, and nothing that contradicts it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signature {
    /// a=
    pub algorithm: Algorithm,
    /// b=, decoded
    pub signature: Vec<u8>,
    /// Where in the field's value the value of b= and the white space around it lie.
    pub signature_span: Range<usize>,
    /// bh=, decoded
    pub body_hash: Vec<u8>,
    /// The first part of c=
    pub header_canonicalization: Canonicalization,
    /// The second part of c=, and l=
    pub body: BodySpec,
    /// d=
    pub domain: Name,
    /// The domain of i=, or d=
    pub identity_domain: Name,
    /// Where in the field's value h= lists its names.
    pub signed_names_span: Range<usize>,
    /// From fields that h= covers.
    pub signed_from_fields: u64,
    /// t=
    pub signed_seconds: Option<u64>,
    /// x=
    pub expires_seconds: Option<u64>,
    /// Header fields copied into z=, for diagnosis only
    pub copied_fields: u64,
    /// Where in the field's value z= lists them; empty without z=.
    pub copies_span: Range<usize>,
    /// atps= and atpsh=: whom the signer claims to stand for (RFC 6541 §4.2)
    pub atps: Option<atps::Claim>,
    /// Asks for the key record (RFC 6376 §3.6.2.1).
    pub key_question: Question,
}

/// Algorithms that can verify (RFC 8301 §3.1, RFC 8463 §3).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Algorithm {
    RsaSha256,
    Ed25519Sha256,
}

impl Algorithm {
    pub const ALL: [Self; 2] = [Self::RsaSha256, Self::Ed25519Sha256];

    pub const fn word(self) -> &'static str {
        match self {
            Self::RsaSha256 => "rsa-sha256",
            Self::Ed25519Sha256 => "ed25519-sha256",
        }
    }

    pub const fn key_kind(self) -> KeyKind {
        match self {
            Self::RsaSha256 => KeyKind::Rsa,
            Self::Ed25519Sha256 => KeyKind::Ed25519,
        }
    }

    /// The one for keys of this kind.
    pub const fn of(kind: KeyKind) -> Self {
        match kind {
            KeyKind::Rsa => Self::RsaSha256,
            KeyKind::Ed25519 => Self::Ed25519Sha256,
        }
    }

    pub(crate) fn from_word(word: &[u8]) -> Result<Self, Reason> {
        if word.eq_ignore_ascii_case(b"rsa-sha1") {
            return Err(Reason::Sha1Refused);
        }
        let known = Self::ALL.into_iter().find(|known| known.word().as_bytes().eq_ignore_ascii_case(word));
        known.ok_or(Reason::UnknownAlgorithm)
    }
}

/// What a signature field says of itself, as far as it can be read; shown whatever becomes of the signature.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Claims {
    /// d= (RFC 8616 §5: U-labels may stand for A-labels)
    pub domain: Option<Name>,
    /// i=, without white space
    pub identity: Option<String>,
    /// s=
    pub selector: Option<Name>,
    /// a=, known or not
    pub algorithm: Option<String>,
    /// b=, without white space
    pub signature_text: Option<String>,
}

/// Reads the value of a DKIM-Signature field: what it claims, and the signature or what is wrong with it.
pub fn parse(value: &[u8]) -> (Claims, Result<Signature, Reason>) {
    let list = match tags::parse(value) {
        Ok(list) => list,
        Err(malformed) => {
            return (Claims::default(), Err(Reason::Malformed { what: malformed.what, at: malformed.at }));
        }
    };
    let claims = Claims::read(&list);
    let signature = signature(&list, &claims);
    (claims, signature)
}

impl Claims {
    pub(crate) fn read(list: &TagList<'_>) -> Self {
        Self {
            domain: name(list, "d"),
            identity: text(list, "i").filter(|identity| identity.len() <= MAX_SHOWN_IDENTITY_OCTETS),
            selector: name(list, "s"),
            algorithm: text(list, "a").filter(|word| is_algorithm_word(word)),
            signature_text: text(list, "b").filter(|signature| !signature.is_empty()),
        }
    }
}

/// Octets of i= that are shown: a local part of 64, `@`, a domain of 255 (RFC 5321 §4.5.3.1).
const MAX_SHOWN_IDENTITY_OCTETS: usize = 320;

fn name(list: &TagList<'_>, tag: &str) -> Option<Name> {
    Name::parse(std::str::from_utf8(list.get(tag)?).ok()?)
}

/// A value in which white space means nothing.
fn text(list: &TagList<'_>, name: &str) -> Option<String> {
    String::from_utf8(without_fws(list.get(name)?).into_owned()).ok()
}

/// Letters, digits and hyphens (RFC 6376 §3.5 sig-a-tag-alg), no more of them than a DNS label has.
fn is_algorithm_word(word: &str) -> bool {
    (1..=63).contains(&word.len()) && word.bytes().all(|octet| octet.is_ascii_alphanumeric() || octet == b'-')
}

fn signature(list: &TagList<'_>, claims: &Claims) -> Result<Signature, Reason> {
    if let Some(again) = list.duplicate() {
        return Err(Reason::DuplicateTag { at: again.span.start });
    }
    if required(list, "v")?.value != b"1" {
        return Err(Reason::UnknownVersion);
    }
    unversioned(list, claims, domains)
}

/// The tags of an ARC-Message-Signature: as above, but v= is ignored, and i= is no identity (RFC 8617 §4.1.2).
pub(crate) fn message_signature(list: &TagList<'_>) -> (Claims, Result<Signature, Reason>) {
    let claims = Claims { identity: None, ..Claims::read(list) };
    let signature = match list.duplicate() {
        Some(again) => Err(Reason::DuplicateTag { at: again.span.start }),
        None => unversioned(list, &claims, |list, claims| {
            let domain = signing_domain(list, claims)?;
            Ok((domain.clone(), domain))
        }),
    };
    (claims, signature)
}

/// All that follows v=; `domains` gives the domains of d= and i=.
fn unversioned(
    list: &TagList<'_>,
    claims: &Claims,
    domains: impl FnOnce(&TagList<'_>, &Claims) -> Result<(Name, Name), Reason>,
) -> Result<Signature, Reason> {
    let algorithm = Algorithm::from_word(required(list, "a")?.value)?;
    let (header_canonicalization, body_canonicalization) = canonicalizations(list.get("c"))?;
    if !list.get("q").is_none_or(has_known_query_method) {
        return Err(Reason::UnknownQueryMethod);
    }
    let (domain, identity_domain) = domains(list, claims)?;
    let key_question = key_question(list, claims, &domain)?;
    let signed_names = required(list, "h")?;
    let signed_from_fields = signed_from_fields(signed_names)?;
    let body_hash = required(list, "bh")?;
    let signature = required(list, "b")?;
    Ok(Signature {
        algorithm,
        signature: claims
            .signature_text
            .as_deref()
            .and_then(|text| base64_octets(text.as_bytes()))
            .filter(|octets| !octets.is_empty())
            .ok_or_else(|| malformed("b=", signature))?,
        signature_span: signature.span.clone(),
        body_hash: octets(body_hash).filter(|hash| hash.len() == 32).ok_or_else(|| malformed("bh=", body_hash))?,
        header_canonicalization,
        body: BodySpec { canonicalization: body_canonicalization, limit_octets: number(list, "l", "l=")? },
        domain,
        identity_domain,
        signed_names_span: signed_names.span.clone(),
        signed_from_fields,
        signed_seconds: number(list, "t", "t=")?,
        expires_seconds: number(list, "x", "x=")?,
        copied_fields: list.get("z").map_or(0, |copies| 1 + memchr::memchr_iter(b'|', copies).count() as u64),
        copies_span: list.tag("z").map_or(0..0, |copies| copies.span.clone()),
        atps: atps::Claim::read(list),
        key_question,
    })
}

pub(crate) fn required<'l, 'a>(list: &'l TagList<'a>, tag: &'static str) -> Result<&'l Tag<'a>, Reason> {
    list.tag(tag).ok_or(Reason::MissingTag { tag })
}

pub(crate) fn malformed(what: &'static str, tag: &Tag<'_>) -> Reason {
    Reason::Malformed { what, at: tag.span.start }
}

pub(crate) fn octets(tag: &Tag<'_>) -> Option<Vec<u8>> {
    base64_octets(tag.value).filter(|octets| !octets.is_empty())
}

pub(crate) fn number(list: &TagList<'_>, name: &str, what: &'static str) -> Result<Option<u64>, Reason> {
    let Some(tag) = list.tag(name) else { return Ok(None) };
    decimal(tag.value).map(Some).ok_or_else(|| malformed(what, tag))
}

/// `simple/simple` where c= is missing; one name is that of the header, and the body is simple (RFC 6376 §3.5 c=).
fn canonicalizations(value: Option<&[u8]>) -> Result<(Canonicalization, Canonicalization), Reason> {
    let Some(value) = value else { return Ok((Canonicalization::Simple, Canonicalization::Simple)) };
    let known = |word| Canonicalization::from_word(word).ok_or(Reason::UnknownCanonicalization);
    match memchr::memchr(b'/', value) {
        Some(slash) => Ok((known(&value[..slash])?, known(&value[slash + 1..])?)),
        None => Ok((known(value)?, Canonicalization::Simple)),
    }
}

fn has_known_query_method(value: &[u8]) -> bool {
    colon_list(value).any(|method| method.eq_ignore_ascii_case(b"dns/txt"))
}

/// Asks for the key at the selector (RFC 6376 §3.6.2.1).
pub(crate) fn key_question(list: &TagList<'_>, claims: &Claims, domain: &Name) -> Result<Question, Reason> {
    let selector = required(list, "s")?;
    let key_name = claims.selector.as_ref().and_then(|selector| domain.below(&format!("{selector}._domainkey")));
    key_name.map(|name| Question::new(name, RecordType::Txt)).ok_or_else(|| malformed("s=", selector))
}

/// d= of at least two labels (RFC 6376 §3.5 d=).
pub(crate) fn signing_domain(list: &TagList<'_>, claims: &Claims) -> Result<Name, Reason> {
    let tag = required(list, "d")?;
    claims.domain.clone().filter(|domain| domain.label_count() > 1).ok_or_else(|| malformed("d=", tag))
}

/// d= of at least two labels, and the domain of i=, which must lie within it (RFC 6376 §3.5 d=, i=).
fn domains(list: &TagList<'_>, claims: &Claims) -> Result<(Name, Name), Reason> {
    let domain = signing_domain(list, claims)?;
    let Some(tag) = list.tag("i") else { return Ok((domain.clone(), domain)) };
    let identity = text(list, "i");
    let identity_domain = identity.as_deref().and_then(|identity| identity.rsplit_once('@')).map(|(_, domain)| domain);
    let identity_domain = identity_domain.and_then(Name::parse).ok_or_else(|| malformed("i=", tag))?;
    match identity_domain.is_within(&domain) {
        true => Ok((domain, identity_domain)),
        false => Err(Reason::IdentityOutsideDomain),
    }
}

/// How often h= names From; at least once, and no name may be empty (RFC 6376 §3.5 h=, §5.4).
fn signed_from_fields(names: &Tag<'_>) -> Result<u64, Reason> {
    let found = 1 + memchr::memchr_iter(b':', names.value).count();
    if found > MAX_SIGNED_NAMES {
        return Err(Reason::TooManySignedNames { max: MAX_SIGNED_NAMES, found });
    }
    if !colon_list(names.value).all(is_field_name) {
        return Err(malformed("h=", names));
    }
    match colon_list(names.value).filter(|name| name.eq_ignore_ascii_case(b"From")).count() {
        0 => Err(Reason::FromNotSigned),
        count => Ok(count as u64),
    }
}

/// Printable ASCII; the colon is spent as separator (RFC 5322 §2.2).
fn is_field_name(name: &[u8]) -> bool {
    !name.is_empty() && name.iter().all(u8::is_ascii_graphic)
}

#[cfg(test)]
mod tests {
    use super::*;

    const BODY_HASH: &str = "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=";

    /// The tags of a good signature, with some replaced, added, or (where the value is `-`) left out.
    fn field(changes: &[(&str, &str)]) -> String {
        let good = [
            ("v", "1"),
            ("a", "rsa-sha256"),
            ("d", "example.com"),
            ("s", "sel"),
            ("h", "From:To"),
            ("bh", BODY_HASH),
            ("b", "AAAAAAAA"),
        ];
        let is_changed = |name: &str| changes.iter().any(|(changed, _)| *changed == name);
        let kept = good.into_iter().filter(|(name, _)| !is_changed(name));
        let changed = changes.iter().copied().filter(|(_, value)| *value != "-");
        kept.chain(changed).map(|(name, value)| format!(" {name}={value};")).collect()
    }

    fn parsed(changes: &[(&str, &str)]) -> Result<Signature, Reason> {
        parse(field(changes).as_bytes()).1
    }

    // proves: RFC 6376 §3.5, §3.6.2.1
    #[test]
    fn what_a_signature_leaves_out_has_its_default() {
        let signature = parsed(&[]).expect("a good signature");
        assert_eq!(signature.algorithm, Algorithm::RsaSha256);
        assert_eq!(signature.header_canonicalization, Canonicalization::Simple);
        assert_eq!(signature.body, BodySpec { canonicalization: Canonicalization::Simple, limit_octets: None });
        assert_eq!(signature.identity_domain, signature.domain);
        assert_eq!(signature.key_question.name.as_str(), "sel._domainkey.example.com");
        assert_eq!((signature.signed_seconds, signature.expires_seconds, signature.copied_fields), (None, None, 0));
    }

    // proves: RFC 6376 §3.4, §3.5
    #[test]
    fn canonical_forms_are_named_for_header_and_body() {
        use Canonicalization::{Relaxed, Simple};
        for (value, header, body) in [
            ("simple", Simple, Simple),
            ("relaxed", Relaxed, Simple),
            ("relaxed/relaxed", Relaxed, Relaxed),
            ("simple/relaxed", Simple, Relaxed),
            ("Relaxed/SIMPLE", Relaxed, Simple),
        ] {
            let signature = parsed(&[("c", value)]).expect(value);
            assert_eq!((signature.header_canonicalization, signature.body.canonicalization), (header, body), "{value}");
        }
    }

    // proves: RFC 6376 §3.5, §2.8
    #[test]
    fn a_signature_may_be_folded_everywhere() {
        let folded = [
            ("h", "from :\r\n\tTO\r\n : From"),
            ("b", "AAAA\r\n AAAA"),
            ("bh", "47DEQpj8HBSa+/TImW+5\r\n\tJCeuQeRkm5NMpJWZG3hSuFU="),
            ("i", "someone\r\n @mail.example.com"),
        ];
        let signature = parsed(&folded).expect("a good signature");
        assert_eq!(signature.signed_from_fields, 2);
        assert_eq!(signature.signature, [0; 6]);
        assert_eq!(signature.identity_domain.as_str(), "mail.example.com");
    }

    // proves: RFC 8616 §5, RFC 6376 §3.6.2.1
    #[test]
    fn names_with_u_labels_are_those_with_a_labels() {
        let changes = [("d", "bücher.example"), ("s", "größe"), ("i", "jörg@mail.bücher.example")];
        let (claims, signature) = parse(field(&changes).as_bytes());
        let signature = signature.expect("a good signature");
        assert_eq!(signature.domain.as_str(), "xn--bcher-kva.example");
        assert_eq!(signature.identity_domain.as_str(), "mail.xn--bcher-kva.example");
        assert_eq!(signature.key_question.name.as_str(), "xn--gre-6ka8i._domainkey.xn--bcher-kva.example");
        assert_eq!(claims.identity.as_deref(), Some("jörg@mail.bücher.example"));
    }

    // proves: RFC 6376 §3.5, §6.1.1, §2.6
    #[test]
    fn dkim_pitfall_07_what_is_wrong_with_a_signature_field_is_told() {
        let at =
            |change: (&str, &str)| field(&[change]).rfind(&format!("{}=", change.0)).unwrap_or(0) + change.0.len() + 1;
        let malformed = |what, change| Reason::Malformed { what, at: at(change) };
        for (change, reason) in [
            (("v", "-"), Reason::MissingTag { tag: "v" }),
            (("a", "-"), Reason::MissingTag { tag: "a" }),
            (("b", "-"), Reason::MissingTag { tag: "b" }),
            (("bh", "-"), Reason::MissingTag { tag: "bh" }),
            (("d", "-"), Reason::MissingTag { tag: "d" }),
            (("h", "-"), Reason::MissingTag { tag: "h" }),
            (("s", "-"), Reason::MissingTag { tag: "s" }),
            (("v", "2"), Reason::UnknownVersion),
            (("v", "1.0"), Reason::UnknownVersion),
            (("v", ""), Reason::UnknownVersion),
            (("a", "rsa-sha1"), Reason::Sha1Refused),
            (("a", "rsa-sha512"), Reason::UnknownAlgorithm),
            (("a", ""), Reason::UnknownAlgorithm),
            (("c", "strict"), Reason::UnknownCanonicalization),
            (("c", "simple/"), Reason::UnknownCanonicalization),
            (("c", "simple/simple/simple"), Reason::UnknownCanonicalization),
            (("q", "https"), Reason::UnknownQueryMethod),
            (("q", "dns"), Reason::UnknownQueryMethod),
            (("d", ""), malformed("d=", ("d", ""))),
            (("d", "com"), malformed("d=", ("d", "com"))),
            (("d", "a..b"), malformed("d=", ("d", "a..b"))),
            (("d", "exam ple.com"), malformed("d=", ("d", "exam ple.com"))),
            (("d", "exämple .com"), malformed("d=", ("d", "exämple .com"))),
            (("s", ""), malformed("s=", ("s", ""))),
            (("s", "a..b"), malformed("s=", ("s", "a..b"))),
            (("i", "example.com"), malformed("i=", ("i", "example.com"))),
            (("i", "a@"), malformed("i=", ("i", "a@"))),
            (("i", "a@example.com.evil.org"), Reason::IdentityOutsideDomain),
            (("i", "a@badexample.com"), Reason::IdentityOutsideDomain),
            (("i", "a@com"), Reason::IdentityOutsideDomain),
            (("h", ""), malformed("h=", ("h", ""))),
            (("h", "From::To"), malformed("h=", ("h", "From::To"))),
            (("h", "From:To:"), malformed("h=", ("h", "From:To:"))),
            (("h", "From:T o"), malformed("h=", ("h", "From:T o"))),
            (("h", "To:Subject"), Reason::FromNotSigned),
            (("h", "X-From:Fromage"), Reason::FromNotSigned),
            (("l", "-1"), malformed("l=", ("l", "-1"))),
            (("l", ""), malformed("l=", ("l", ""))),
            (("t", "soon"), malformed("t=", ("t", "soon"))),
            (("x", "1e9"), malformed("x=", ("x", "1e9"))),
            (("b", ""), malformed("b=", ("b", ""))),
            (("b", "?"), malformed("b=", ("b", "?"))),
            (("bh", "AAAA"), malformed("bh=", ("bh", "AAAA"))),
        ] {
            assert_eq!(parsed(&[change]), Err(reason), "{change:?}");
        }
    }

    #[test]
    fn a_field_that_is_no_tag_list_is_malformed_and_claims_nothing() {
        for (value, what, at) in
            [("", "tag list", 0), ("v=1; nonsense", "tag without =", 4), ("v=1;;", "tag without =", 4)]
        {
            assert_eq!(parse(value.as_bytes()), (Claims::default(), Err(Reason::Malformed { what, at })), "{value:?}");
        }
    }

    // proves: RFC 8617 §4.1.2
    #[test]
    fn arc_pitfall_03_a_message_signature_of_arc_has_no_version_and_no_identity() {
        for changes in [&[("v", "-"), ("i", "7")][..], &[("v", "2"), ("i", "50")], &[("v", "")]] {
            let text = field(changes);
            let list = tags::parse(text.as_bytes()).expect("a tag list");
            let (claims, signature) = message_signature(&list);
            let signature = signature.expect("a good signature");
            assert_eq!((claims.identity, signature.identity_domain), (None, signature.domain), "{changes:?}");
        }
        let twice = field(&[("i", "1")]) + " i=1;";
        let list = tags::parse(twice.as_bytes()).expect("a tag list");
        assert!(matches!(message_signature(&list).1, Err(Reason::DuplicateTag { .. })));
    }

    // proves: RFC 6376 §3.2
    #[test]
    fn a_tag_that_stands_twice_spoils_the_signature() {
        let value = format!("{} d=example.com;", field(&[]));
        let at = value.rfind("d=").unwrap_or(0) + 2;
        let (claims, signature) = parse(value.as_bytes());
        assert_eq!(signature, Err(Reason::DuplicateTag { at }));
        assert_eq!(claims.domain.as_ref().map(Name::as_str), Some("example.com"));
    }

    // proves: RFC 6376 §3.2
    #[test]
    fn tag_names_mind_their_case_and_unknown_tags_are_ignored() {
        assert_eq!(parsed(&[("d", "-"), ("D", "example.com")]), Err(Reason::MissingTag { tag: "d" }));
        assert!(parsed(&[("xyz", "anything"), ("B", "x")]).is_ok());
    }

    #[test]
    fn numbers_of_any_length_are_read() {
        let digits = "9".repeat(76);
        let signature = parsed(&[("l", &digits), ("t", &digits), ("x", "0")]).expect("a good signature");
        assert_eq!(signature.body.limit_octets, Some(u64::MAX));
        assert_eq!((signature.signed_seconds, signature.expires_seconds), (Some(u64::MAX), Some(0)));
    }

    // proves: RFC 6376 §3.5
    #[test]
    fn copied_fields_are_counted() {
        let signature = parsed(&[("z", "From:foo@example.com|To:joe@example.com|\r\n Subject:demo=20run")]);
        assert_eq!(signature.map(|signature| signature.copied_fields), Ok(3));
    }

    #[test]
    fn one_signed_name_over_the_limit_is_refused() {
        let names = |count: usize| format!("From{}", ":X".repeat(count - 1));
        assert!(parsed(&[("h", &names(MAX_SIGNED_NAMES))]).is_ok());
        let too_many = Reason::TooManySignedNames { max: MAX_SIGNED_NAMES, found: MAX_SIGNED_NAMES + 1 };
        assert_eq!(parsed(&[("h", &names(MAX_SIGNED_NAMES + 1))]), Err(too_many));
    }
}
