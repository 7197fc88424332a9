//! Questions that leave early: while one term waits for DNS, those of the terms behind it need not wait for their turn.

use crate::dns::{Name, Question, RecordType};
use crate::spf::MAX_TERMS_THAT_ASK;
use crate::spf::evaluate::Evaluation;
use crate::spf::macros::DomainSpec;
use crate::spf::parse::{Directive, Mechanism, Record};

impl Evaluation<'_, '_> {
    /// Asks for what the terms behind a waiting one would ask, so that the round trips of one record become one.
    ///
    /// Order still decides: a term spends its budget, and its answer counts, only when evaluation reaches it (RFC 7208
    /// §4.6.2, §4.6.4). Nothing is asked behind a term that is known to match, past the budget of terms, or for what would
    /// tell the publisher something of the mail before its turn: names with macros, `exists` and `ptr`.
    pub(super) fn want_ahead(&mut self, directives: &[Directive], record: &Record, domain: &Name) {
        let mut terms_left = MAX_TERMS_THAT_ASK - self.budget.terms;
        for directive in directives {
            if self.matches_already(&directive.mechanism) {
                return;
            }
            let asks = !matches!(directive.mechanism, Mechanism::Network(..));
            if asks && terms_left == 0 {
                return;
            }
            terms_left -= usize::from(asks);
            self.own_question(&directive.mechanism, domain)
                .into_iter()
                .for_each(|question| self.lookups.want(question));
        }
        let redirect = record.redirect.as_ref().filter(|_| terms_left > 0);
        if let Some(target) = redirect.and_then(|redirect| redirect.to.fixed()) {
            self.lookups.want(Question::new(target, RecordType::Txt));
        }
    }

    fn matches_already(&self, mechanism: &Mechanism) -> bool {
        match mechanism {
            Mechanism::All => true,
            Mechanism::Network(network, prefixes) => self.reach_of(*network, *prefixes).is_some(),
            _ => false,
        }
    }

    fn own_question(&self, mechanism: &Mechanism, domain: &Name) -> Option<Question> {
        let target = |spec: &Option<DomainSpec>| spec.as_ref().map_or_else(|| Some(domain.clone()), DomainSpec::fixed);
        match mechanism {
            Mechanism::Include(spec) => Some(Question::new(spec.fixed()?, RecordType::Txt)),
            Mechanism::A(spec, _) => Some(self.address_question(target(spec)?)),
            Mechanism::Mx(spec, _) => Some(Question::new(target(spec)?, RecordType::Mx)),
            _ => None,
        }
    }
}
