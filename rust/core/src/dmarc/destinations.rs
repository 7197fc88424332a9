//! May reports go there? (RFC 9990 §4)

use crate::dmarc::parse::tags_of;
use crate::dmarc::uri::{mail_host, report_uris};
use crate::dmarc::{Discovery, MAX_REPORT_URIS, walk};
use crate::dns::{self, Answer, Lookups, Name, Question, RecordType, Unavailable, Wait};

/// Which reports; each kind has its tag.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReportKind {
    /// `rua`
    Aggregate,
    /// `ruf` (RFC 9991 §3)
    Failure,
}

impl ReportKind {
    pub const fn tag(self) -> &'static str {
        match self {
            Self::Aggregate => "rua",
            Self::Failure => "ruf",
        }
    }
}

/// One address of a record, and whether reports may go there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Destination {
    /// As the record has it.
    pub uri: String,
    pub authority: Authority,
    /// Where reports go instead, in the words of who receives them.
    pub overridden_by: Vec<String>,
}

/// Why reports may or may not go to an address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Authority {
    /// It lies in the organization that asks.
    Internal,
    /// The receiver says at this name that it wants them.
    Authorized {
        at: Name,
    },
    /// The receiver says nothing at this name.
    NotAuthorized {
        at: Name,
    },
    /// The receiver wants them at another host, which nobody vouches for.
    OverriddenElsewhere {
        at: Name,
    },
    /// The name of the question would be too long.
    NameTooLong,
    /// No mail address.
    NotMail,
    Unavailable {
        question: Question,
        why: Unavailable,
    },
}

impl Authority {
    pub const fn word(&self) -> &'static str {
        match self {
            Self::Internal => "internal",
            Self::Authorized { .. } => "authorized",
            Self::NotAuthorized { .. } => "not-authorized",
            Self::OverriddenElsewhere { .. } => "overridden-elsewhere",
            Self::NameTooLong => "name-too-long",
            Self::NotMail => "not-mail",
            Self::Unavailable { .. } => "unavailable",
        }
    }

    pub const fn is_granted(&self) -> bool {
        matches!(self, Self::Internal | Self::Authorized { .. })
    }
}

/// Checks the addresses of a record that was found at `policy_domain`; [`MAX_REPORT_URIS`] are looked at. All are asked
/// for together.
///
/// # Errors
/// [`Wait`] where an answer is missing.
pub fn destinations(
    policy_domain: &Name,
    uris: &[String],
    kind: ReportKind,
    discovery: &Discovery,
    lookups: &mut Lookups<'_>,
) -> Result<Vec<Destination>, Wait> {
    let checked: Vec<Result<Destination, Wait>> = uris
        .iter()
        .take(MAX_REPORT_URIS)
        .map(|uri| destination(policy_domain, uri, kind, discovery, lookups))
        .collect();
    checked.into_iter().collect()
}

fn destination(
    policy_domain: &Name,
    uri: &str,
    kind: ReportKind,
    discovery: &Discovery,
    lookups: &mut Lookups<'_>,
) -> Result<Destination, Wait> {
    let told = |authority| Destination { uri: uri.to_owned(), authority, overridden_by: Vec::new() };
    let Some(host) = mail_host(uri) else { return Ok(told(Authority::NotMail)) };
    if host == *policy_domain {
        return Ok(told(Authority::Internal));
    }
    walk::want_organization(policy_domain, discovery, lookups);
    let own = walk::organizational_domain(&host, discovery, lookups)?;
    let asking = walk::organizational_domain(policy_domain, discovery, lookups)?;
    if own.is_some() && own == asking {
        return Ok(told(Authority::Internal));
    }
    let Some(at) = host.below(&format!("{policy_domain}._report._dmarc")) else {
        return Ok(told(Authority::NameTooLong));
    };
    let question = Question::new(at.clone(), RecordType::Txt);
    let answer = lookups.ask(question.clone())?;
    if let Answer::Unavailable(why) = answer {
        return Ok(told(Authority::Unavailable { question, why: *why }));
    }
    let Some(Some(consents)) = lookups.compiled(answer, Consents::read) else {
        return Ok(told(Authority::NotAuthorized { at }));
    };
    let overriding = consents.of(kind);
    let is_elsewhere = overriding.iter().any(|uri| mail_host(uri).as_ref() != Some(&host));
    Ok(match is_elsewhere {
        true => told(Authority::OverriddenElsewhere { at }),
        false => Destination { overridden_by: overriding.to_vec(), ..told(Authority::Authorized { at }) },
    })
}

/// What a receiver of reports says: that it wants them, and where (RFC 9990 §4 steps 6 to 9).
#[derive(Debug)]
struct Consents {
    aggregate_uris: Vec<String>,
    failure_uris: Vec<String>,
}

impl Consents {
    fn read(records: &[dns::Record]) -> Option<Self> {
        let mut texts = records.iter().filter_map(|record| match record {
            dns::Record::Txt(text) => tags_of(text),
            _ => None,
        });
        let tags = texts.next()?;
        let uris = |name| {
            let value = tags.iter().find(|(tag, _)| *tag == name).map(|(_, value)| report_uris(value));
            value.unwrap_or_default()
        };
        Some(Self { aggregate_uris: uris("rua"), failure_uris: uris("ruf") })
    }

    fn of(&self, kind: ReportKind) -> &[String] {
        match kind {
            ReportKind::Aggregate => &self.aggregate_uris,
            ReportKind::Failure => &self.failure_uris,
        }
    }
}
