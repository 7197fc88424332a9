//! The DNS tree walk (RFC 9989 §4.10): from a name up to its top-level domain, in at most eight questions.
//!
//! The legacy discovery by a public suffix list is a walk of two names at most: the start, and what the list says of it.

use crate::dmarc::Discovery;
use crate::dmarc::parse::{Psd, Published, Record};
use crate::dns::{Answer, Lookups, Name, Question, RecordType, Unavailable, Wait};

/// Questions of one walk (RFC 9989 §4.10).
pub const MAX_WALK_QUERIES: usize = 8;

/// The organizational domain of a name (RFC 9989 §4.10.2); `None` while DNS gives no answer that decides.
///
/// # Errors
/// [`Wait`] where an answer is missing.
pub fn organizational_domain(
    name: &Name,
    discovery: &Discovery,
    lookups: &mut Lookups<'_>,
) -> Result<Option<Name>, Wait> {
    Ok(organization(name, discovery, lookups)?.ok())
}

/// The same, with the question that got no answer. A list needs no walk.
pub(super) fn organization(
    name: &Name,
    discovery: &Discovery,
    lookups: &mut Lookups<'_>,
) -> Result<Result<Name, Trouble>, Wait> {
    match discovery {
        Discovery::PublicSuffixes(list) => Ok(Ok(list.organizational_domain(name))),
        Discovery::TreeWalk => Ok(Walk::from(name, discovery, lookups)?.organizational_domain()),
    }
}

/// One walk, as far as it had to go.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Walk<'a> {
    start: Name,
    /// Names with exactly one record, longest first.
    found: Vec<(Name, &'a Record)>,
    /// The first name for which there was no answer; the walk ends there.
    trouble: Option<Trouble>,
    /// What a public suffix list says, where one is used.
    listed: Option<Name>,
}

/// Which question got no answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Trouble {
    pub question: String,
    pub why: Unavailable,
}

/// What one name of a walk turned out to be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Seen<'a> {
    Record(&'a Record),
    Nothing,
    Several(usize),
    Unavailable(Trouble),
    /// `_dmarc.` does not fit before the name; then nothing can stand there.
    NoRoom,
}

impl Seen<'_> {
    /// Whether a walk ends with this name (RFC 9989 §4.10): at what says how suffixes lie, and at what DNS withholds.
    pub fn ends_walk(&self, discovery: &Discovery) -> bool {
        match (self, discovery) {
            (Self::Unavailable(_), _) => true,
            (Self::Record(record), Discovery::TreeWalk) => record.psd != Psd::Unsaid,
            // Several records at the author domain end it (RFC 7489 §6.6.3 step 5), and so does one.
            (Self::Record(_) | Self::Several(_), Discovery::PublicSuffixes(_)) => true,
            _ => false,
        }
    }
}

impl<'a> Walk<'a> {
    /// Walks to its end, or to the top. All names are asked for together.
    pub fn from(start: &Name, discovery: &Discovery, lookups: &mut Lookups<'a>) -> Result<Self, Wait> {
        let names: Vec<Name> = targets(start, discovery).collect();
        want(&names, lookups);
        let listed = match discovery {
            Discovery::TreeWalk => None,
            Discovery::PublicSuffixes(list) => Some(list.organizational_domain(start)),
        };
        let mut walk = Self { start: start.clone(), found: Vec::new(), trouble: None, listed };
        for name in names {
            let seen = seen(&name, lookups)?;
            let is_last = seen.ends_walk(discovery);
            match seen {
                Seen::Record(record) => walk.found.push((name, record)),
                Seen::Unavailable(trouble) => walk.trouble = Some(trouble),
                Seen::Nothing | Seen::Several(_) | Seen::NoRoom => {}
            }
            if is_last {
                break;
            }
        }
        Ok(walk)
    }

    /// RFC 9989 §4.10.2. A record that could not be read could have been the deciding one, so trouble leaves it open.
    pub fn organizational_domain(&self) -> Result<Name, Trouble> {
        if let Some(listed) = &self.listed {
            return Ok(listed.clone());
        }
        if let Some(trouble) = &self.trouble {
            return Err(trouble.clone());
        }
        Ok(match self.found.last() {
            None => self.start.clone(),
            Some((name, record)) if record.psd == Psd::Yes && *name != self.start => self.one_label_below(name),
            // A suffix that is itself the start says nothing of a parent: shorter names were not asked for.
            Some((name, _)) => name.clone(),
        })
    }

    /// The record for an author domain where the walk started: its own, else its organizational domain's, else the public
    /// suffix's (RFC 9989 §4.10.1). The suffix is the last one found, because the walk ends there.
    pub fn applicable_record(&self) -> Result<Option<(&Name, &'a Record)>, Trouble> {
        if let Some((name, record)) = self.found.first().filter(|(name, _)| *name == self.start) {
            return Ok(Some((name, record)));
        }
        match &self.trouble {
            Some(trouble) => Err(trouble.clone()),
            None => {
                let found = self.record_of_organization().or_else(|| self.found.last());
                Ok(found.map(|(name, record)| (name, *record)))
            }
        }
    }

    fn record_of_organization(&self) -> Option<&(Name, &'a Record)> {
        let organization = self.organizational_domain().ok()?;
        self.found.iter().find(|(name, _)| *name == organization)
    }

    fn one_label_below(&self, suffix: &Name) -> Name {
        let mut below = self.start.clone();
        while let Some(parent) = below.parent() {
            if parent == *suffix {
                break;
            }
            below = parent;
        }
        below
    }
}

/// Asks ahead for what the organizational domain of a name hangs on.
pub(super) fn want_organization(start: &Name, discovery: &Discovery, lookups: &mut Lookups<'_>) {
    if let Discovery::TreeWalk = discovery {
        want(&targets(start, discovery).collect::<Vec<_>>(), lookups);
    }
}

fn want(names: &[Name], lookups: &mut Lookups<'_>) {
    names.iter().filter_map(question).for_each(|question| lookups.want(question));
}

/// What stands at `_dmarc.<name>`; it was read when the first message met its answer.
pub(super) fn seen<'a>(name: &Name, lookups: &mut Lookups<'a>) -> Result<Seen<'a>, Wait> {
    let Some(question) = question(name) else { return Ok(Seen::NoRoom) };
    let shown = |question: &Question| format!("{} {}", question.name, question.record_type.word());
    let answer = lookups.ask(question.clone())?;
    if let Answer::Unavailable(why) = answer {
        return Ok(Seen::Unavailable(Trouble { question: shown(&question), why: *why }));
    }
    Ok(match lookups.compiled(answer, Published::read) {
        Some(Published::Record(record)) => Seen::Record(record),
        Some(Published::Several(found)) => Seen::Several(*found),
        Some(Published::Nothing) | None => Seen::Nothing,
    })
}

/// `None` where the name is so long that `_dmarc.` does not fit before it.
pub(super) fn question(name: &Name) -> Option<Question> {
    name.below("_dmarc").map(|name| Question::new(name, RecordType::Txt))
}

/// The start, then its parents, from more than eight labels straight to seven (what stands between is never found, RFC 9989
/// §5.1.8); or what the list says of it.
pub(super) fn targets(start: &Name, discovery: &Discovery) -> impl Iterator<Item = Name> {
    let list = match discovery {
        Discovery::TreeWalk => None,
        Discovery::PublicSuffixes(list) => Some(list),
    };
    std::iter::successors(Some(start.clone()), move |name| match list {
        None => above(name),
        Some(list) => Some(list.organizational_domain(name)).filter(|organization| organization != name),
    })
}

fn above(name: &Name) -> Option<Name> {
    let mut next = name.parent()?;
    while next.label_count() >= MAX_WALK_QUERIES {
        next = next.parent()?;
    }
    Some(next)
}
