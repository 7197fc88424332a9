//! What an evaluation may spend (RFC 7208 §4.6.4), and how it leaves when that is spent.

use crate::dns::{Name, Question, Unavailable, Wait};
use crate::finding::ResultWord;
use crate::spf::parse::Malformed;
use crate::spf::{MAX_TERMS_THAT_ASK, MAX_VOID_LOOKUPS, Reason};

/// Leaves an evaluation: for want of an answer, or with an error result.
pub(super) enum Stop {
    Wait,
    Error(ResultWord, Reason),
}

impl From<Wait> for Stop {
    fn from(_: Wait) -> Self {
        Self::Wait
    }
}

impl Stop {
    pub fn permanent(reason: Reason) -> Self {
        Self::Error(ResultWord::PermError, reason)
    }

    pub fn malformed(domain: &Name, malformed: &Malformed) -> Self {
        let domain = domain.to_string();
        Self::permanent(match malformed {
            Malformed::Term(term) => Reason::MalformedRecord { domain, term: term.clone() },
            Malformed::Repeated(name) => Reason::RepeatedModifier { domain, name: (*name).to_owned() },
        })
    }

    pub fn unavailable(question: &Question, why: Unavailable) -> Self {
        let question = format!("{} {}", question.name, question.record_type.word());
        Self::Error(ResultWord::TempError, Reason::DnsUnavailable { question, why: why.to_string() })
    }
}

/// What must be spent to ask (RFC 7208 §4.6.4).
#[derive(Default)]
pub(super) struct Budget {
    pub terms: usize,
    void: Vec<Question>,
}

impl Budget {
    pub fn spend_term(&mut self) -> Result<(), Stop> {
        if self.terms == MAX_TERMS_THAT_ASK {
            return Err(Stop::permanent(Reason::TooManyLookups { max: MAX_TERMS_THAT_ASK }));
        }
        self.terms += 1;
        Ok(())
    }

    pub fn void_lookups(&self) -> usize {
        self.void.len()
    }

    /// A question that came back empty counts once, however often the record repeats it.
    pub fn spend_void(&mut self, question: &Question) -> Result<(), Stop> {
        if self.void.contains(question) {
            return Ok(());
        }
        if self.void.len() == MAX_VOID_LOOKUPS {
            return Err(Stop::permanent(Reason::VoidLookups { max: MAX_VOID_LOOKUPS }));
        }
        self.void.push(question.clone());
        Ok(())
    }
}
