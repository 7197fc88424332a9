//! Suites in the shape of openspf's: YAML documents with tests and the zone they are asked in.

use std::collections::HashMap;
use std::net::IpAddr;

use saphyr::Yaml;
use trustlane_core::dns::{Answer, Answers, Lookups, Name, Question, Record, RecordType, Records, Unavailable, Wait};

/// Runs an evaluation in a zone until it needs nothing more.
pub fn answered<T>(zone: &Zone, mut evaluate: impl FnMut(&mut Lookups<'_>) -> Result<T, Wait>) -> T {
    let mut answers = Answers::default();
    loop {
        let mut lookups = Lookups::new(&answers);
        let outcome = evaluate(&mut lookups);
        let missing = lookups.into_missing();
        match outcome {
            Ok(outcome) => return outcome,
            Err(Wait) => assert!(!missing.is_empty(), "an evaluation that waits has questions"),
        }
        for question in missing {
            let answer = zone.answer(&question);
            answers.learn(question, answer);
        }
    }
}

/// One section's DNS. A name's entries are `TIMEOUT`, or a type and a value; SPF entries stand for TXT as well where
/// a name has no TXT entry of its own.
pub struct Zone {
    entries: HashMap<String, Vec<(String, Vec<String>)>>,
}

impl Zone {
    pub fn read(zone: &Yaml<'_>) -> Self {
        let mut entries = HashMap::new();
        for (name, listed) in zone.as_mapping().expect("each section has a zone") {
            let listed = listed.as_sequence().expect("a name has a list of entries");
            entries.insert(text_of(name).to_ascii_lowercase(), listed.iter().flat_map(entry).collect());
        }
        Self { entries }
    }

    pub fn answer(&self, question: &Question) -> Answer {
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

pub fn text_of(scalar: &Yaml<'_>) -> String {
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
