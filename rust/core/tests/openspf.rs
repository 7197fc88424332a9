//! The openspf suite for RFC 7208 (release 2014.04), read from its YAML text where that is at hand.

use std::collections::HashMap;
use std::fs;
use std::io::{self, Write};
use std::net::IpAddr;
use std::path::PathBuf;

use saphyr::{LoadableYamlNode, Yaml};
use trustlane_core::dns::{Answer, Answers, Lookups, Name, Question, Record, RecordType, Records, Unavailable};
use trustlane_core::finding::{Finding, Value};
use trustlane_core::spf::{self, Identity, Request, Sender};

#[test]
fn every_case_of_the_suite_gives_a_result_the_suite_allows() {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared/conformance/rfc7208-tests.yml");
    let Ok(text) = fs::read_to_string(&path) else {
        // Written past the test harness, which swallows what a passing test prints.
        let _ = writeln!(io::stderr(), "skipped: the openspf suite is not at {}", path.display());
        return;
    };
    let sections = Yaml::load_from_str(&text).expect("the suite is YAML");
    let mut cases = 0;
    let mut wrong = Vec::new();
    for section in &sections {
        let zone = Zone::read(&section["zonedata"]);
        for (name, case) in section["tests"].as_mapping().expect("each section has tests") {
            cases += 1;
            if let Some(fault) = fault_of(case, &zone) {
                wrong.push(format!("{}: {fault}", text_of(name)));
            }
        }
    }
    assert!(cases > 150, "only {cases} cases were read");
    assert!(wrong.is_empty(), "{} of {cases} cases:\n{}", wrong.len(), wrong.join("\n"));
}

fn fault_of(case: &Yaml<'_>, zone: &Zone) -> Option<String> {
    let finding = evaluate(case, zone);
    let result = finding.result.word();
    let allowed: Vec<String> = match case["result"].as_sequence() {
        Some(several) => several.iter().map(text_of).collect(),
        None => vec![text_of(&case["result"])],
    };
    if !allowed.iter().any(|word| word == result) {
        return Some(format!("{result} ({}), the suite says {}", finding.reason, allowed.join(" or ")));
    }
    let expected = case.as_mapping_get("explanation").map(text_of)?;
    let given = match finding.facts.iter().find(|(fact, _)| *fact == "explanation") {
        Some((_, Value::Text(explanation))) => explanation.as_str(),
        _ => "DEFAULT",
    };
    // Case may differ in the nibbles of %{i}, which the suite writes in capitals and RFC 7208 §7.4 does not.
    (!given.eq_ignore_ascii_case(&expected)).then(|| format!("explained as {given:?}, the suite says {expected:?}"))
}

fn evaluate(case: &Yaml<'_>, zone: &Zone) -> Finding {
    let (helo, mail_from) = (text_of(&case["helo"]), text_of(&case["mailfrom"]));
    let request = Request {
        client_ip: text_of(&case["host"]).parse().expect("host is an address"),
        identity: Identity::MailFrom,
        sender: Sender::from_path(&mail_from),
        helo: &helo,
        receiver: "receiver.example",
        now_seconds: 1_400_000_000,
    };
    let mut answers = Answers::default();
    loop {
        let mut lookups = Lookups::new(&answers);
        let outcome = spf::evaluate(&request, &mut lookups);
        let missing = lookups.into_missing();
        match outcome {
            Ok(finding) => return finding,
            Err(_) => assert!(!missing.is_empty(), "an evaluation that waits has questions"),
        }
        for question in missing {
            let answer = zone.answer(&question);
            answers.learn(question, answer);
        }
    }
}

/// One section's DNS. A name's entries are `TIMEOUT`, or a type and a value; SPF entries stand for TXT as well where
/// a name has no TXT entry of its own.
struct Zone {
    entries: HashMap<String, Vec<(String, Vec<String>)>>,
}

impl Zone {
    fn read(zone: &Yaml<'_>) -> Self {
        let mut entries = HashMap::new();
        for (name, listed) in zone.as_mapping().expect("each section has a zone") {
            let listed = listed.as_sequence().expect("a name has a list of entries");
            entries.insert(text_of(name).to_ascii_lowercase(), listed.iter().flat_map(entry).collect());
        }
        Self { entries }
    }

    fn answer(&self, question: &Question) -> Answer {
        let mut name = question.name.as_str().to_owned();
        for _alias in 0..8 {
            let Some(entries) = self.entries.get(&name) else {
                return Answer::NxDomain { is_secure: false };
            };
            match entries.iter().find(|(word, _)| word == "CNAME") {
                Some((_, values)) => name = values[0].trim_end_matches('.').to_ascii_lowercase(),
                None => return answer(entries, question.record_type),
            }
        }
        Answer::Unavailable(Unavailable::ServFail)
    }
}

fn answer(entries: &[(String, Vec<String>)], record_type: RecordType) -> Answer {
    let of = |wanted: &str| entries.iter().filter(|(word, _)| word == wanted).collect::<Vec<_>>();
    let found = match record_type {
        RecordType::Txt if of("TXT").is_empty() => of("SPF"),
        other => of(other.word()),
    };
    let records: Records = found.iter().filter_map(|(_, values)| record(record_type, values)).collect();
    let times_out = !of("TIMEOUT").is_empty();
    match records.is_empty() {
        false => Answer::Found { records, is_secure: false },
        true if times_out => Answer::Unavailable(Unavailable::Timeout),
        true => Answer::NoData { is_secure: false },
    }
}

fn record(record_type: RecordType, values: &[String]) -> Option<Record> {
    let address = || values[0].parse::<IpAddr>().expect("an address record holds an address");
    match record_type {
        RecordType::A => match address() {
            IpAddr::V4(address) => Some(Record::A(address)),
            IpAddr::V6(_) => None,
        },
        RecordType::Aaaa => match address() {
            IpAddr::V6(address) => Some(Record::Aaaa(address)),
            IpAddr::V4(_) => None,
        },
        RecordType::Mx => Some(Record::Mx { preference: values[0].parse().ok()?, exchange: Name::parse(&values[1]) }),
        RecordType::Ptr => Name::parse(&values[0]).map(Record::Ptr),
        RecordType::Srv => None,
        RecordType::Txt if values == ["NONE"] => None,
        RecordType::Txt => Some(Record::Txt(values.iter().flat_map(|part| octets_of(part)).collect())),
    }
}

fn entry(listed: &Yaml<'_>) -> Vec<(String, Vec<String>)> {
    let Some(types) = listed.as_mapping() else { return vec![(text_of(listed), Vec::new())] };
    let values = |value: &Yaml<'_>| match value.as_sequence() {
        Some(several) => several.iter().map(text_of).collect(),
        None => vec![text_of(value)],
    };
    types.iter().map(|(word, value)| (text_of(word), values(value))).collect()
}

fn text_of(scalar: &Yaml<'_>) -> String {
    match (scalar.as_str(), scalar.as_integer()) {
        (Some(text), _) => text.to_owned(),
        (None, Some(number)) => number.to_string(),
        (None, None) => String::new(),
    }
}

/// YAML has characters, DNS octets: the suite writes an octet above 127 as the character of that number.
fn octets_of(text: &str) -> impl Iterator<Item = u8> {
    text.chars().map(|letter| u8::try_from(u32::from(letter)).expect("the suite holds octets"))
}
