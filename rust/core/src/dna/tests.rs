//! Names, services and reports.

use crate::dna::{Accreditation, MAX_SERVICES, Recommendation, Trouble, evaluate, parse, service_of, write};
use crate::dns::Name;
use crate::zone::{Replay, Zone, name};

fn ask(services: &[Name], zone: &str) -> Replay<Vec<Accreditation>> {
    Zone::read(zone).resolve(|lookups| evaluate(&name("mail.example.com"), services, lookups))
}

// proves: draft-ietf-marid-csv-dna §6
#[test]
fn csv_pitfall_4_a_report_is_read_to_the_letter_and_other_text_ignored() {
    use Recommendation::{NotRecommended, Recommended, StronglyNotRecommended, StronglyRecommended, Unknown};
    let table = [
        ("MARID,1,A", Some(StronglyRecommended)),
        ("MARID,1,B;since 2004", Some(Recommended)),
        ("MARID,1,C;", Some(Unknown)),
        ("MARID,1,D", Some(NotRecommended)),
        ("MARID,1,E", Some(StronglyNotRecommended)),
        ("MARID,1,A ", Some(StronglyRecommended)),
        ("MARID,1,F", None),
        ("MARID,1,a", None),
        ("MARID,1,AB", None),
        ("MARID,1,", None),
        ("MARID,1", None),
        ("MARID,2,A", None),
        ("MARID,,A", None),
        ("MARID, 1, A", None),
        ("marid,1,A", None),
        ("WEB,1,A", None),
        ("MARID,1,A,B", None),
        ("v=spf1 -all", None),
        ("", None),
    ];
    for (text, expected) in table {
        assert_eq!(parse(text.as_bytes()), expected, "{text}");
    }
    for recommendation in Recommendation::ALL {
        assert_eq!(parse(write(recommendation).as_bytes()), Some(recommendation));
    }
}

// proves: draft-ietf-marid-csv-dna §4, draft-ietf-marid-csv-dna §7
#[test]
fn csv_pitfall_4_a_pointer_without_the_prefix_is_no_pointer() {
    for (target, service) in [
        ("_VOUCH._SMTP.rater.example", Some("rater.example")),
        ("_vouch._smtp.rater.example", Some("rater.example")),
        ("rater.example", None),
        ("_vouch.rater.example", None),
        ("x_vouch._smtp.rater.example", None),
        ("_vouch._smtp", None),
    ] {
        assert_eq!(service_of(&name(target)), service.map(name), "{target}");
    }
}

// proves: draft-ietf-marid-csv-dna §3, draft-ietf-marid-csv-dna §5
#[test]
fn trusted_services_are_asked_at_once_and_suggestions_are_told_but_not_followed() {
    let zone = "mail.example.com PTR _vouch._smtp.good.example
        mail.example.com PTR _vouch._smtp.friend.example
        mail.example.com PTR elsewhere.example
        mail.example.com.good.example TXT MARID,1,B;well known
        mail.example.com.friend.example TXT MARID,1,A
        mail.example.com.stern.example TXT hello
        mail.example.com.stern.example TXT MARID,1,D
        mail.example.com.torn.example TXT MARID,1,A
        mail.example.com.torn.example TXT MARID,1,E
        mail.example.com.slow.example TXT timeout";
    let services = ["good", "stern", "torn", "slow", "silent"].map(|service| name(&format!("{service}.example")));
    let found = ask(&services, zone);
    assert_eq!(found.rounds.len(), 1, "all leave together");
    assert!(!found.asked().iter().any(|question| question.contains("friend")));
    let told: Vec<_> = found.outcome.iter().map(|one| (one.service.as_str(), one.is_suggested, one.report)).collect();
    assert_eq!(
        told,
        [
            ("good.example", true, Ok(Some(Recommendation::Recommended))),
            ("stern.example", false, Ok(Some(Recommendation::NotRecommended))),
            ("torn.example", false, Err(Trouble::SeveralReports)),
            ("slow.example", false, Err(Trouble::Unavailable)),
            ("silent.example", false, Ok(None)),
        ]
    );
}

#[test]
fn services_beyond_the_limit_are_not_asked() {
    let services: Vec<Name> = (0..=MAX_SERVICES).map(|number| name(&format!("s{number}.example"))).collect();
    let found = ask(&services, "");
    assert_eq!(found.outcome.len(), MAX_SERVICES);
    assert_eq!(found.asked().len(), MAX_SERVICES + 1, "each service, and the name's own pointers");
}
