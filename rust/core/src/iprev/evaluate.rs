//! From the address to its names, and from the names back (RFC 8601 §3).

use std::net::IpAddr;

use crate::dns::{Answer, Lookups, Name, Question, RecordType, Unavailable, Wait};
use crate::finding::{self, Finding, Method, Property, ResultWord, Value};
use crate::iprev::{MAX_NAMES, Reason};

/// Checks the name of a client (result words: RFC 8601 §2.7.3).
///
/// One name that leads back is enough, whatever became of the others. An address without a name is `permerror`; that is
/// the standard's word for it.
///
/// # Errors
/// [`Wait`] where an answer is missing.
pub fn evaluate(client_ip: IpAddr, lookups: &mut Lookups<'_>) -> Result<Finding, Wait> {
    let client_ip = client_ip.to_canonical();
    let question = Question::new(Name::reverse(client_ip), RecordType::Ptr);
    let answer = lookups.ask(question.clone())?;
    if let Answer::Unavailable(why) = answer {
        return Ok(finding(client_ip, ResultWord::TempError, unavailable(&question, *why)));
    }
    let names: Vec<&Name> = answer.pointers().take(MAX_NAMES).collect();
    if names.is_empty() {
        return Ok(finding(client_ip, ResultWord::PermError, Reason::NoName { address: client_ip.to_string() }));
    }
    let record_type = if client_ip.is_ipv4() { RecordType::A } else { RecordType::Aaaa };
    let questions = names.iter().map(|name| Question::new((*name).clone(), record_type));
    for question in questions.clone() {
        lookups.want(question);
    }
    let mut trouble = None;
    for question in questions {
        let answer = lookups.ask(question.clone())?;
        if answer.addresses().any(|address| address == client_ip) {
            return Ok(finding(client_ip, ResultWord::Pass, Reason::Confirmed { name: question.name.to_string() }));
        }
        if let Answer::Unavailable(why) = answer {
            trouble = Some(unavailable(&question, *why));
        }
    }
    let names = names.iter().map(|name| name.to_string()).collect();
    Ok(match trouble {
        Some(reason) => finding(client_ip, ResultWord::TempError, reason),
        None => finding(client_ip, ResultWord::Fail, Reason::LeadsElsewhere { names }),
    })
}

fn unavailable(question: &Question, why: Unavailable) -> Reason {
    let question = format!("{} {}", question.name, question.record_type.word());
    Reason::DnsUnavailable { question, why: why.to_string() }
}

fn finding(client_ip: IpAddr, result: ResultWord, reason: Reason) -> Finding {
    let facts = match &reason {
        Reason::Confirmed { name } => vec![("name", Value::from(name.as_str()))],
        _ => Vec::new(),
    };
    Finding {
        method: Method::Iprev,
        result,
        reason: finding::Reason::Iprev(reason),
        properties: vec![Property::new("policy", "iprev", client_ip.to_string())],
        facts,
    }
}
