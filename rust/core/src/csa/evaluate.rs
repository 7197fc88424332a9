//! From the HELO name to its assertion, and from there to the client's address (draft-ietf-marid-csv-csa §4, §7).

use std::net::IpAddr;

use crate::csa::{Assertion, Authorization, MAX_PARENT_LABELS, MAX_RECORDS, Reason, parse};
use crate::dns::{Answer, Lookups, Name, Question, RecordType, Unavailable, Wait};
use crate::finding::{self, Finding, Method, Property, ResultWord};

/// What is known of the session. Each EHLO begins it anew.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Request<'a> {
    pub client_ip: Option<IpAddr>,
    pub helo: Option<&'a str>,
}

/// Checks the most recent HELO name of a client.
///
/// Of several records for the name, one that denies decides, then one that the client's address proves. Without any, the
/// names above are asked whether they assert something about all below them; never a top-level domain.
///
/// # Errors
/// [`Wait`] where an answer is missing.
pub fn evaluate(request: &Request<'_>, lookups: &mut Lookups<'_>) -> Result<Finding, Wait> {
    let (Some(client_ip), Some(helo)) = (request.client_ip, request.helo) else {
        let missing = if request.client_ip.is_none() { "the client's address" } else { "the HELO name" };
        return Ok(finding("", ResultWord::None, Reason::NotEvaluated { missing: missing.to_owned() }));
    };
    let Some(name) = publisher(helo) else {
        let name = helo.escape_debug().to_string();
        return Ok(finding(helo, ResultWord::None, Reason::NotADomain { name }));
    };
    let (result, reason) = match concluded(&name, client_ip.to_canonical(), lookups) {
        Ok(conclusion) => conclusion,
        Err(Stop::Wait) => return Err(Wait),
        Err(Stop::Unavailable(reason)) => (ResultWord::TempError, reason),
    };
    Ok(finding(name.as_str(), result, reason))
}

enum Stop {
    Wait,
    Unavailable(Reason),
}

impl From<Wait> for Stop {
    fn from(_: Wait) -> Self {
        Self::Wait
    }
}

type Conclusion = (ResultWord, Reason);

/// A name below a top-level domain; a literal, a number or a bare word asserts nothing.
fn publisher(helo: &str) -> Option<Name> {
    let name = Name::parse(helo).filter(|_| !helo.starts_with('['))?;
    let ends_in_number = name.labels().next_back().is_some_and(|top| top.bytes().all(|octet| octet.is_ascii_digit()));
    (name.label_count() > 1 && !ends_in_number).then_some(name)
}

fn concluded(name: &Name, client_ip: IpAddr, lookups: &mut Lookups<'_>) -> Result<Conclusion, Stop> {
    let Some(question) = question(name) else { return Ok(unknown(name)) };
    let answer = asked(&question, lookups)?;
    let mut assertions = Vec::new();
    for read in answer.services().filter_map(parse).take(MAX_RECORDS) {
        match read {
            Ok(assertion) => assertions.push(assertion),
            Err(malformed) => {
                let reason = Reason::Malformed { name: name.to_string(), what: malformed.to_string() };
                return Ok((ResultWord::PermError, reason));
            }
        }
    }
    match assertions.is_empty() {
        true => by_parents(name, lookups),
        false => by_own(name, &assertions, client_ip, lookups),
    }
}

/// By the name's own records (§4).
fn by_own(
    name: &Name,
    assertions: &[Assertion<'_>],
    client_ip: IpAddr,
    lookups: &mut Lookups<'_>,
) -> Result<Conclusion, Stop> {
    let text = name.to_string();
    if assertions.iter().any(|assertion| assertion.authorization == Authorization::No) {
        return Ok((ResultWord::Fail, Reason::NotAuthorized { name: text }));
    }
    let at_target = assertions.iter().filter(|assertion| assertion.authorization == Authorization::AtTarget);
    let targets: Vec<Option<&Name>> = at_target.map(|assertion| assertion.target).collect();
    let record_type = if client_ip.is_ipv4() { RecordType::A } else { RecordType::Aaaa };
    let questions: Vec<Question> =
        targets.iter().flatten().map(|target| Question::new((*target).clone(), record_type)).collect();
    for question in &questions {
        lookups.want(question.clone());
    }
    let mut trouble = None;
    for question in &questions {
        match lookups.ask(question.clone())? {
            Answer::Unavailable(why) => trouble = Some(unavailable(question, *why)),
            answer if answer.addresses().any(|address| address == client_ip) => {
                return Ok((ResultWord::Pass, Reason::Authorized { name: text }));
            }
            _ => {}
        }
    }
    if let Some(reason) = trouble {
        return Err(Stop::Unavailable(reason));
    }
    match (targets.first(), targets.len() == assertions.len()) {
        (Some(target), true) => {
            let target = target.map_or_else(|| "its target".to_owned(), Name::to_string);
            Ok((ResultWord::Fail, Reason::OtherAddress { name: text, target }))
        }
        _ => Ok((ResultWord::Neutral, Reason::Unproved { name: text })),
    }
}

/// Whether a name above asserts that each authorized name has a record of its own (§5, §7).
fn by_parents(name: &Name, lookups: &mut Lookups<'_>) -> Result<Conclusion, Stop> {
    let parents: Vec<Name> = parents(name).collect();
    let questions: Vec<(&Name, Question)> =
        parents.iter().filter_map(|parent| Some((parent, question(parent)?))).collect();
    for (_, question) in &questions {
        lookups.want(question.clone());
    }
    let mut trouble = None;
    for (parent, question) in &questions {
        match asked(question, lookups) {
            Ok(answer) => {
                let mut read = answer.services().filter_map(parse).take(MAX_RECORDS);
                if read.any(|assertion| assertion.is_ok_and(|assertion| assertion.is_explicit)) {
                    let reason = Reason::NotListed { name: name.to_string(), parent: parent.to_string() };
                    return Ok((ResultWord::Fail, reason));
                }
            }
            Err(Stop::Wait) => return Err(Stop::Wait),
            Err(stop) => trouble = Some(stop),
        }
    }
    trouble.map_or_else(|| Ok(unknown(name)), Err)
}

/// The names above, nearest first, from the sixth level to the second (§6, §7).
fn parents(name: &Name) -> impl Iterator<Item = Name> {
    let above = std::iter::successors(name.parent(), Name::parent);
    above.filter(|parent| (2..=MAX_PARENT_LABELS).contains(&parent.label_count()))
}

fn unknown(name: &Name) -> Conclusion {
    (ResultWord::None, Reason::NoRecord { name: name.to_string() })
}

fn question(name: &Name) -> Option<Question> {
    Some(Question::new(name.below("_client._smtp")?, RecordType::Srv))
}

fn asked<'a>(question: &Question, lookups: &mut Lookups<'a>) -> Result<&'a Answer, Stop> {
    match lookups.ask(question.clone())? {
        Answer::Unavailable(why) => Err(Stop::Unavailable(unavailable(question, *why))),
        answer => Ok(answer),
    }
}

fn unavailable(question: &Question, why: Unavailable) -> Reason {
    let question = format!("{} {}", question.name, question.record_type.word());
    Reason::DnsUnavailable { question, why: why.to_string() }
}

fn finding(helo: &str, result: ResultWord, reason: Reason) -> Finding {
    let properties = match helo {
        "" => Vec::new(),
        helo => vec![Property::new("smtp", "helo", helo)],
    };
    let facts = match &reason {
        Reason::NotEvaluated { .. } | Reason::NotADomain { .. } => Vec::new(),
        _ => vec![("domain", helo.into())],
    };
    Finding { method: Method::Csa, result, reason: finding::Reason::Csa(reason), properties, facts }
}
