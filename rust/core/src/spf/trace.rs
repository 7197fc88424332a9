//! What an evaluation did, term by term, for people who ask why.

use crate::dns::{Name, Question};

/// One line of a record as it was met; terms of an included record stand one deeper, behind their `include`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    pub depth: usize,
    /// Whose record it stands in.
    pub domain: Name,
    /// The term as published, or the whole record where it was found.
    pub text: String,
    pub outcome: Outcome,
    /// What it asked DNS, in order; the answers stand in the transcript.
    pub asked: Vec<Question>,
    /// Terms that may ask which were spent when it was done (RFC 7208 §4.6.4).
    pub terms: usize,
    /// Void look-ups which were spent when it was done.
    pub void_lookups: usize,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// The record that is evaluated from here on.
    Record,
    Matched,
    NotMatched,
    /// The evaluation ended here with an error.
    Stopped,
    /// `redirect`: evaluation goes on in another record.
    Followed,
}

impl Outcome {
    pub const fn word(self) -> &'static str {
        match self {
            Self::Record => "record",
            Self::Matched => "matched",
            Self::NotMatched => "not-matched",
            Self::Stopped => "stopped",
            Self::Followed => "followed",
        }
    }
}

/// Takes steps down where somebody wants them, and costs nothing otherwise.
pub(super) struct Trace {
    steps: Option<Vec<Step>>,
    depth: usize,
    open: Vec<usize>,
}

impl Trace {
    pub const fn off() -> Self {
        Self { steps: None, depth: 0, open: Vec::new() }
    }

    pub const fn on() -> Self {
        Self { steps: Some(Vec::new()), depth: 0, open: Vec::new() }
    }

    pub fn into_steps(self) -> Vec<Step> {
        self.steps.unwrap_or_default()
    }

    /// A term begins; until it ends, it counts as what stopped the evaluation.
    pub fn begin(&mut self, domain: &Name, text: &str) {
        let Some(steps) = &mut self.steps else { return };
        self.open.push(steps.len());
        steps.push(Step {
            depth: self.depth,
            domain: domain.clone(),
            text: text.to_owned(),
            outcome: Outcome::Stopped,
            asked: Vec::new(),
            terms: 0,
            void_lookups: 0,
        });
    }

    /// The term that began last ends.
    pub fn end(&mut self, outcome: Outcome, terms: usize, void_lookups: usize) {
        let Some(steps) = &mut self.steps else { return };
        let Some(step) = self.open.pop().and_then(|at| steps.get_mut(at)) else { return };
        (step.outcome, step.terms, step.void_lookups) = (outcome, terms, void_lookups);
    }

    pub fn asked(&mut self, question: &Question) {
        let (Some(steps), Some(&at)) = (&mut self.steps, self.open.last()) else { return };
        let asked = &mut steps[at].asked;
        if !asked.contains(question) {
            asked.push(question.clone());
        }
    }

    /// The text of the record that the open step asked for.
    pub fn found(&mut self, text: &str) {
        let (Some(steps), Some(&at)) = (&mut self.steps, self.open.last()) else { return };
        text.clone_into(&mut steps[at].text);
    }

    pub fn deeper(&mut self) {
        self.depth += 1;
    }

    pub fn back(&mut self) {
        self.depth -= 1;
    }
}
