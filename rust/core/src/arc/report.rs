//! What became of a chain, as a finding (RFC 8617 §6).

use super::ChainStatus;
use super::Reason;
use super::evaluate::Link;
use super::parse::results_of;
use crate::authres::{self, ResultLine};
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

/// What is told of a chain depends on the message it stands in and on whom this site believes.
pub(super) struct Site<'a> {
    pub header: &'a Header,
    pub trusted: &'a [Name],
}

pub(super) fn finding(reason: Reason, links: &[Link], oldest_pass: u32, site: &Site<'_>) -> Finding {
    let is_pass = matches!(reason, Reason::Verified { .. });
    let oldest = is_pass.then(|| Property::new("header", "oldest-pass", oldest_pass.to_string()));
    Finding {
        method: Method::Arc,
        result: reason.result(),
        reason: finding::Reason::Arc(reason),
        properties: oldest.into_iter().collect(),
        facts: facts(links, is_pass.then_some(site)),
    }
}

/// The seals' d= and s=, instance 1 first: what a report to the author's domain tells of a chain (RFC 8617 §7.2.2).
fn facts(links: &[Link], site: Option<&Site<'_>>) -> Vec<(&'static str, Value)> {
    if links.is_empty() {
        return Vec::new();
    }
    let text = |name: &Option<Name>| name.as_ref().map_or_else(String::new, |name| name.as_str().to_owned());
    let sealers: Vec<_> = links.iter().map(|link| text(&link.sealer.domain)).collect();
    let selectors: Vec<_> = links.iter().map(|link| text(&link.sealer.selector)).collect();
    let mut facts = vec![("sets", links.len().into()), ("sealers", sealers.into()), ("selectors", selectors.into())];
    let believed = site.map(|site| believed(links, site.trusted)).unwrap_or_default();
    if let (Some(site), Some(oldest)) = (site, believed.last()) {
        facts.push(("trusted_sealers", names(&believed).into()));
        facts.push(("sealed_results", sealed_results(site.header, oldest).into()));
    }
    facts
}

/// The sealers of the newest sets, as far back as each of them is trusted: what one vouches for whom this site does not
/// know is worth nothing, whoever stands below (RFC 8617 §9.4).
fn believed<'l>(links: &'l [Link], trusted: &[Name]) -> Vec<&'l Link> {
    let is_trusted = |link: &&Link| link.sealer.domain.as_ref().is_some_and(|name| trusted.contains(name));
    links.iter().rev().take_while(is_trusted).collect()
}

/// Each sealer once, the newest first.
fn names(links: &[&Link]) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    for name in links.iter().filter_map(|link| link.sealer.domain.as_ref()) {
        if names.iter().all(|known| known != name.as_str()) {
            names.push(name.as_str().to_owned());
        }
    }
    names
}

/// What the first of the believed sealers found when the message came to it: nearest to its author.
fn sealed_results(header: &Header, link: &Link) -> Vec<String> {
    let value = results_of(header.value(&header.fields()[link.results_place]));
    let results = authres::parse(value).map(|field| field.results).unwrap_or_default();
    results.iter().take(MAX_SEALED_RESULTS).map(shown).collect()
}

/// Results of a sealer that are shown. A border makes some ten.
const MAX_SEALED_RESULTS: usize = 32;

fn shown(line: &ResultLine) -> String {
    let properties = line.properties.iter().map(|one| format!(" {}.{}={}", one.ptype, one.name, one.value));
    format!("{}={}{}", line.method, line.result, properties.collect::<String>())
}
