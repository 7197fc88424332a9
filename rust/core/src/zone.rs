//! DNS for tests, as zone text: `name TYPE value`, where the value may be `servfail` or `timeout`, one record a line.
//!
//! A name that stands nowhere does not exist; a name above one that stands somewhere exists (RFC 8020 §2).

use std::net::IpAddr;

use crate::dns::{Answer, Answers, Lookups, Name, Question, Record, RecordType, Unavailable, Wait};

pub(crate) struct Zone {
    entries: Vec<(Name, RecordType, String)>,
}

/// What an evaluation came to, and what it asked on the way, round by round.
pub(crate) struct Replay<T> {
    pub outcome: T,
    pub rounds: Vec<Vec<String>>,
}

impl<T> Replay<T> {
    pub fn asked(&self) -> Vec<&str> {
        self.rounds.iter().flatten().map(String::as_str).collect()
    }
}

pub(crate) fn name(text: &str) -> Name {
    Name::parse_expanded(text).expect("a test names what is a name")
}

impl Zone {
    pub fn read(text: &str) -> Self {
        let entries = text.lines().map(str::trim).filter(|line| !line.is_empty()).map(|line| {
            let mut words = line.splitn(3, ' ');
            let mut word = || words.next().expect("name, type and value");
            let (owner, record_type, value) = (name(word()), word(), word());
            (owner, RecordType::from_word(record_type).expect("a record type"), value.to_owned())
        });
        Self { entries: entries.collect() }
    }

    /// Runs an evaluation until it needs nothing more, all questions of a round answered together.
    pub fn resolve<T>(&self, mut evaluate: impl FnMut(&mut Lookups<'_>) -> Result<T, Wait>) -> Replay<T> {
        let mut answers = Answers::default();
        let mut rounds = Vec::new();
        loop {
            let mut lookups = Lookups::new(&answers);
            let outcome = evaluate(&mut lookups);
            let missing = lookups.into_missing();
            if let Ok(outcome) = outcome {
                return Replay { outcome, rounds };
            }
            assert!(!missing.is_empty(), "an evaluation that waits has questions");
            let shown = |question: &Question| format!("{} {}", question.name, question.record_type.word());
            rounds.push(missing.iter().map(shown).collect());
            for question in missing {
                let answer = self.answer(&question);
                answers.learn(question, answer);
            }
        }
    }

    /// Runs an evaluation with one answer more each time, the last question first.
    pub fn resolve_singly<T>(&self, mut evaluate: impl FnMut(&mut Lookups<'_>) -> Result<T, Wait>) -> T {
        let mut answers = Answers::default();
        loop {
            let mut lookups = Lookups::new(&answers);
            let outcome = evaluate(&mut lookups);
            match (outcome, lookups.into_missing().pop()) {
                (Ok(outcome), _) => return outcome,
                (Err(Wait), question) => {
                    let question = question.expect("an evaluation that waits has questions");
                    let answer = self.answer(&question);
                    answers.learn(question, answer);
                }
            }
        }
    }

    pub fn answer(&self, question: &Question) -> Answer {
        let is_secure = false;
        let of_type = |entry: &&(Name, RecordType, String)| entry.0 == question.name && entry.1 == question.record_type;
        let mut records = Vec::new();
        for (_, record_type, value) in self.entries.iter().filter(of_type) {
            match value.as_str() {
                "servfail" => return Answer::Unavailable(Unavailable::ServFail),
                "timeout" => return Answer::Unavailable(Unavailable::Timeout),
                value => records.push(record(*record_type, value)),
            }
        }
        let exists = self.entries.iter().any(|(owner, _, _)| owner.is_within(&question.name));
        match (records.is_empty(), exists) {
            (false, _) => Answer::Found { records: records.into(), is_secure },
            (true, true) => Answer::NoData { is_secure },
            (true, false) => Answer::NxDomain { is_secure },
        }
    }
}

fn record(record_type: RecordType, value: &str) -> Record {
    match record_type {
        RecordType::Txt => Record::Txt(value.as_bytes().to_vec()),
        RecordType::Ptr => Record::Ptr(name(value)),
        RecordType::Mx => Record::Mx { preference: 10, exchange: Name::parse(value).filter(|_| value != ".") },
        RecordType::Srv => {
            let mut words = value.split_whitespace();
            let mut number = || words.next().and_then(|word| word.parse().ok()).expect("a number");
            let (priority, weight, port) = (number(), number(), number());
            Record::Srv { priority, weight, port, target: words.next().and_then(Name::parse) }
        }
        RecordType::A | RecordType::Aaaa => match value.parse().expect("an address") {
            IpAddr::V4(address) => Record::A(address),
            IpAddr::V6(address) => Record::Aaaa(address),
        },
    }
}
