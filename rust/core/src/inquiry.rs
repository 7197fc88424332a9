//! One check without a message, asked and replayed: what a tool, a policy service or a sender of reports wants to know.

use crate::dns::{Answer, Answers, Lookups, Question, Unavailable, Wait};
use crate::examination::MAX_ROUNDS;

type Evaluate<T> = Box<dyn Fn(&mut Lookups<'_>) -> Result<T, Wait> + Send + Sync>;

/// A check that gives a `T` once its questions are answered.
pub struct Inquiry<T> {
    evaluate: Evaluate<T>,
    answers: Answers,
    rounds: u32,
    outcome: Option<T>,
}

impl<T> Inquiry<T> {
    pub fn new(evaluate: impl Fn(&mut Lookups<'_>) -> Result<T, Wait> + Send + Sync + 'static) -> Self {
        Self { evaluate: Box::new(evaluate), answers: Answers::default(), rounds: 0, outcome: None }
    }

    /// What must be known to go on; empty when the outcome is there. After [`MAX_ROUNDS`] what is still missing counts as
    /// unavailable.
    pub fn questions(&mut self) -> Vec<Question> {
        if self.outcome.is_some() {
            return Vec::new();
        }
        let mut lookups = Lookups::new(&self.answers);
        self.outcome = (self.evaluate)(&mut lookups).ok();
        let missing = if self.outcome.is_some() { Vec::new() } else { lookups.into_missing() };
        if missing.is_empty() {
            return missing;
        }
        if self.rounds < MAX_ROUNDS {
            self.rounds += 1;
            return missing;
        }
        for question in missing {
            self.answers.learn(question, Answer::Unavailable(Unavailable::OverBudget));
        }
        self.questions()
    }

    /// Takes an answer; the first one to a question stays.
    pub fn learn(&mut self, question: Question, answer: Answer) {
        self.answers.learn(question, answer);
    }

    pub fn outcome(&self) -> Option<&T> {
        self.outcome.as_ref()
    }

    /// Each question that was answered, with its answer, in the order they came.
    pub fn transcript(&self) -> &[(Question, Answer)] {
        self.answers.in_order()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dmarc::{Discovery, organizational_domain};
    use crate::dns::RecordType;
    use crate::zone::{Zone, name};

    fn inquiry() -> Inquiry<Option<crate::dns::Name>> {
        Inquiry::new(|lookups| organizational_domain(&name("a.example.com"), &Discovery::TreeWalk, lookups))
    }

    #[test]
    fn it_asks_until_its_outcome_is_there_and_tells_what_it_heard() {
        let zone = Zone::read("_dmarc.example.com TXT v=DMARC1; p=none");
        let mut inquiry = inquiry();
        let questions = inquiry.questions();
        assert_eq!(questions.len(), 3);
        assert!(inquiry.outcome().is_none());
        questions.into_iter().for_each(|question| inquiry.learn(question.clone(), zone.answer(&question)));
        assert!(inquiry.questions().is_empty());
        assert_eq!(inquiry.outcome(), Some(&Some(name("example.com"))));
        assert_eq!(inquiry.transcript().len(), 3);
    }

    #[test]
    fn a_resolver_that_never_answers_ends_it_after_the_last_round() {
        let mut inquiry = inquiry();
        let mut rounds = 0;
        while !inquiry.questions().is_empty() {
            rounds += 1;
        }
        assert_eq!(rounds, MAX_ROUNDS);
        assert_eq!(inquiry.outcome(), Some(&None));
        assert!(inquiry.transcript().iter().all(|(question, _)| question.record_type == RecordType::Txt));
    }
}
