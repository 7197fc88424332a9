//! What became of each signature, as findings (RFC 8601 §2.7.1).

use std::borrow::Cow;

use super::Reason;
use super::evaluate::Check;
use crate::crypto::Sha256;
use crate::finding::{self, Finding, Method, Property, Value};
use crate::octets::{base64_octets, hex};

/// Octets of b= that are shown at least (RFC 6008 §4).
const MIN_SHOWN_SIGNATURE_OCTETS: usize = 8;

pub(super) fn findings(checks: &[Check]) -> Vec<Finding> {
    if checks.is_empty() {
        return vec![finding(Reason::NoSignature, Vec::new(), Vec::new())];
    }
    let signatures: Vec<_> = checks.iter().filter_map(|check| check.claims.signature_text.as_deref()).collect();
    checks.iter().map(|check| finding(check.reason(), properties(check, &signatures), facts(check))).collect()
}

fn finding(reason: Reason, properties: Vec<Property>, facts: Vec<(&'static str, Value)>) -> Finding {
    Finding { method: Method::Dkim, result: reason.result(), reason: finding::Reason::Dkim(reason), properties, facts }
}

fn properties(check: &Check, signatures: &[&str]) -> Vec<Property> {
    let claims = &check.claims;
    let shown = |name, value: Option<&str>| value.map(|value| Property::new("header", name, value));
    let signature = claims.signature_text.as_deref().map(|text| distinct_start(text, signatures));
    [
        shown("d", claims.domain.as_ref().map(|domain| domain.as_str())),
        shown("i", claims.identity.as_deref()),
        shown("s", claims.selector.as_ref().map(|selector| selector.as_str())),
        shown("a", claims.algorithm.as_deref()),
        shown("b", signature),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// The first octets of b=, enough of them to tell this signature from the others of its message (RFC 6008 §4). All of it
/// where another one starts with it; b= may be shorter than the least.
fn distinct_start<'a>(text: &'a str, signatures: &[&str]) -> &'a str {
    let common = |other: &&str| text.bytes().zip(other.bytes()).take_while(|(one, other)| one == other).count();
    let others = signatures.iter().filter(|other| **other != text);
    let length = others.map(|other| common(other) + 1).fold(MIN_SHOWN_SIGNATURE_OCTETS, usize::max);
    text.get(..length).unwrap_or(text)
}

fn facts(check: &Check) -> Vec<(&'static str, Value)> {
    let claims = &check.claims;
    let coverage = |covers_body| if covers_body { "whole" } else { "partial" };
    let copied_fields = check.signature.as_ref().map(|signature| signature.copied_fields).filter(|&count| count > 0);
    [
        claims.domain.as_ref().map(|domain| ("domain", domain.as_str().into())),
        claims.algorithm.as_deref().map(|algorithm| ("algorithm", algorithm.into())),
        check.key_bits.map(|bits| ("key_bits", bits.into())),
        check.covers_body.map(|covers_body| ("body_coverage", coverage(covers_body).into())),
        check.is_testing.map(|is_testing| ("is_testing", is_testing.into())),
        signature_hash(check).map(|hash| ("signature_hash", hash.into())),
        copied_fields.map(|count| ("copied_fields", count.into())),
        (!check.changed_fields.is_empty()).then(|| ("changed_fields", check.changed_fields.clone().into())),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// Names a signature by its octets, however b= was folded: the first 16 octets of their SHA-256.
fn signature_hash(check: &Check) -> Option<String> {
    let octets = match (&check.signature, &check.claims.signature_text) {
        (Some(signature), _) => Cow::Borrowed(&signature.signature),
        (None, Some(text)) => Cow::Owned(base64_octets(text.as_bytes())?),
        (None, None) => return None,
    };
    Some(hex(&Sha256::digest(&octets).octets()[..16]))
}

#[cfg(test)]
mod tests {
    use super::*;

    // proves: RFC 6008 §4
    #[test]
    fn a_signature_is_shown_by_as_much_as_tells_it_from_others() {
        let signatures = ["abcdefghij", "abcdefghXX", "abcd", "zzzzzzzzzz", "zzzzzzzzzz", "ä"];
        let shown: Vec<_> = signatures.iter().map(|text| distinct_start(text, &signatures)).collect();
        assert_eq!(shown, ["abcdefghi", "abcdefghX", "abcd", "zzzzzzzz", "zzzzzzzz", "ä"]);
    }
}
