//! Policy, alignment, result (RFC 9989 §5.3), once for each author domain.

use crate::address::{AuthorDomains, Damage};
use crate::dmarc::parse::{Alignment, Policy, Record};
use crate::dmarc::walk::{self, Trouble, Walk};
use crate::dmarc::{Discovery, MAX_AUTHOR_DOMAINS, Reason};
use crate::dns::{Answer, Lookups, Name, Question, RecordType, Wait};
use crate::finding::{self, Finding, Method, Property, ResultWord, Value};

/// What DMARC builds on.
#[derive(Debug, Clone, Copy)]
pub struct Input<'a> {
    pub authors: &'a AuthorDomains,
    /// DKIM signing domains, and the MAIL FROM domain; a HELO name never aligns (RFC 9989 §4.4.1, §4.4.2).
    pub identifiers: &'a [Identifier],
    pub discovery: &'a Discovery,
}

/// A name that another method authenticated, or could not check now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identifier {
    pub method: Method,
    pub domain: Name,
    pub outcome: Outcome,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Outcome {
    Pass,
    TempError,
}

impl Identifier {
    fn shown(&self) -> String {
        format!("{} {}", self.method.word(), self.domain)
    }
}

/// One finding per author domain, and one for each thing that hides an author.
///
/// A message with several From fields never passes, since nobody knows whom its reader will see; a failure stays one
/// (RFC 9989 §4.4, §11.5).
///
/// # Errors
/// [`Wait`] where an answer is missing.
pub fn evaluate(input: &Input<'_>, lookups: &mut Lookups<'_>) -> Result<Vec<Finding>, Wait> {
    let authors = input.authors;
    let evaluated = &authors.domains[..authors.domains.len().min(MAX_AUTHOR_DOMAINS)];
    let findings: Vec<Result<Finding, Wait>> =
        evaluated.iter().map(|domain| Author::new(domain, input, lookups)?.finding(lookups)).collect();
    let mut findings = findings.into_iter().collect::<Result<Vec<Finding>, Wait>>()?;
    findings.extend(hidden_authors(authors).map(|reason| bare(ResultWord::PermError, reason)));
    Ok(findings)
}

fn hidden_authors(authors: &AuthorDomains) -> impl Iterator<Item = Reason> {
    let (max, found) = (MAX_AUTHOR_DOMAINS, authors.domains.len());
    let damage = authors.damage.as_ref().map(|damage| match damage {
        Damage::Unreadable(malformed) => Reason::UnreadableFrom { what: malformed.what.to_owned(), at: malformed.at },
        Damage::NotADomain(name) => Reason::NotADomain { name: name.clone() },
    });
    let is_nobody = damage.is_none() && found == 0;
    let nobody = is_nobody.then_some(Reason::NoAuthor { fields: authors.field_count });
    let too_many = (found > max).then_some(Reason::TooManyAuthors { max, found });
    [damage, nobody, too_many].into_iter().flatten()
}

fn bare(result: ResultWord, reason: Reason) -> Finding {
    let reason = finding::Reason::Dmarc(reason);
    Finding { method: Method::Dmarc, result, reason, properties: Vec::new(), facts: Vec::new() }
}

struct Author<'i, 'a> {
    domain: &'i Name,
    input: &'i Input<'i>,
    walk: Walk<'a>,
}

/// The record that applies, and what it asks for this author (RFC 9989 §4.10.1).
pub(super) struct Applicable<'w, 'a> {
    pub domain: &'w Name,
    pub record: &'a Record,
    pub policy: Policy,
}

impl Applicable<'_, '_> {
    /// One step less while the owner tests (RFC 9989 §4.7, `t`).
    pub fn effective_policy(&self) -> Policy {
        if self.record.is_testing { self.policy.lowered() } else { self.policy }
    }
}

/// What policy discovery comes to.
pub(super) enum Applied<'w, 'a> {
    Applicable(Applicable<'w, 'a>),
    /// RFC 9989 §5.3.2: DMARC does not apply.
    NoRecord,
    NoUsablePolicy(&'w Name),
    Unavailable(Trouble),
}

/// The policy for an author domain from which this walk started (RFC 9989 §4.10.1).
pub(super) fn applied<'w, 'a>(
    domain: &Name,
    walk: &'w Walk<'a>,
    lookups: &mut Lookups<'a>,
) -> Result<Applied<'w, 'a>, Wait> {
    let (found_at, record) = match walk.applicable_record() {
        Err(trouble) => return Ok(Applied::Unavailable(trouble)),
        Ok(None) => return Ok(Applied::NoRecord),
        Ok(Some(found)) => found,
    };
    let Some(policies) = record.policies else { return Ok(Applied::NoUsablePolicy(found_at)) };
    let policy = if found_at == domain {
        policies.own
    } else if policies.nonexistent != policies.subdomain && is_nonexistent(domain, lookups)? {
        policies.nonexistent
    } else {
        policies.subdomain
    };
    Ok(Applied::Applicable(Applicable { domain: found_at, record, policy }))
}

/// Only a real NXDOMAIN says that a name does not exist (RFC 9989 §3.2.13, RFC 8020 §2).
fn is_nonexistent(domain: &Name, lookups: &mut Lookups<'_>) -> Result<bool, Wait> {
    let answer = lookups.ask(Question::new(domain.clone(), RecordType::Txt))?;
    Ok(matches!(answer, Answer::NxDomain { .. }))
}

/// How one identifier stands to the author domain.
enum Standing {
    Aligned,
    Apart,
    /// It may be aligned; DNS does not say now.
    Open(Reason),
}

impl<'i, 'a> Author<'i, 'a> {
    /// Walks that will likely be needed leave together with the author's own.
    fn new(domain: &'i Name, input: &'i Input<'i>, lookups: &mut Lookups<'a>) -> Result<Self, Wait> {
        let walk = Walk::from(domain, input.discovery, lookups);
        for identifier in input.identifiers.iter().filter(|near| shared_labels(&near.domain, domain) > 1) {
            walk::want_organization(&identifier.domain, input.discovery, lookups);
        }
        Ok(Self { domain, input, walk: walk? })
    }

    fn finding(&self, lookups: &mut Lookups<'a>) -> Result<Finding, Wait> {
        let (result, reason) = match applied(self.domain, &self.walk, lookups)? {
            Applied::Applicable(applicable) => {
                let (result, reason, aligned_by) = self.alignment(applicable.record, lookups)?;
                return Ok(self.with_policy(result, reason, &applicable, aligned_by));
            }
            Applied::NoRecord => (ResultWord::None, Reason::NoRecord { domain: self.domain.to_string() }),
            Applied::NoUsablePolicy(domain) => {
                (ResultWord::None, Reason::NoUsablePolicy { domain: domain.to_string() })
            }
            Applied::Unavailable(trouble) => (ResultWord::TempError, trouble.into()),
        };
        Ok(self.without_policy(result, reason, self.equal_names()))
    }

    /// Where no policy says what is near enough, a name that is the author domain itself still is (RFC 9989 §4.10.2).
    fn equal_names(&self) -> Vec<String> {
        let equal = |identifier: &&Identifier| identifier.outcome == Outcome::Pass && identifier.domain == *self.domain;
        let mut names: Vec<String> = self.input.identifiers.iter().filter(equal).map(Identifier::shown).collect();
        names.dedup();
        names
    }

    /// One aligned pass wins, whatever else is open; what is open stays temporary (RFC 9989 §5.3.5, §5.3.6).
    fn alignment(&self, record: &Record, lookups: &mut Lookups<'_>) -> Result<(ResultWord, Reason, Vec<String>), Wait> {
        let mut aligned_by = Vec::new();
        let mut open = None;
        for identifier in self.input.identifiers {
            let shown = identifier.shown();
            match (self.standing(identifier, record, lookups)?, identifier.outcome) {
                (Standing::Aligned, Outcome::Pass) if !aligned_by.contains(&shown) => aligned_by.push(shown),
                (Standing::Aligned, Outcome::Pass) | (Standing::Apart, _) => {}
                (Standing::Open(reason), Outcome::Pass) => open = Some(reason),
                (Standing::Aligned | Standing::Open(_), Outcome::TempError) => {
                    open = Some(Reason::IdentityUnavailable { domain: self.domain.to_string(), by: shown });
                }
            }
        }
        let found = self.input.authors.field_count;
        Ok(if aligned_by.is_empty() {
            match open {
                Some(reason) => (ResultWord::TempError, reason, aligned_by),
                None => (ResultWord::Fail, Reason::NotAligned { domain: self.domain.to_string() }, aligned_by),
            }
        } else if found > 1 {
            (ResultWord::PermError, Reason::SeveralFromFields { found }, aligned_by)
        } else {
            (ResultWord::Pass, Reason::Aligned { by: aligned_by.join(" and ") }, aligned_by)
        })
    }

    /// RFC 9989 §4.10.2. Equal names need no walk. An organizational domain is its name's own parent, so names that share
    /// no label cannot share one, and a name outside the author's organization is not in it.
    fn standing(&self, identifier: &Identifier, record: &Record, lookups: &mut Lookups<'_>) -> Result<Standing, Wait> {
        if identifier.domain == *self.domain {
            return Ok(Standing::Aligned);
        }
        let mode = match identifier.method {
            Method::Spf => record.spf_alignment,
            _ => record.dkim_alignment,
        };
        if mode == Alignment::Strict || shared_labels(&identifier.domain, self.domain) == 0 {
            return Ok(Standing::Apart);
        }
        let own = match self.walk.organizational_domain() {
            Ok(own) if !identifier.domain.is_within(&own) => return Ok(Standing::Apart),
            Ok(own) => own,
            Err(trouble) => return Ok(Standing::Open(trouble.into())),
        };
        Ok(match walk::organization(&identifier.domain, self.input.discovery, lookups)? {
            Ok(other) if other == own => Standing::Aligned,
            Ok(_) => Standing::Apart,
            Err(trouble) => Standing::Open(trouble.into()),
        })
    }

    fn without_policy(&self, result: ResultWord, reason: Reason, aligned_by: Vec<String>) -> Finding {
        let authors = self.input.authors;
        let is_aligned = !aligned_by.is_empty() && !authors.is_ambiguous();
        let mut facts = vec![("author_domain", Value::from(self.domain.as_str()))];
        facts.extend(authors.address.as_deref().map(|address| ("author_address", address.into())));
        facts.extend([("is_aligned", is_aligned.into()), ("aligned_by", aligned_by.into())]);
        if authors.is_ambiguous() {
            facts.push(("is_ambiguous", true.into()));
        }
        let properties = vec![Property::new("header", "from", self.domain.as_str())];
        Finding { properties, facts, ..bare(result, reason) }
    }

    fn with_policy(
        &self,
        result: ResultWord,
        reason: Reason,
        applicable: &Applicable<'_, '_>,
        aligned_by: Vec<String>,
    ) -> Finding {
        let organizational_domain = self.walk.organizational_domain().ok();
        let policy = applicable.effective_policy();
        let mut finding = self.without_policy(result, reason, aligned_by);
        finding.properties.push(Property::new("policy", "dmarc", policy.word()));
        finding.facts.extend(organizational_domain.map(|name| ("organizational_domain", Value::from(name.as_str()))));
        finding.facts.extend([
            ("policy_domain", Value::from(applicable.domain.as_str())),
            ("policy", policy.word().into()),
            ("is_testing", applicable.record.is_testing.into()),
        ]);
        if let Discovery::PublicSuffixes(_) = self.input.discovery {
            finding.facts.push(("discovery_method", self.input.discovery.word().into()));
        }
        finding
    }
}

impl From<Trouble> for Reason {
    fn from(trouble: Trouble) -> Self {
        Self::DnsUnavailable { question: trouble.question, why: trouble.why.to_string() }
    }
}

/// Labels that two names have in common, counted from the top.
fn shared_labels(one: &Name, other: &Name) -> usize {
    one.labels().rev().zip(other.labels().rev()).take_while(|(one, other)| one == other).count()
}
