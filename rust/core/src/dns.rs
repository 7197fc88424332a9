//! Ask and replay: a check is run with the answers so far; what it lacks becomes the next questions.
//!
//! The core never looks anything up. An evaluator calls [`Lookups::ask`] and leaves with `?` where the answer is not
//! there yet; it is run again, from the start, once more answers are known. [`Lookups::want`] asks ahead for what is
//! independent, so that questions leave together.

mod records;
pub mod response;
mod wire;

use std::any::Any;
use std::cell::Cell;
use std::collections::HashMap;
use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

pub use records::Records;

/// Questions one message may ask in all. SPF's own limits allow some 170 for each of HELO and MAIL FROM (RFC 7208 §4.6.4:
/// ten terms, 45 asked ahead of them, ten hosts behind each mx); ten keys, sixty of a chain of ARC (fifty seals, ten older
/// message signatures) and walks fit beside them. One more is answered "unavailable".
pub const MAX_QUESTIONS: usize = 480;

/// A domain name as DNS compares it: lower case A-labels, no final dot (RFC 1035 §2.3.3, RFC 5890 §2.3.2.1).
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Name(Box<str>);

impl Name {
    /// Reads a name from text with U-labels or A-labels; `None` where it cannot be a DNS name (RFC 1035 §2.3.4:
    /// labels of 1 to 63 octets, 253 in all without the final dot).
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.strip_suffix('.').unwrap_or(text);
        let ascii = match text.is_ascii() {
            true => text.to_ascii_lowercase(),
            false => idna::domain_to_ascii(text).ok()?,
        };
        let fits = !ascii.is_empty() && ascii.len() <= 253;
        let has_good_labels = ascii.split('.').all(|label| (1..=63).contains(&label.len()));
        let is_printable = ascii.bytes().all(|octet| octet.is_ascii_graphic());
        (fits && has_good_labels && is_printable).then(|| Self(ascii.into_boxed_str()))
    }

    /// Reads a name that macros made: as [`Name::parse`], but a label may hold blanks, because `%_` makes one
    /// (RFC 7208 §7.1) and DNS allows any octet (RFC 2181 §11).
    pub fn parse_expanded(text: &str) -> Option<Self> {
        if !text.contains(' ') {
            return Self::parse(text);
        }
        let Self(visible) = Self::parse(&text.replace(' ', "_"))?;
        let with_blanks = visible.char_indices().map(|(at, letter)| match text.as_bytes().get(at) {
            Some(b' ') => ' ',
            _ => letter,
        });
        text.is_ascii().then(|| Self(with_blanks.collect::<String>().into_boxed_str()))
    }

    /// The name whose PTR records name the host at this address (RFC 1035 §3.5, RFC 3596 §2.5).
    pub fn reverse(address: IpAddr) -> Self {
        let text = match address {
            IpAddr::V4(address) => {
                let [a, b, c, d] = address.octets();
                format!("{d}.{c}.{b}.{a}.in-addr.arpa")
            }
            IpAddr::V6(address) => {
                let nibbles =
                    address.octets().into_iter().rev().map(|octet| format!("{:x}.{:x}.", octet & 15, octet >> 4));
                nibbles.collect::<String>() + "ip6.arpa"
            }
        };
        Self(text.into_boxed_str())
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    pub fn labels(&self) -> std::str::Split<'_, char> {
        self.0.split('.')
    }

    pub fn label_count(&self) -> usize {
        self.labels().count()
    }

    /// The name without its leftmost label; `None` for a single label.
    pub fn parent(&self) -> Option<Self> {
        self.0.split_once('.').map(|(_, rest)| Self(rest.into()))
    }

    /// Whether this name is `other` or lies below it, compared by labels: `example.com.evil.org` is not below
    /// `example.com`.
    pub fn is_within(&self, other: &Self) -> bool {
        self.0.strip_suffix(other.as_str()).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
    }

    /// `prefix.name`, where that is still a name.
    pub fn below(&self, prefix: &str) -> Option<Self> {
        Self::parse(&format!("{prefix}.{}", self.0))
    }
}

impl fmt::Display for Name {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.0)
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum RecordType {
    A,
    Aaaa,
    Mx,
    Ptr,
    Srv,
    Txt,
}

impl RecordType {
    pub const ALL: [Self; 6] = [Self::A, Self::Aaaa, Self::Mx, Self::Ptr, Self::Srv, Self::Txt];

    pub const fn word(self) -> &'static str {
        match self {
            Self::A => "A",
            Self::Aaaa => "AAAA",
            Self::Mx => "MX",
            Self::Ptr => "PTR",
            Self::Srv => "SRV",
            Self::Txt => "TXT",
        }
    }

    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.word() == word)
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Question {
    pub name: Name,
    pub record_type: RecordType,
}

impl Question {
    pub fn new(name: Name, record_type: RecordType) -> Self {
        Self { name, record_type }
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Record {
    A(Ipv4Addr),
    Aaaa(Ipv6Addr),
    Mx {
        preference: u16,
        exchange: Option<Name>,
    },
    Ptr(Name),
    /// RFC 2782; no target is "decidedly not available here".
    Srv {
        priority: u16,
        weight: u16,
        port: u16,
        target: Option<Name>,
    },
    /// The strings of one TXT record joined with nothing between (RFC 6376 §3.6.2.2, RFC 7208 §3.3).
    Txt(Vec<u8>),
}

impl Record {
    /// What it takes outside itself.
    fn octets(&self) -> usize {
        let name = |name: &Option<Name>| name.as_ref().map_or(0, |name| name.as_str().len());
        match self {
            Self::A(_) | Self::Aaaa(_) => 0,
            Self::Mx { exchange, .. } => name(exchange),
            Self::Ptr(name) => name.as_str().len(),
            Self::Srv { target, .. } => name(target),
            Self::Txt(text) => text.len(),
        }
    }
}

/// What DNS said. Aliases (CNAME) are followed by the resolver; `is_secure` is the AD bit of RFC 4035 §3.2.3.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    Found {
        records: Records,
        is_secure: bool,
    },
    /// The name does not exist (RFC 8020).
    NxDomain {
        is_secure: bool,
    },
    /// The name exists, this type does not (RFC 2308 §2.2).
    NoData {
        is_secure: bool,
    },
    /// No answer now; becomes `temperror`. Never the same as "there is none".
    Unavailable(Unavailable),
}

impl Answer {
    /// The text of each TXT record, its strings joined.
    pub fn texts(&self) -> impl Iterator<Item = &[u8]> {
        self.records().iter().filter_map(|record| match record {
            Record::Txt(text) => Some(text.as_slice()),
            _ => None,
        })
    }

    pub fn addresses(&self) -> impl Iterator<Item = IpAddr> {
        self.records().iter().filter_map(|record| match record {
            Record::A(address) => Some((*address).into()),
            Record::Aaaa(address) => Some((*address).into()),
            _ => None,
        })
    }

    /// The hosts of MX records; the null MX of RFC 7505 §3 names none.
    pub fn exchanges(&self) -> impl Iterator<Item = &Name> {
        self.records().iter().filter_map(|record| match record {
            Record::Mx { exchange, .. } => exchange.as_ref(),
            _ => None,
        })
    }

    pub fn pointers(&self) -> impl Iterator<Item = &Name> {
        self.records().iter().filter_map(|record| match record {
            Record::Ptr(name) => Some(name),
            _ => None,
        })
    }

    /// What `read` makes of the records, made once for all who hold this answer; `None` where there are none.
    ///
    /// The answer of a cache is shared by every mail that asks, so that a record is parsed once in its time to live.
    /// What is made must depend on the records alone.
    pub fn compiled<T: Any + Send + Sync>(&self, read: impl Fn(&[Record]) -> T) -> Option<&T> {
        match self {
            Self::Found { records, .. } => Some(records.compiled(read)),
            Self::NxDomain { .. } | Self::NoData { .. } | Self::Unavailable(_) => None,
        }
    }

    pub fn services(&self) -> impl Iterator<Item = Service<'_>> {
        self.records().iter().filter_map(|record| match record {
            Record::Srv { priority, weight, port, target } => {
                Some(Service { priority: *priority, weight: *weight, port: *port, target: target.as_ref() })
            }
            _ => None,
        })
    }

    fn records(&self) -> &[Record] {
        match self {
            Self::Found { records, .. } => records,
            Self::NxDomain { .. } | Self::NoData { .. } | Self::Unavailable(_) => &[],
        }
    }

    /// What its records take in memory, without what was read out of them.
    pub fn octets(&self) -> usize {
        self.records().iter().map(|record| size_of::<Record>() + record.octets()).sum()
    }

    /// The same where nothing vouches for it: signatures that DNSSEC validated once may have expired since.
    #[must_use]
    pub fn unproven(mut self) -> Self {
        match &mut self {
            Self::Found { is_secure, .. } | Self::NxDomain { is_secure } | Self::NoData { is_secure } => {
                *is_secure = false;
            }
            Self::Unavailable(_) => {}
        }
        self
    }

    /// No records for this question, whichever way DNS said so: what RFC 7208 §4.6.4 calls a void look-up.
    pub fn is_void(&self) -> bool {
        match self {
            Self::Found { records, .. } => records.is_empty(),
            Self::NxDomain { .. } | Self::NoData { .. } => true,
            Self::Unavailable(_) => false,
        }
    }
}

/// One SRV record (RFC 2782).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Service<'a> {
    pub priority: u16,
    pub weight: u16,
    pub port: u16,
    pub target: Option<&'a Name>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Unavailable {
    Timeout,
    ServFail,
    Refused,
    /// The answer could not be read, or was none to this question.
    Garbage,
    /// No server could be reached.
    Unreachable,
    /// The message had asked [`MAX_QUESTIONS`] already.
    OverBudget,
    /// The caller has no resolver, by choice.
    NotAsked,
}

impl Unavailable {
    pub const ALL: [Self; 7] = [
        Self::Timeout,
        Self::ServFail,
        Self::Refused,
        Self::Garbage,
        Self::Unreachable,
        Self::OverBudget,
        Self::NotAsked,
    ];

    pub const fn word(self) -> &'static str {
        match self {
            Self::Timeout => "timeout",
            Self::ServFail => "servfail",
            Self::Refused => "refused",
            Self::Garbage => "garbage",
            Self::Unreachable => "unreachable",
            Self::OverBudget => "over-budget",
            Self::NotAsked => "not-asked",
        }
    }

    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|why| why.word() == word)
    }
}

impl fmt::Display for Unavailable {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(self.word())
    }
}

/// All answers of one message, in the order they were learned, so that `explain` can tell them.
#[derive(Debug, Clone, Default)]
pub struct Answers {
    known: HashMap<Question, usize>,
    told: Vec<(Question, Answer)>,
}

impl Answers {
    /// Keeps the first answer to a question; a second one never changes a finding already made.
    pub fn learn(&mut self, question: Question, answer: Answer) {
        if self.known.contains_key(&question) {
            return;
        }
        self.known.insert(question.clone(), self.told.len());
        self.told.push((question, answer));
    }

    pub fn get(&self, question: &Question) -> Option<&Answer> {
        self.known.get(question).map(|&at| &self.told[at].1)
    }

    pub fn in_order(&self) -> &[(Question, Answer)] {
        &self.told
    }

    pub fn len(&self) -> usize {
        self.told.len()
    }

    pub fn is_empty(&self) -> bool {
        self.told.is_empty()
    }
}

/// An evaluator leaves with this where it needs an answer that is not there yet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Wait;

/// One pass of evaluation over the answers so far; gathers what is missing.
#[derive(Debug)]
pub struct Lookups<'a> {
    answers: &'a Answers,
    missing: Vec<Question>,
    compilations: u32,
}

const OVER_BUDGET: Answer = Answer::Unavailable(Unavailable::OverBudget);

impl<'a> Lookups<'a> {
    pub fn new(answers: &'a Answers) -> Self {
        Self { answers, missing: Vec::new(), compilations: 0 }
    }

    /// The answer, or [`Wait`] after noting the question.
    ///
    /// # Errors
    /// [`Wait`] where the answer is not known yet.
    pub fn ask(&mut self, question: Question) -> Result<&'a Answer, Wait> {
        if let Some(answer) = self.answers.get(&question) {
            return Ok(answer);
        }
        if self.answers.len() + self.missing.len() >= MAX_QUESTIONS {
            return Ok(&OVER_BUDGET);
        }
        if !self.missing.contains(&question) {
            self.missing.push(question);
        }
        Err(Wait)
    }

    /// Notes a question whose answer will be needed, without waiting for it.
    pub fn want(&mut self, question: Question) {
        let _ = self.ask(question);
    }

    /// [`Answer::compiled`], counted where the records had to be read.
    pub fn compiled<T: Any + Send + Sync>(
        &mut self,
        answer: &'a Answer,
        read: impl Fn(&[Record]) -> T,
    ) -> Option<&'a T> {
        let reads = Cell::new(0);
        let meaning = answer.compiled(|records| {
            reads.set(1);
            read(records)
        });
        self.compilations += reads.get();
        meaning
    }

    /// How often this pass had to read records; what an earlier message read, and a cache kept, does not count.
    pub fn compilations(&self) -> u32 {
        self.compilations
    }

    pub fn into_missing(self) -> Vec<Question> {
        self.missing
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    // proves: RFC 1035 §2.3.3
    #[test]
    fn names_are_compared_by_labels() {
        let name = |text| Name::parse(text).expect("a good name");
        assert!(name("a.Example.COM.").is_within(&name("example.com")));
        assert!(!name("example.com.evil.org").is_within(&name("example.com")));
        assert!(!name("badexample.com").is_within(&name("example.com")));
        assert_eq!(name("bücher.example").as_str(), "xn--bcher-kva.example");
    }

    #[test]
    fn what_is_no_name_is_refused() {
        for text in ["", ".", "a..b", "a b.example", &"x".repeat(64), &"a.".repeat(128)] {
            assert_eq!(Name::parse(text), None, "{text}");
        }
    }

    #[test]
    fn only_a_name_that_macros_made_may_hold_blanks() {
        let name = Name::parse_expanded("A b.Example").expect("a good name");
        assert_eq!(name.as_str(), "a b.example");
        assert_eq!(Name::parse_expanded("a_b.example"), Name::parse("a_b.example"));
        for text in [" ..example", "a\tb.example", "b\u{fc}cher x.example"] {
            assert_eq!(Name::parse_expanded(text), None, "{text:?}");
        }
    }

    // proves: RFC 1035 §3.5, RFC 3596 §2.5
    #[test]
    fn an_address_is_turned_round_to_ask_for_its_name() {
        let reverse = |text: &str| Name::reverse(text.parse().expect("a good address")).to_string();
        assert_eq!(reverse("192.0.2.3"), "3.2.0.192.in-addr.arpa");
        assert_eq!(
            reverse("2001:db8::cb01"),
            "1.0.b.c.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa"
        );
    }

    #[test]
    fn a_question_is_noted_once_and_its_first_answer_stays() {
        let question = Question::new(Name::parse("example.com").expect("a good name"), RecordType::Txt);
        let mut answers = Answers::default();
        let mut lookups = Lookups::new(&answers);
        assert_eq!(lookups.ask(question.clone()), Err(Wait));
        lookups.want(question.clone());
        assert_eq!(lookups.into_missing(), std::slice::from_ref(&question));
        answers.learn(question.clone(), Answer::NxDomain { is_secure: false });
        answers.learn(question.clone(), Answer::NoData { is_secure: false });
        assert_eq!(Lookups::new(&answers).ask(question), Ok(&Answer::NxDomain { is_secure: false }));
    }

    #[test]
    fn past_the_budget_an_answer_is_unavailable_and_nothing_is_asked() {
        let mut answers = Answers::default();
        for number in 0..MAX_QUESTIONS {
            let name = Name::parse(&format!("n{number}.example")).expect("a good name");
            answers.learn(Question::new(name, RecordType::A), Answer::NoData { is_secure: false });
        }
        let mut lookups = Lookups::new(&answers);
        let one_more = Question::new(Name::parse("more.example").expect("a good name"), RecordType::A);
        assert_eq!(lookups.ask(one_more), Ok(&OVER_BUDGET));
        assert!(lookups.into_missing().is_empty());
    }
}
