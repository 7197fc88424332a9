//! `check_host()` (RFC 7208 §4): records are walked from left to right, and a question is asked only where a term needs it.

use crate::dns::{Answer, Lookups, Name, Question, RecordType, Wait};
use crate::finding::{self, Finding, Method, Property, ResultWord, Value};
use crate::spf::budget::{Budget, Stop};
use crate::spf::macros::{DomainSpec, MacroString, Values};
use crate::spf::parse::{self, Malformed, Qualifier, Record};
use crate::spf::select::{Selection, Spf1, WithoutName};
use crate::spf::{Identity, Reason, Request};

/// Checks one identity of one client.
///
/// A malformed or single-label name gives `none` without a question (RFC 7208 §4.3). Replaying with more answers never
/// counts a term or an empty answer twice, because each pass starts with a fresh budget.
///
/// # Errors
/// [`Wait`] where an answer is missing; what is missing stands in `lookups`.
pub fn evaluate(request: &Request<'_>, lookups: &mut Lookups<'_>) -> Result<Finding, Wait> {
    evaluate_by(&Spf1, request, lookups)
}

/// The same under other rules for which record counts: Sender ID is SPF but for these (RFC 4406 §4).
///
/// # Errors
/// [`Wait`] where an answer is missing.
pub fn evaluate_by(
    selection: &dyn Selection,
    request: &Request<'_>,
    lookups: &mut Lookups<'_>,
) -> Result<Finding, Wait> {
    let subject = Subject::of(request);
    let Some(domain) = publisher(subject.domain) else {
        let reason = Reason::NotADomain { name: subject.domain.escape_debug().to_string() };
        return Ok(subject.finding(ResultWord::None, reason, Vec::new()));
    };
    let sender_domain = domain.to_string();
    let helo = ascii_helo(request.helo);
    let mut evaluation = Evaluation {
        values: Values {
            local_part: subject.local_part,
            sender_domain: &sender_domain,
            domain: &sender_domain,
            client_ip: request.client_ip.to_canonical(),
            validated_name: UNKNOWN,
            helo: &helo,
            receiver: request.receiver,
            now_seconds: request.now_seconds,
        },
        selection,
        lookups,
        budget: Budget::default(),
        is_about_local_part: false,
    };
    let (result, reason, mut facts) = match evaluation.check_host(&domain) {
        Ok(outcome) => evaluation.concluded(outcome)?,
        Err(Stop::Wait) => return Err(Wait),
        Err(Stop::Error(result, reason)) => (result, reason, Vec::new()),
    };
    facts.insert(0, ("domain", Value::from(sender_domain.as_str())));
    facts.push(("lookups", Value::from(evaluation.budget.terms)));
    let is_about_local_part = evaluation.is_about_local_part;
    Ok(Subject { is_about_local_part, domain: &sender_domain, ..subject }.finding(result, reason, facts))
}

/// The word for a client without a validated name (RFC 7208 §7.3).
pub(super) const UNKNOWN: &str = "unknown";

/// The identity under check, after the substitutions of RFC 7208 §2.4 and §4.3.
#[derive(Clone, Copy)]
struct Subject<'a> {
    identity: Identity,
    local_part: &'a str,
    domain: &'a str,
    is_about_local_part: bool,
}

impl<'a> Subject<'a> {
    fn of(request: &Request<'a>) -> Self {
        let (local_part, domain) = match request.identity {
            Identity::MailFrom if !request.sender.is_null() => (request.sender.local_part, request.sender.domain),
            Identity::MailFrom | Identity::Helo => ("", request.helo),
        };
        let local_part = if local_part.is_empty() { "postmaster" } else { local_part };
        Self { identity: request.identity, local_part, domain, is_about_local_part: false }
    }

    fn finding(&self, result: ResultWord, reason: Reason, mut facts: Vec<(&'static str, Value)>) -> Finding {
        let value = match self.is_about_local_part && self.identity == Identity::MailFrom {
            true => format!("{}@{}", self.local_part, self.domain),
            false => self.domain.to_owned(),
        };
        facts.push(("identity", self.identity.word().into()));
        Finding {
            method: Method::Spf,
            result,
            reason: finding::Reason::Spf(reason),
            properties: vec![Property::new("smtp", self.identity.word(), value)],
            facts,
        }
    }
}

/// The name whose record is asked for: several labels of letters, digits, hyphens and underscores, the last one not a
/// number. Address literals and bare words have no record (RFC 7208 §4.3).
fn publisher(text: &str) -> Option<Name> {
    let name = Name::parse(text)?;
    let is_plain = |octet: u8| octet.is_ascii_alphanumeric() || b"-_.".contains(&octet);
    let has_several_labels = name.label_count() > 1;
    let ends_in_number = name.labels().next_back().is_some_and(|top| top.bytes().all(|octet| octet.is_ascii_digit()));
    (has_several_labels && !ends_in_number && name.as_str().bytes().all(is_plain)).then_some(name)
}

/// The HELO name as macros show it: U-labels become A-labels (RFC 8616 §4), all else stays as it was said.
fn ascii_helo(helo: &str) -> String {
    match helo.is_ascii() {
        true => helo.to_owned(),
        false => Name::parse(helo).map_or_else(|| helo.to_owned(), |name| name.to_string()),
    }
}

pub(super) struct Evaluation<'e, 'a> {
    pub values: Values<'e>,
    pub selection: &'e dyn Selection,
    pub lookups: &'e mut Lookups<'a>,
    pub budget: Budget,
    pub is_about_local_part: bool,
}

enum Outcome {
    NoRecord(Name),
    /// The domain does not exist, and that is a fail by the selection's rules.
    NoName(Name),
    NoMatch(Name),
    Match(Match),
}

/// What a domain has to say.
enum Published {
    Record(Record),
    Nothing,
    NoName,
}

struct Match {
    qualifier: Qualifier,
    mechanism: String,
    reach: Reach,
    /// `exp` of the record that matched, and that record's domain.
    explanation: Option<DomainSpec>,
    domain: Name,
}

/// How much of the Internet a matching term speaks for.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Reach {
    Some,
    /// `all`, or a network of prefix length 0.
    Everyone,
}

type Concluded = (ResultWord, Reason, Vec<(&'static str, Value)>);

impl<'a> Evaluation<'_, 'a> {
    fn concluded(&mut self, outcome: Outcome) -> Result<Concluded, Wait> {
        let found = match outcome {
            Outcome::NoRecord(domain) => {
                return Ok((ResultWord::None, Reason::NoRecord { domain: domain.to_string() }, Vec::new()));
            }
            Outcome::NoName(domain) => {
                return Ok((ResultWord::Fail, Reason::NoSuchDomain { domain: domain.to_string() }, Vec::new()));
            }
            Outcome::NoMatch(domain) => {
                return Ok((ResultWord::Neutral, Reason::NoMatch { domain: domain.to_string() }, Vec::new()));
            }
            Outcome::Match(found) => found,
        };
        let mut facts = vec![("mechanism", Value::from(found.mechanism.as_str()))];
        if found.qualifier == Qualifier::Pass && found.reach == Reach::Everyone {
            facts.push(("matches_everyone", true.into()));
        }
        if let Some(explanation) = self.explanation(&found)? {
            facts.push(("explanation", explanation.into()));
        }
        Ok((found.qualifier.result(), Reason::Matched { mechanism: found.mechanism }, facts))
    }

    /// One domain's record, and those it redirects to (RFC 7208 §4.6, §6.1). `include` comes back here; the budget of
    /// terms bounds how deep.
    fn check_host(&mut self, domain: &Name) -> Result<Outcome, Stop> {
        let mut record = match self.record(domain)? {
            Published::Record(record) => record,
            Published::Nothing => return Ok(Outcome::NoRecord(domain.clone())),
            Published::NoName => return Ok(Outcome::NoName(domain.clone())),
        };
        let mut domain = domain.clone();
        loop {
            for directive in &record.directives {
                let Some(reach) = self.match_of(directive, &domain)? else { continue };
                return Ok(Outcome::Match(Match {
                    qualifier: directive.qualifier,
                    mechanism: directive.text.clone(),
                    reach,
                    explanation: record.explanation,
                    domain,
                }));
            }
            let Some(redirect) = &record.redirect else {
                return Ok(Outcome::NoMatch(domain));
            };
            domain = self.redirected(redirect, &domain)?;
            record = match self.record(&domain)? {
                Published::Record(record) => record,
                Published::Nothing => {
                    return Err(Stop::permanent(Reason::RedirectNone { domain: domain.to_string() }));
                }
                Published::NoName => return Ok(Outcome::NoName(domain)),
            };
        }
    }

    fn redirected(&mut self, redirect: &DomainSpec, domain: &Name) -> Result<Name, Stop> {
        self.budget.spend_term()?;
        let none = || Stop::permanent(Reason::RedirectNone { domain: "a malformed name".to_owned() });
        self.target(redirect, domain)?.ok_or_else(none)
    }

    /// The one SPF record of a domain (RFC 7208 §4.4, §4.5).
    fn record(&mut self, domain: &Name) -> Result<Published, Stop> {
        let question = Question::new(domain.clone(), RecordType::Txt);
        let answer = self.lookups.ask(question.clone())?;
        if let Answer::Unavailable(why) = answer {
            return Err(Stop::unavailable(&question, *why));
        }
        if matches!(answer, Answer::NxDomain { .. }) && self.selection.without_name() == WithoutName::Fail {
            return Ok(Published::NoName);
        }
        let found = self.selection.select(&mut answer.texts());
        let domain = domain.to_string();
        let text = match found[..] {
            [] => return Ok(Published::Nothing),
            [text] => text,
            _ => return Err(Stop::permanent(Reason::SeveralRecords { domain, found: found.len() })),
        };
        match parse::parse(text) {
            Ok(record) => Ok(Published::Record(record)),
            Err(Malformed::Term(term)) => Err(Stop::permanent(Reason::MalformedRecord { domain, term })),
            Err(Malformed::Repeated(name)) => {
                Err(Stop::permanent(Reason::RepeatedModifier { domain, name: name.to_owned() }))
            }
        }
    }

    /// RFC 7208 §5.2: only a pass there is a match here; no record there is an error here.
    pub(super) fn include(&mut self, spec: &DomainSpec, domain: &Name) -> Result<Option<Reach>, Stop> {
        self.budget.spend_term()?;
        let none = |domain: String| Stop::permanent(Reason::IncludeNone { domain });
        let target = self.target(spec, domain)?.ok_or_else(|| none("a malformed name".to_owned()))?;
        match self.check_host(&target)? {
            Outcome::NoRecord(target) => Err(none(target.to_string())),
            Outcome::Match(Match { qualifier: Qualifier::Pass, reach, .. }) => Ok(Some(reach)),
            Outcome::NoName(_) | Outcome::NoMatch(_) | Outcome::Match(_) => Ok(None),
        }
    }

    /// What the domain says of a fail; any trouble on the way means that it says nothing (RFC 7208 §6.2).
    fn explanation(&mut self, found: &Match) -> Result<Option<String>, Wait> {
        let (Qualifier::Fail, Some(spec)) = (found.qualifier, &found.explanation) else { return Ok(None) };
        let Some(target) = self.target(spec, &found.domain)? else { return Ok(None) };
        let answer = self.lookups.ask(Question::new(target, RecordType::Txt))?;
        let mut published = answer.texts();
        let (Some(text), None) = (published.next(), published.next()) else { return Ok(None) };
        let Some(text) = std::str::from_utf8(text).ok().and_then(MacroString::parse) else { return Ok(None) };
        let validated_name = match text.uses_validated_name() {
            true => self.validated_name(&found.domain)?,
            false => UNKNOWN.to_owned(),
        };
        let values = Values { domain: found.domain.as_str(), validated_name: &validated_name, ..self.values };
        Ok(text.expand(&values))
    }
}
