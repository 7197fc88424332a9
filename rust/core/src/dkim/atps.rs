//! Authorized third-party signatures: whether an author's domain lets another one sign for it (RFC 6541).
//!
//! Takes the signatures that verified, the author's domains and answers from DNS; gives one finding. It is an experiment
//! that few take part in, so it is evaluated on wish only, and what it finds stands beside the other findings.

use super::parse::Signature;
use crate::crypto::{Sha256, sha1_of_a_name};
use crate::dns::{Answer, Lookups, Name, Question, RecordType, Wait};
use crate::finding::{self, Finding, Method, Property, ResultWord, reasons};
use crate::octets::base32;
use crate::tags;

reasons! { atps:
    Authorized { signer: String, author: String } = "authorized" "{author} lets {signer} sign for it";
    NoClaim = "no-claim" "no valid signature claims to stand for another domain";
    NotTheAuthor = "not-the-author" "no signature claims to stand for the author's domain";
    NotAuthorized { signer: String, author: String } = "not-authorized" "{author} does not let {signer} sign for it";
    UnknownHash = "unknown-hash" "the signature does not say by which hash its domain is to be found";
    Unavailable { why: &'static str } = "unavailable" "whether the signer is authorized cannot be told now: {why}";
}

impl Reason {
    /// The result word that goes with this reason (RFC 6541 §8.3).
    pub const fn result(&self) -> ResultWord {
        match self {
            Self::Authorized { .. } => ResultWord::Pass,
            Self::NoClaim => ResultWord::None,
            Self::NotTheAuthor | Self::NotAuthorized { .. } => ResultWord::Fail,
            Self::UnknownHash => ResultWord::PermError,
            Self::Unavailable { .. } => ResultWord::TempError,
        }
    }
}

/// What a signature claims in atps= and atpsh= (RFC 6541 §4.2).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claim {
    /// The domain that the signer says it stands for.
    pub author: Name,
    /// `None` where atpsh= is missing or names a hash that is not known.
    pub hash: Option<NameHash>,
}

/// How the signer's domain becomes a label (RFC 6541 §4.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NameHash {
    /// The name itself stands there.
    Plain,
    Sha1,
    Sha256,
}

impl NameHash {
    fn from_word(word: &[u8]) -> Option<Self> {
        let known = [(&b"none"[..], Self::Plain), (b"sha1", Self::Sha1), (b"sha256", Self::Sha256)];
        known.into_iter().find(|(name, _)| name.eq_ignore_ascii_case(word)).map(|(_, hash)| hash)
    }

    /// The labels below `_atps` at which the signer is looked for (RFC 6541 §4.3 steps 2 to 4).
    fn label(self, signer: &Name) -> String {
        let name = signer.as_str().as_bytes();
        match self {
            Self::Plain => signer.as_str().to_owned(),
            Self::Sha1 => base32(&sha1_of_a_name(name)),
            Self::Sha256 => base32(Sha256::digest(name).octets()),
        }
    }
}

impl Claim {
    pub(super) fn read(list: &tags::TagList<'_>) -> Option<Self> {
        let author = Name::parse(std::str::from_utf8(list.get("atps")?).ok()?)?;
        Some(Self { author, hash: list.get("atpsh").and_then(NameHash::from_word) })
    }
}

/// One finding of what all valid signatures claim; one that is authorized is enough, and then the others do not matter.
///
/// # Errors
/// [`Wait`] while an answer is missing; all are asked for at once.
pub fn evaluate(signatures: &[&Signature], authors: &[Name], lookups: &mut Lookups<'_>) -> Result<Finding, Wait> {
    let claims = signatures.iter().filter_map(|signature| Some((&signature.domain, signature.atps.as_ref()?)));
    let outcomes: Vec<_> = claims.map(|(signer, claim)| outcome(signer, claim, authors, lookups)).collect();
    let mut reasons = outcomes.into_iter().collect::<Result<Vec<_>, _>>()?;
    reasons.sort_by_key(weight);
    Ok(told(reasons.into_iter().next().unwrap_or(Reason::NoClaim), authors))
}

/// What is sure comes before what is not, and what is for ever after what is for now.
const fn weight(reason: &Reason) -> u8 {
    match reason {
        Reason::Authorized { .. } => 0,
        Reason::Unavailable { .. } => 1,
        Reason::UnknownHash => 2,
        Reason::NotAuthorized { .. } => 3,
        Reason::NotTheAuthor => 4,
        Reason::NoClaim => 5,
    }
}

fn outcome(signer: &Name, claim: &Claim, authors: &[Name], lookups: &mut Lookups<'_>) -> Result<Reason, Wait> {
    if !authors.contains(&claim.author) {
        return Ok(Reason::NotTheAuthor);
    }
    let Some(hash) = claim.hash else { return Ok(Reason::UnknownHash) };
    let names = || (signer.as_str().to_owned(), claim.author.as_str().to_owned());
    let (signer_name, author) = names();
    let refused = Reason::NotAuthorized { signer: signer_name, author };
    let Some(name) = claim.author.below(&format!("{}._atps", hash.label(signer))) else { return Ok(refused) };
    let answer = lookups.ask(Question::new(name, RecordType::Txt))?;
    if let Answer::Unavailable(why) = answer {
        return Ok(Reason::Unavailable { why: why.word() });
    }
    let (signer_name, author) = names();
    match answer.texts().any(|text| authorizes(text, signer)) {
        true => Ok(Reason::Authorized { signer: signer_name, author }),
        false => Ok(refused),
    }
}

/// `v=ATPS1`, and d= where it is there names the signer: another name would have the same hash (RFC 6541 §4.4).
fn authorizes(text: &[u8], signer: &Name) -> bool {
    let Ok(list) = tags::parse(text) else { return false };
    let named = list.get("d").map(|name| std::str::from_utf8(name).ok().and_then(Name::parse));
    list.duplicate().is_none()
        && list.get("v") == Some(b"ATPS1")
        && named.is_none_or(|name| name.as_ref() == Some(signer))
}

fn told(reason: Reason, authors: &[Name]) -> Finding {
    let facts = match &reason {
        Reason::Authorized { signer, .. } | Reason::NotAuthorized { signer, .. } => {
            vec![("signing_domain", signer.as_str().into())]
        }
        _ => Vec::new(),
    };
    Finding {
        method: Method::DkimAtps,
        result: reason.result(),
        reason: finding::Reason::Atps(reason),
        properties: authors
            .first()
            .map(|author| Property::new("header", "from", author.as_str()))
            .into_iter()
            .collect(),
        facts,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dkim::parse::parse;
    use crate::zone::{Zone, name};

    fn signature(domain: &str, tags: &str) -> Signature {
        let hash = "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=";
        let field = format!("v=1; a=rsa-sha256; d={domain}; s=sel; h=From; bh={hash}; b=AAAA; {tags}");
        parse(field.as_bytes()).1.expect("a good signature")
    }

    fn found(signatures: &[Signature], authors: &[&str], zone: &str) -> (&'static str, &'static str, Vec<String>) {
        let authors: Vec<_> = authors.iter().map(|author| name(author)).collect();
        let signatures: Vec<_> = signatures.iter().collect();
        let replay = Zone::read(zone).resolve(|lookups| evaluate(&signatures, &authors, lookups));
        let asked = replay.asked().into_iter().map(str::to_owned).collect();
        (replay.outcome.result.word(), replay.outcome.reason.code(), asked)
    }

    const ONE: &str = "qsp4i4d24crhopdz3o3ziu2ksgs3x6z6._atps.example.com";
    const TWO: &str = "ztzgrrv3f45a4u6hldkbf3zcow4v2ajx._atps.example.com";

    // proves: RFC 6541 §A, RFC 6541 §4.3, RFC 6541 §4.1
    #[test]
    fn the_example_of_the_standard_asks_its_two_questions_together() {
        let tags = "atps=example.com; atpsh=sha1";
        let signatures = [signature("one.example.net", tags), signature("Two.example.NET", tags)];
        let (result, code, asked) =
            found(&signatures, &["example.com"], &format!("{TWO} TXT v=ATPS1; d=two.example.net"));
        assert_eq!((result, code), ("pass", "atps.authorized"));
        assert_eq!(asked, [format!("{ONE} TXT"), format!("{TWO} TXT")]);
        assert_eq!(found(&signatures, &["example.com"], "").1, "atps.not-authorized");
    }

    // proves: RFC 6541 §4.1, RFC 6541 §4.2, RFC 6541 §4.3
    #[test]
    fn a_signer_is_looked_for_by_its_name_or_its_hash() {
        for (hash, label) in [
            ("none", "one.example.net".to_owned()),
            ("SHA1", "qsp4i4d24crhopdz3o3ziu2ksgs3x6z6".to_owned()),
            ("sha256", base32(Sha256::digest(b"one.example.net").octets())),
        ] {
            let signatures = [signature("one.example.net", &format!("atps=EXAMPLE.com; atpsh={hash}"))];
            let asked = format!("{}._atps.example.com", label.to_lowercase());
            let (result, _, questions) = found(&signatures, &["example.com"], &format!("{asked} TXT v=ATPS1"));
            assert_eq!((result, questions), ("pass", vec![format!("{asked} TXT")]), "{hash}");
        }
    }

    // proves: RFC 6541 §4.2, RFC 6541 §4.3, RFC 6541 §4.4, RFC 6541 §8.3
    #[test]
    fn what_does_not_authorize_says_why() {
        let good = "atps=example.com; atpsh=sha1";
        let zone = |value: &str| format!("{ONE} TXT {value}");
        for (tags, authors, zone, result, code) in [
            ("", &["example.com"][..], String::new(), "none", "atps.no-claim"),
            ("atps=a..b; atpsh=sha1", &["example.com"], String::new(), "none", "atps.no-claim"),
            (good, &["example.org"], String::new(), "fail", "atps.not-the-author"),
            (good, &["mail.example.com"], String::new(), "fail", "atps.not-the-author"),
            (good, &[], String::new(), "fail", "atps.not-the-author"),
            ("atps=example.com", &["example.com"], String::new(), "permerror", "atps.unknown-hash"),
            ("atps=example.com; atpsh=md5", &["example.com"], String::new(), "permerror", "atps.unknown-hash"),
            (good, &["example.com"], String::new(), "fail", "atps.not-authorized"),
            (good, &["example.com"], zone("v=ATPS2"), "fail", "atps.not-authorized"),
            (good, &["example.com"], zone("d=one.example.net"), "fail", "atps.not-authorized"),
            (good, &["example.com"], zone("v=ATPS1; d=two.example.net"), "fail", "atps.not-authorized"),
            (good, &["example.com"], zone("v=ATPS1; v=ATPS1"), "fail", "atps.not-authorized"),
            (good, &["example.com"], zone("nonsense"), "fail", "atps.not-authorized"),
            (good, &["example.com"], zone("servfail"), "temperror", "atps.unavailable"),
            (good, &["example.com"], zone("v=ATPS1"), "pass", "atps.authorized"),
            (
                good,
                &["other.example", "example.com"],
                zone("d = ONE.example.net; v = ATPS1"),
                "pass",
                "atps.authorized",
            ),
        ] {
            let told = found(&[signature("one.example.net", tags)], authors, &zone);
            assert_eq!((told.0, told.1), (result, code), "{tags} {authors:?} {zone}");
        }
    }

    // proves: RFC 6541 §4.4
    #[test]
    fn one_authorization_outweighs_what_cannot_be_told() {
        let tags = "atps=example.com; atpsh=sha1";
        let signatures = [signature("one.example.net", tags), signature("two.example.net", tags)];
        let one = |value: &str| format!("{ONE} TXT {value}\n{TWO} TXT v=ATPS1");
        assert_eq!(found(&signatures, &["example.com"], &one("timeout")).0, "pass");
        let none = format!("{ONE} TXT timeout");
        assert_eq!(found(&signatures, &["example.com"], &none).0, "temperror");
    }
}
