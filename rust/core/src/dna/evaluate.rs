//! From a name to the reports about it (draft-ietf-marid-csv-dna §5).

use crate::dna::{MAX_SERVICES, Recommendation, parse, service_of};
use crate::dns::{Answer, Lookups, Name, Question, RecordType, Wait};

/// What one service came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Accreditation {
    pub service: Name,
    /// Whether the name's owner points to this service. That alone says nothing for it: he may point to his friends.
    pub is_suggested: bool,
    /// `None` where the service has no report that can be read; it is then unknown there, too.
    pub report: Result<Option<Recommendation>, Trouble>,
}

/// Why there is no report now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Trouble {
    Unavailable,
    /// Its reports contradict each other.
    SeveralReports,
}

/// Asks the trusted services about a name, and learns which of them the name itself suggests.
///
/// Only trusted services are asked, so that no stranger chooses who is asked about him (draft-ietf-marid-csv-dna §3).
/// They are asked at once, whether suggested or not.
///
/// # Errors
/// [`Wait`] where an answer is missing.
pub fn evaluate(name: &Name, trusted: &[Name], lookups: &mut Lookups<'_>) -> Result<Vec<Accreditation>, Wait> {
    let pointers = Question::new(name.clone(), RecordType::Ptr);
    lookups.want(pointers.clone());
    let asked: Vec<(&Name, Question)> =
        trusted.iter().take(MAX_SERVICES).filter_map(|service| Some((service, question(name, service)?))).collect();
    for (_, question) in &asked {
        lookups.want(question.clone());
    }
    let suggested: Vec<Name> = lookups.ask(pointers)?.pointers().filter_map(service_of).collect();
    let reports = asked.into_iter().map(|(service, question)| {
        let is_suggested = suggested.contains(service);
        Ok(Accreditation { service: service.clone(), is_suggested, report: report(lookups.ask(question)?) })
    });
    reports.collect()
}

/// `<domain being checked>.<accreditation service>` (§6, item 1).
fn question(name: &Name, service: &Name) -> Option<Question> {
    Some(Question::new(service.below(name.as_str())?, RecordType::Txt))
}

fn report(answer: &Answer) -> Result<Option<Recommendation>, Trouble> {
    if let Answer::Unavailable(_) = answer {
        return Err(Trouble::Unavailable);
    }
    let mut reports: Vec<Recommendation> = answer.texts().filter_map(parse).collect();
    reports.dedup();
    match reports[..] {
        [] => Ok(None),
        [one] => Ok(Some(one)),
        _ => Err(Trouble::SeveralReports),
    }
}
