//! The check of one scope: an address, its domain's record, a result (RFC 4406 §4).

use std::net::IpAddr;

use crate::dns::{Lookups, Name, Wait};
use crate::finding::{self, Finding, Method, Property, ResultWord, Value};
use crate::message::{Header, Overflow};
use crate::senderid::{Options, PurportedAddress, Reason, Rules, Scope, purported_address};
use crate::spf::{self, Identity, Sender};

/// What both scopes are told (RFC 4406 §4.1).
#[derive(Debug, Clone, Copy)]
pub struct Request<'a> {
    pub client_ip: Option<IpAddr>,
    pub helo: &'a str,
    /// The value of SUBMITTER, decoded (RFC 4405 §4); `None` where the client gave none.
    pub submitter: Option<&'a str>,
    pub receiver: &'a str,
    pub now_seconds: u64,
    pub options: Options,
}

/// Checks the purported responsible address of a header.
///
/// Without one the result is `permerror`: the message cannot be judged, and no waiting mends it. Where the client announced
/// another one by SUBMITTER, that is a fail (RFC 4405 §4.2).
///
/// # Errors
/// [`Wait`] where an answer is missing.
pub fn evaluate_pra(request: &Request<'_>, header: &Header, lookups: &mut Lookups<'_>) -> Result<Finding, Wait> {
    if let Some(overflow) = header.overflow() {
        return Ok(undecided(ResultWord::Policy, cut(overflow)));
    }
    let pra = match purported_address(header) {
        Ok(pra) => pra,
        Err(why) => return Ok(undecided(ResultWord::PermError, Reason::NoAddress { why: why.to_string() })),
    };
    let address = pra.address();
    let properties = vec![Property::new("header", pra.field, address.as_str())];
    if let Some(submitter) = request.submitter.filter(|submitter| !is_same(submitter, &pra)) {
        let reason = Reason::SubmitterDiffers { submitter: submitter.escape_debug().to_string(), address };
        let reason = finding::Reason::SenderId(reason);
        let facts = facts_of(Scope::Pra, vec![("domain", pra.domain.as_str().into())]);
        return Ok(Finding { method: Method::SenderId, result: ResultWord::Fail, reason, properties, facts });
    }
    let sender = Sender { local_part: &pra.local_part, domain: pra.domain.as_str() };
    let found = check(request, Scope::Pra, sender, lookups)?;
    Ok(Finding { properties, ..found })
}

/// Checks the reverse-path, by the records that Sender ID prefers.
///
/// # Errors
/// [`Wait`] where an answer is missing.
pub fn evaluate_mail_from(
    request: &Request<'_>,
    sender: Option<Sender<'_>>,
    lookups: &mut Lookups<'_>,
) -> Result<Finding, Wait> {
    match sender {
        Some(sender) => check(request, Scope::MailFrom, sender, lookups),
        None => Ok(not_evaluated(Scope::MailFrom, "the reverse-path")),
    }
}

/// Asks for what an announced address will need, before the header came (RFC 4405 §4.2).
pub fn ask_ahead(request: &Request<'_>, lookups: &mut Lookups<'_>) {
    if let Some(submitter) = request.submitter {
        let _ = check(request, Scope::Pra, Sender::from_path(submitter), lookups);
    }
}

fn check(request: &Request<'_>, scope: Scope, sender: Sender<'_>, lookups: &mut Lookups<'_>) -> Result<Finding, Wait> {
    let Some(client_ip) = request.client_ip else { return Ok(not_evaluated(scope, "the client's address")) };
    let rules = Rules { scope, spf1: request.options.spf1 };
    let spf = spf::Request {
        client_ip,
        identity: Identity::MailFrom,
        sender,
        helo: request.helo,
        receiver: request.receiver,
        now_seconds: request.now_seconds,
    };
    let found = spf::evaluate_by(&rules, &spf, lookups)?;
    let reason = match found.reason {
        finding::Reason::Spf(spf::Reason::NoRecord { domain }) => {
            finding::Reason::SenderId(Reason::NoRecord { domain, scope: scope.word().to_owned() })
        }
        reason => reason,
    };
    Ok(Finding { method: Method::SenderId, reason, facts: facts_of(scope, found.facts), ..found })
}

/// The facts of SPF's evaluation, of this scope.
fn facts_of(scope: Scope, facts: Vec<(&'static str, Value)>) -> Vec<(&'static str, Value)> {
    let others = facts.into_iter().filter(|(name, _)| *name != "identity");
    others.chain([("identity", scope.word().into())]).collect()
}

fn not_evaluated(scope: Scope, missing: &str) -> Finding {
    let finding = undecided(ResultWord::None, Reason::NotEvaluated { missing: missing.to_owned() });
    Finding { facts: facts_of(scope, Vec::new()), ..finding }
}

/// A finding about the purported responsible address where there is none.
fn undecided(result: ResultWord, reason: Reason) -> Finding {
    Finding {
        method: Method::SenderId,
        result,
        reason: finding::Reason::SenderId(reason),
        properties: Vec::new(),
        facts: facts_of(Scope::Pra, Vec::new()),
    }
}

fn cut(overflow: Overflow) -> Reason {
    let (Overflow::Octets { max } | Overflow::Fields { max }) = overflow;
    Reason::HeaderCut { max }
}

/// Whether two ways of saying an address mean the same: local parts to the letter, domains as DNS compares them.
fn is_same(submitter: &str, pra: &PurportedAddress) -> bool {
    let announced = Sender::from_path(submitter);
    unquoted(announced.local_part) == pra.local_part && Name::parse(announced.domain).as_ref() == Some(&pra.domain)
}

/// A quoted local part is the same without its quotes (RFC 5321 §4.1.2).
fn unquoted(local_part: &str) -> String {
    let Some(inner) = local_part.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')) else {
        return local_part.to_owned();
    };
    let mut text = String::new();
    let mut letters = inner.chars();
    while let Some(letter) = letters.next() {
        text.extend(if letter == '\\' { letters.next() } else { Some(letter) });
    }
    text
}
