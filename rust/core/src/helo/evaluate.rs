//! Whether the client's name for itself leads to the client (RFC 5321 §4.1.4).

use std::net::IpAddr;

use crate::dns::{Answer, Lookups, Name, Question, RecordType, Wait};
use crate::finding::{self, Finding, Method, Property, ResultWord};
use crate::helo::{Argument, Reason, literal, parse};

/// What is known of the session.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Request<'a> {
    pub client_ip: Option<IpAddr>,
    pub helo: Option<&'a str>,
}

/// Checks the most recent HELO name of a client.
///
/// A pass says that the name's owner lists this address under it, and no more: it does not say that mail may come from
/// there, as SPF and CSA do.
///
/// # Errors
/// [`Wait`] where an answer is missing.
pub fn evaluate(request: &Request<'_>, lookups: &mut Lookups<'_>) -> Result<Finding, Wait> {
    let (Some(client_ip), Some(helo)) = (request.client_ip, request.helo) else {
        let missing = if request.client_ip.is_none() { "the client's address" } else { "the HELO name" };
        return Ok(finding("", ResultWord::None, Reason::NotEvaluated { missing: missing.to_owned() }));
    };
    let client_ip = client_ip.to_canonical();
    let (result, reason) = match parse(helo) {
        Err(malformed) => (ResultWord::PermError, Reason::Malformed { what: malformed.to_string() }),
        Ok(Argument::Address(address)) => by_literal(helo, address.to_canonical(), client_ip),
        Ok(Argument::Domain(name)) if name.label_count() == 1 => {
            (ResultWord::PermError, Reason::NotQualified { name: name.to_string() })
        }
        Ok(Argument::Domain(name)) => by_name(name, client_ip, lookups)?,
    };
    Ok(finding(helo, result, reason))
}

fn by_literal(helo: &str, address: IpAddr, client_ip: IpAddr) -> (ResultWord, Reason) {
    match address == client_ip {
        true => (ResultWord::Pass, Reason::LiteralMatches { literal: helo.to_owned() }),
        false => {
            let reason = Reason::LiteralDiffers { literal: helo.to_owned(), client: literal(client_ip) };
            (ResultWord::Fail, reason)
        }
    }
}

fn by_name(name: Name, client_ip: IpAddr, lookups: &mut Lookups<'_>) -> Result<(ResultWord, Reason), Wait> {
    let text = name.to_string();
    let record_type = if client_ip.is_ipv4() { RecordType::A } else { RecordType::Aaaa };
    let question = Question::new(name, record_type);
    let answer = lookups.ask(question.clone())?;
    Ok(match answer {
        Answer::Unavailable(why) => {
            let question = format!("{} {}", question.name, question.record_type.word());
            (ResultWord::TempError, Reason::DnsUnavailable { question, why: why.to_string() })
        }
        answer if answer.is_void() => (ResultWord::Fail, Reason::NoAddress { name: text }),
        answer if answer.addresses().any(|address| address == client_ip) => {
            (ResultWord::Pass, Reason::LeadsToClient { name: text })
        }
        _ => (ResultWord::Fail, Reason::LeadsElsewhere { name: text }),
    })
}

fn finding(helo: &str, result: ResultWord, reason: Reason) -> Finding {
    let facts = match &reason {
        Reason::LeadsToClient { name } => vec![("domain", name.as_str().into())],
        _ => Vec::new(),
    };
    let properties = match helo {
        "" => Vec::new(),
        helo => vec![Property::new("smtp", "helo", helo)],
    };
    Finding { method: Method::Helo, result, reason: finding::Reason::Helo(reason), properties, facts }
}
