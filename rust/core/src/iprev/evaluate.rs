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
    let names = names.iter().map(|name| name.as_str()).collect::<Vec<_>>().join(", ");
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::zone::Zone;

    fn told(client: &str, zone: &str) -> String {
        let client_ip = client.parse().expect("an address");
        let finding = Zone::read(zone).resolve(|lookups| evaluate(client_ip, lookups)).outcome;
        assert_eq!(finding.properties[0].value, client_ip.to_canonical().to_string());
        format!("{}: {}", finding.result.word(), finding.reason)
    }

    // proves: RFC 8601 §2.7.3, §3
    #[test]
    fn each_way_to_a_name_and_back_has_its_result() {
        let table = [
            ("mail.example A 192.0.2.3", "pass: mail.example is the client's name, and leads back to it"),
            ("mail.example A 192.0.2.4", "fail: none of the client's names leads back to it: mail.example"),
            ("mail.example AAAA 2001:db8::1", "fail: none of the client's names leads back to it: mail.example"),
            ("other.example A 192.0.2.3", "fail: none of the client's names leads back to it: mail.example"),
            ("mail.example A timeout", "temperror: DNS gave no answer to mail.example A: timeout"),
            (
                "mail.example A timeout\n3.2.0.192.in-addr.arpa PTR b.example\nb.example A 192.0.2.3",
                "pass: b.example is the client's name, and leads back to it",
            ),
        ];
        for (more, expected) in table {
            let zone = format!("3.2.0.192.in-addr.arpa PTR mail.example\n{more}");
            assert_eq!(told("192.0.2.3", &zone), expected, "{more}");
            assert_eq!(told("::ffff:192.0.2.3", &zone), expected, "{more}");
        }
    }

    // proves: RFC 8601 §2.7.3
    #[test]
    fn an_address_without_a_name_is_a_permanent_error_and_no_answer_a_temporary_one() {
        assert_eq!(told("192.0.2.3", ""), "permerror: 192.0.2.3 has no name in DNS");
        let zone = "3.2.0.192.in-addr.arpa PTR servfail";
        assert_eq!(told("192.0.2.3", zone), "temperror: DNS gave no answer to 3.2.0.192.in-addr.arpa PTR: servfail");
    }

    // proves: RFC 8601 §3
    #[test]
    fn ten_names_are_looked_at_and_others_ignored() {
        let zone = |before: usize| {
            let others = (0..before).map(|other| format!("3.2.0.192.in-addr.arpa PTR other{other}.example\n"));
            others.collect::<String>() + "3.2.0.192.in-addr.arpa PTR mail.example\nmail.example A 192.0.2.3"
        };
        assert!(told("192.0.2.3", &zone(MAX_NAMES - 1)).starts_with("pass: "));
        assert!(told("192.0.2.3", &zone(MAX_NAMES)).starts_with("fail: "));
    }

    #[test]
    fn an_ipv6_client_is_looked_for_among_aaaa_records() {
        let nibbles = "1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2";
        let zone = format!("{nibbles}.ip6.arpa PTR mail.example\nmail.example AAAA 2001:db8::1");
        assert_eq!(told("2001:db8::1", &zone), "pass: mail.example is the client's name, and leads back to it");
    }
}
