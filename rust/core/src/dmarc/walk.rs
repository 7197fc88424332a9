//! The DNS tree walk (RFC 9989 §4.10): from a name up to its top-level domain, in at most eight questions.

use crate::dmarc::parse::{self, Psd, Record};
use crate::dns::{Answer, Lookups, Name, Question, RecordType, Unavailable, Wait};

/// Questions of one walk (RFC 9989 §4.10).
pub const MAX_WALK_QUERIES: usize = 8;

/// The organizational domain of a name (RFC 9989 §4.10.2); `None` while DNS gives no answer that decides.
///
/// # Errors
/// [`Wait`] where an answer is missing.
pub fn organizational_domain(name: &Name, lookups: &mut Lookups<'_>) -> Result<Option<Name>, Wait> {
    Ok(Walk::from(name, lookups)?.organizational_domain().ok())
}

/// One walk, as far as it had to go.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Walk {
    start: Name,
    /// Names with exactly one record, longest first.
    found: Vec<(Name, Record)>,
    /// The first name for which there was no answer; the walk ends there.
    trouble: Option<Trouble>,
}

/// Which question got no answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Trouble {
    pub question: String,
    pub why: Unavailable,
}

/// What one name publishes.
enum Published {
    Record(Record),
    /// None, or several, which counts as none (RFC 9989 §4.10).
    Nothing,
    Unavailable(Trouble),
}

impl Walk {
    /// Walks until a record says `psd=y` or `psd=n`, or to the top. All names are asked for together.
    pub fn from(start: &Name, lookups: &mut Lookups<'_>) -> Result<Self, Wait> {
        want(start, lookups);
        let mut walk = Self { start: start.clone(), found: Vec::new(), trouble: None };
        for name in targets(start) {
            match published(&name, lookups)? {
                Published::Nothing => {}
                Published::Record(record) => {
                    walk.found.push((name, record));
                    if record.psd != Psd::Unsaid {
                        break;
                    }
                }
                Published::Unavailable(trouble) => {
                    walk.trouble = Some(trouble);
                    break;
                }
            }
        }
        Ok(walk)
    }

    /// RFC 9989 §4.10.2. A record that could not be read could have been the deciding one, so trouble leaves it open.
    pub fn organizational_domain(&self) -> Result<Name, Trouble> {
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
    pub fn applicable_record(&self) -> Result<Option<(Name, Record)>, Trouble> {
        if let Some(own) = self.found.first().filter(|(name, _)| *name == self.start) {
            return Ok(Some(own.clone()));
        }
        match &self.trouble {
            Some(trouble) => Err(trouble.clone()),
            None => Ok(self.record_of_organization().or_else(|| self.found.last()).cloned()),
        }
    }

    fn record_of_organization(&self) -> Option<&(Name, Record)> {
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

/// Asks ahead for all names of a walk.
pub(super) fn want(start: &Name, lookups: &mut Lookups<'_>) {
    for name in targets(start) {
        question(&name).into_iter().for_each(|question| lookups.want(question));
    }
}

/// What stands at `_dmarc.<name>`.
fn published(name: &Name, lookups: &mut Lookups<'_>) -> Result<Published, Wait> {
    let Some(question) = question(name) else { return Ok(Published::Nothing) };
    let answer = lookups.ask(question.clone())?;
    if let Answer::Unavailable(why) = answer {
        let question = format!("{} {}", question.name, question.record_type.word());
        return Ok(Published::Unavailable(Trouble { question, why: *why }));
    }
    let mut records = answer.texts().filter_map(parse::parse);
    Ok(match (records.next(), records.next()) {
        (Some(only), None) => Published::Record(only),
        _ => Published::Nothing,
    })
}

/// `None` where the name is so long that `_dmarc.` does not fit before it; then nothing can stand there.
fn question(name: &Name) -> Option<Question> {
    name.below("_dmarc").map(|name| Question::new(name, RecordType::Txt))
}

/// The start, then its parents; from more than eight labels straight to seven.
fn targets(start: &Name) -> impl Iterator<Item = Name> {
    std::iter::successors(Some(start.clone()), |name| {
        let mut next = name.parent()?;
        while next.label_count() >= MAX_WALK_QUERIES {
            next = next.parent()?;
        }
        Some(next)
    })
}
