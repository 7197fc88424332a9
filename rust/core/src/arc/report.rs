//! What became of a chain, as a finding (RFC 8617 §6).

use super::ChainStatus;
use super::Reason;
use super::evaluate::Link;
use crate::dkim;
use crate::dkim::parse::Claims;
use crate::dns::Name;
use crate::finding::{self, Finding, Method, Property, Value};
use crate::message::canonical::canonical_field;
use crate::message::{Canonicalization, Header};

/// One set of a chain and what became of it. What was not looked at, because the chain had failed, is not verified.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SetReport {
    pub instance: u32,
    /// The value of ARC-Authentication-Results in relaxed form.
    pub results: Vec<u8>,
    pub signer: Signer,
    pub sealer: Signer,
    pub status: ChainStatus,
}

/// Who made one of the signatures of a set.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signer {
    pub domain: Option<Name>,
    pub selector: Option<Name>,
    pub is_verified: bool,
    /// Bits of an RSA key, once it is known.
    pub rsa_bits: Option<u32>,
}

pub(super) fn set(header: &Header, link: &Link) -> SetReport {
    let mut field = Vec::new();
    canonical_field(header, &header.fields()[link.results_place], Canonicalization::Relaxed, &mut field);
    let value = field.iter().position(|&octet| octet == b':').map_or(0, |colon| colon + 1);
    let is_verified = link.message.reason() == dkim::Reason::Verified;
    SetReport {
        instance: link.instance,
        results: field[value..].trim_ascii_end().to_vec(),
        signer: signer(&link.message.claims, is_verified, link.message.key_bits),
        sealer: signer(&link.sealer, link.seal.is_verified(), link.seal.key_bits),
        status: link.status,
    }
}

fn signer(claims: &Claims, is_verified: bool, key_bits: Option<u32>) -> Signer {
    let is_rsa = claims.algorithm.as_deref().is_some_and(|word| word.starts_with("rsa"));
    Signer {
        domain: claims.domain.clone(),
        selector: claims.selector.clone(),
        is_verified,
        rsa_bits: key_bits.filter(|_| is_rsa),
    }
}

pub(super) fn finding(reason: Reason, links: &[Link], oldest_pass: u32, trusted: &[Name]) -> Finding {
    let is_pass = matches!(reason, Reason::Verified { .. });
    let oldest = is_pass.then(|| Property::new("header", "oldest-pass", oldest_pass.to_string()));
    Finding {
        method: Method::Arc,
        result: reason.result(),
        reason: finding::Reason::Arc(reason),
        properties: oldest.into_iter().collect(),
        facts: facts(links, if is_pass { trusted } else { &[] }),
    }
}

/// The seals' d= and s=, instance 1 first: what a report to the author's domain tells of a chain (RFC 8617 §7.2.2).
fn facts(links: &[Link], trusted: &[Name]) -> Vec<(&'static str, Value)> {
    if links.is_empty() {
        return Vec::new();
    }
    let text = |name: &Option<Name>| name.as_ref().map_or_else(String::new, |name| name.as_str().to_owned());
    let sealers: Vec<_> = links.iter().map(|link| text(&link.sealer.domain)).collect();
    let selectors: Vec<_> = links.iter().map(|link| text(&link.sealer.selector)).collect();
    let mut facts = vec![("sets", links.len().into()), ("sealers", sealers.into()), ("selectors", selectors.into())];
    let believed = believed(links, trusted);
    if !believed.is_empty() {
        facts.push(("trusted_sealers", believed.into()));
    }
    facts
}

/// The sealers of the newest sets, as far back as each of them is trusted: what one vouches for whom this site does not
/// know is worth nothing, whoever stands below (RFC 8617 §9.4).
fn believed(links: &[Link], trusted: &[Name]) -> Vec<String> {
    let sealers =
        links.iter().rev().map_while(|link| link.sealer.domain.as_ref().filter(|name| trusted.contains(name)));
    let mut believed: Vec<String> = Vec::new();
    for sealer in sealers.map(Name::as_str) {
        if believed.iter().all(|known| known != sealer) {
            believed.push(sealer.to_owned());
        }
    }
    believed
}
