//! `check_host()` (RFC 7208 §4): records are walked from left to right, and a question is asked only where a term needs it.

use std::borrow::Cow;

use crate::dns::{self, Answer, Lookups, Name, Question, RecordType, Wait};
use crate::finding::{self, Finding, Method, Property, ResultWord, Value};
use crate::spf::budget::{Budget, Stop};
use crate::spf::macros::{DomainSpec, MacroString, Values};
use crate::spf::parse::{Malformed, Published, Qualifier, Record, Redirect};
use crate::spf::select::{Selection, Spf1, WithoutName};
use crate::spf::trace::{Outcome, Step, Trace};
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
    check(selection, request, lookups, &mut Trace::off())
}

/// The same, with each step that it took.
///
/// # Errors
/// [`Wait`] as [`evaluate`].
pub fn explain(request: &Request<'_>, lookups: &mut Lookups<'_>) -> Result<(Finding, Vec<Step>), Wait> {
    let mut trace = Trace::on();
    let finding = check(&Spf1, request, lookups, &mut trace)?;
    Ok((finding, trace.into_steps()))
}

fn check(
    selection: &dyn Selection,
    request: &Request<'_>,
    lookups: &mut Lookups<'_>,
    trace: &mut Trace,
) -> Result<Finding, Wait> {
    let subject = Subject::of(request);
    let Some(domain) = publisher(subject.domain) else {
        let reason = Reason::NotADomain { name: subject.domain.escape_debug().to_string() };
        return Ok(subject.finding(ResultWord::None, reason, Vec::new()));
    };
    let helo = ascii_helo(request.helo);
    let mut evaluation = Evaluation {
        values: Values {
            local_part: subject.local_part,
            sender_domain: domain.as_str(),
            domain: domain.as_str(),
            client_ip: request.client_ip.to_canonical(),
            validated_name: UNKNOWN,
            helo: &helo,
            receiver: request.receiver,
            now_seconds: request.now_seconds,
        },
        selection,
        lookups,
        budget: Budget::default(),
        trace,
        is_about_local_part: false,
    };
    let (result, reason, mut facts) = match evaluation.check_host(&domain) {
        Ok(outcome) => evaluation.concluded(outcome)?,
        Err(Stop::Wait) => return Err(Wait),
        Err(Stop::Error(result, reason)) => (result, reason, Vec::new()),
    };
    facts.insert(0, ("domain", Value::from(domain.as_str())));
    facts.push(("lookups", Value::from(evaluation.budget.terms)));
    let is_about_local_part = evaluation.is_about_local_part;
    Ok(Subject { is_about_local_part, domain: domain.as_str(), ..subject }.finding(result, reason, facts))
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
fn ascii_helo(helo: &str) -> Cow<'_, str> {
    match helo.is_ascii() {
        true => helo.into(),
        false => Name::parse(helo).map_or(helo.into(), |name| name.to_string().into()),
    }
}

pub(super) struct Evaluation<'e, 'a> {
    pub values: Values<'e>,
    pub selection: &'e dyn Selection,
    pub lookups: &'e mut Lookups<'a>,
    pub budget: Budget,
    pub trace: &'e mut Trace,
    pub is_about_local_part: bool,
}

enum Verdict<'a> {
    NoRecord(Name),
    /// The domain does not exist, and that is a fail by the selection's rules.
    NoName(Name),
    NoMatch(Name),
    Match(Match<'a>),
}

/// What a domain has to say.
enum Policy<'a> {
    Record(&'a Record),
    Nothing,
    NoName,
}

struct Match<'a> {
    qualifier: Qualifier,
    mechanism: &'a str,
    reach: Reach,
    /// `exp` of the record that matched, and that record's domain.
    explanation: Option<&'a DomainSpec>,
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
    fn concluded(&mut self, verdict: Verdict<'_>) -> Result<Concluded, Wait> {
        let found = match verdict {
            Verdict::NoRecord(domain) => {
                return Ok((ResultWord::None, Reason::NoRecord { domain: domain.to_string() }, Vec::new()));
            }
            Verdict::NoName(domain) => {
                return Ok((ResultWord::Fail, Reason::NoSuchDomain { domain: domain.to_string() }, Vec::new()));
            }
            Verdict::NoMatch(domain) => {
                return Ok((ResultWord::Neutral, Reason::NoMatch { domain: domain.to_string() }, Vec::new()));
            }
            Verdict::Match(found) => found,
        };
        let mut facts = vec![("mechanism", Value::from(found.mechanism))];
        if found.qualifier == Qualifier::Pass && found.reach == Reach::Everyone {
            facts.push(("matches_everyone", true.into()));
        }
        if let Some(explanation) = self.explanation(&found)? {
            facts.push(("explanation", explanation.into()));
        }
        Ok((found.qualifier.result(), Reason::Matched { mechanism: found.mechanism.to_owned() }, facts))
    }

    /// One domain's record, and those it redirects to (RFC 7208 §4.6, §6.1). `include` comes back here; the budget of
    /// terms bounds how deep.
    fn check_host(&mut self, domain: &Name) -> Result<Verdict<'a>, Stop> {
        let mut record = match self.policy(domain)? {
            Policy::Record(record) => record,
            Policy::Nothing => return Ok(Verdict::NoRecord(domain.clone())),
            Policy::NoName => return Ok(Verdict::NoName(domain.clone())),
        };
        let mut domain = domain.clone();
        loop {
            for (at, directive) in record.directives.iter().enumerate() {
                self.trace.begin(&domain, &directive.text);
                let matched = self.match_of(directive, &domain);
                if matches!(matched, Err(Stop::Wait)) {
                    self.want_ahead(&record.directives[at + 1..], record, &domain);
                }
                let matched = matched?;
                self.traced(if matched.is_some() { Outcome::Matched } else { Outcome::NotMatched });
                let Some(reach) = matched else { continue };
                return Ok(Verdict::Match(Match {
                    qualifier: directive.qualifier,
                    mechanism: &directive.text,
                    reach,
                    explanation: record.explanation.as_ref(),
                    domain,
                }));
            }
            let Some(redirect) = &record.redirect else {
                return Ok(Verdict::NoMatch(domain));
            };
            domain = self.redirected(redirect, &domain)?;
            record = match self.policy(&domain)? {
                Policy::Record(record) => record,
                Policy::Nothing => return Err(Stop::permanent(Reason::RedirectNone { domain: domain.to_string() })),
                Policy::NoName => return Ok(Verdict::NoName(domain)),
            };
        }
    }

    fn traced(&mut self, outcome: Outcome) {
        self.trace.end(outcome, self.budget.terms, self.budget.void_lookups());
    }

    fn redirected(&mut self, redirect: &Redirect, domain: &Name) -> Result<Name, Stop> {
        self.trace.begin(domain, &redirect.text);
        self.budget.spend_term()?;
        let none = || Stop::permanent(Reason::RedirectNone { domain: "a malformed name".to_owned() });
        let target = self.target(&redirect.to, domain)?.ok_or_else(none)?;
        self.traced(Outcome::Followed);
        Ok(target)
    }

    /// What a domain has to say (RFC 7208 §3.2, §4.4, §4.5). A record was read when the first message met its answer.
    fn policy(&mut self, domain: &Name) -> Result<Policy<'a>, Stop> {
        let question = Question::new(domain.clone(), RecordType::Txt);
        self.trace.begin(domain, "");
        self.trace.asked(&question);
        let answer = self.lookups.ask(question)?;
        if let Answer::Unavailable(why) = answer {
            return Err(Stop::unavailable(&Question::new(domain.clone(), RecordType::Txt), *why));
        }
        let found = self.selection.select(&mut answer.texts());
        let record = match found[..] {
            [] => None,
            [text] => self.read(answer, text),
            _ => {
                let (domain, found) = (domain.to_string(), found.len());
                return Err(Stop::permanent(Reason::SeveralRecords { domain, found }));
            }
        };
        let Some(record) = record else {
            self.traced(Outcome::NotMatched);
            let is_fail =
                matches!(answer, Answer::NxDomain { .. }) && self.selection.without_name() == WithoutName::Fail;
            return Ok(if is_fail { Policy::NoName } else { Policy::Nothing });
        };
        let record = record.as_ref().map_err(|malformed| Stop::malformed(domain, malformed))?;
        self.trace.found(&record.text);
        self.traced(Outcome::Record);
        Ok(Policy::Record(record))
    }

    fn read(&mut self, answer: &'a Answer, text: &[u8]) -> Option<&'a Result<Record, Malformed>> {
        let place = answer.texts().position(|other| std::ptr::eq(other, text))?;
        self.lookups.compiled(answer, Published::read)?.at(place)
    }

    /// RFC 7208 §5.2: only a pass there is a match here; no record there is an error here.
    pub(super) fn include(&mut self, spec: &DomainSpec, domain: &Name) -> Result<Option<Reach>, Stop> {
        self.budget.spend_term()?;
        let none = |domain: String| Stop::permanent(Reason::IncludeNone { domain });
        let target = self.target(spec, domain)?.ok_or_else(|| none("a malformed name".to_owned()))?;
        self.trace.deeper();
        let verdict = self.check_host(&target)?;
        self.trace.back();
        match verdict {
            Verdict::NoRecord(target) => Err(none(target.to_string())),
            Verdict::Match(Match { qualifier: Qualifier::Pass, reach, .. }) => Ok(Some(reach)),
            Verdict::NoName(_) | Verdict::NoMatch(_) | Verdict::Match(_) => Ok(None),
        }
    }

    /// What the domain says of a fail; any trouble on the way means that it says nothing (RFC 7208 §6.2).
    fn explanation(&mut self, found: &Match<'_>) -> Result<Option<String>, Wait> {
        let (Qualifier::Fail, Some(spec)) = (found.qualifier, found.explanation) else { return Ok(None) };
        let Some(target) = self.target(spec, &found.domain)? else { return Ok(None) };
        let answer = self.lookups.ask(Question::new(target, RecordType::Txt))?;
        let Some(Some(text)) = self.lookups.compiled(answer, explanation_text) else { return Ok(None) };
        let validated_name = match text.uses_validated_name() {
            true => self.validated_name(&found.domain)?,
            false => UNKNOWN.to_owned(),
        };
        let values = Values { domain: found.domain.as_str(), validated_name: &validated_name, ..self.values };
        Ok(text.expand(&values))
    }
}

/// The macros of the one text that `exp` leads to (RFC 7208 §6.2).
fn explanation_text(records: &[dns::Record]) -> Option<MacroString> {
    let [dns::Record::Txt(text)] = records else { return None };
    std::str::from_utf8(text).ok().and_then(MacroString::parse)
}
