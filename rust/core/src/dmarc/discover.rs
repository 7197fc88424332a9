//! Policy discovery for one name without a message, step by step: what a person asks who published a record.

use crate::dmarc::evaluate::{Applied, applied};
use crate::dmarc::parse::{Policy, Record};
use crate::dmarc::walk::{self, Seen, Walk};
use crate::dmarc::{Discovery, Reason};
use crate::dns::{Lookups, Name, Question, Wait};

/// What discovery found for one author domain (RFC 9989 §4.10.1, §4.10.2).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Discovered {
    pub steps: Vec<Step>,
    /// `None` while DNS gives no answer that decides.
    pub organizational_domain: Option<Name>,
    /// Where the record stands that applies.
    pub policy_domain: Option<Name>,
    pub record: Option<Record>,
    /// What it asks for mail of this author, after `sp`, `np` and `t`.
    pub policy: Option<Policy>,
    /// Why no policy applies, where none does.
    pub reason: Option<Reason>,
}

/// One name of the walk.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    pub name: Name,
    /// `None` where the name is too long for a question.
    pub question: Option<Question>,
    /// `record`, `nothing`, `several-records`, `unavailable` or `too-long`.
    pub seen: &'static str,
    /// The record, where there is one.
    pub text: Option<String>,
    /// The walk ended here.
    pub is_last: bool,
}

/// Walks from a name and tells what it met.
///
/// # Errors
/// [`Wait`] where an answer is missing.
pub fn discover(domain: &Name, discovery: &Discovery, lookups: &mut Lookups<'_>) -> Result<Discovered, Wait> {
    let walk = Walk::from(domain, discovery, lookups)?;
    let mut discovered = Discovered {
        steps: steps(domain, discovery, lookups)?,
        organizational_domain: walk.organizational_domain().ok(),
        policy_domain: None,
        record: None,
        policy: None,
        reason: None,
    };
    match applied(domain, &walk, lookups)? {
        Applied::Applicable(found) => {
            discovered.policy_domain = Some(found.domain.clone());
            discovered.record = Some(found.record.clone());
            discovered.policy = Some(found.effective_policy());
        }
        Applied::NoRecord => discovered.reason = Some(Reason::NoRecord { domain: domain.to_string() }),
        Applied::NoUsablePolicy(name) => discovered.reason = Some(Reason::NoUsablePolicy { domain: name.to_string() }),
        Applied::Unavailable(trouble) => discovered.reason = Some(trouble.into()),
    }
    Ok(discovered)
}

fn steps(domain: &Name, discovery: &Discovery, lookups: &mut Lookups<'_>) -> Result<Vec<Step>, Wait> {
    let mut steps = Vec::new();
    for name in walk::targets(domain, discovery) {
        let seen = walk::seen(&name, lookups)?;
        let is_last = seen.ends_walk(discovery);
        let (word, text) = match seen {
            Seen::Record(record) => ("record", Some(record.text.clone())),
            Seen::Nothing => ("nothing", None),
            Seen::Several(_) => ("several-records", None),
            Seen::Unavailable(_) => ("unavailable", None),
            Seen::NoRoom => ("too-long", None),
        };
        steps.push(Step { question: walk::question(&name), name, seen: word, text, is_last });
        if is_last {
            break;
        }
    }
    Ok(steps)
}
