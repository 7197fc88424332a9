//! Addresses for reports: whose they are, and who says that reports may go there.

use crate::dmarc::{Discovery, MAX_REPORT_URIS, ReportKind, destinations};
use crate::zone::{Zone, name};

const ZONE: &str = "_dmarc.example.com TXT v=DMARC1; p=none
    _dmarc.example.net TXT v=DMARC1; p=none
    _dmarc.example.org TXT v=DMARC1; p=none
    blue.example.com._report._dmarc.red.example.net TXT v=DMARC1;
    blue.example.com._report._dmarc.moved.example.net TXT v=DMARC1; rua=mailto:new@moved.example.net!10m
    blue.example.com._report._dmarc.away.example.net TXT v=DMARC1; rua=mailto:new@red.example.net
    blue.example.com._report._dmarc.other.example.net TXT yes, please
    blue.example.com._report._dmarc.slow.example.net TXT timeout";

fn told(uris: &[&str]) -> Vec<String> {
    let uris: Vec<String> = uris.iter().map(|uri| (*uri).to_owned()).collect();
    let domain = name("blue.example.com");
    let found = Zone::read(ZONE)
        .resolve(|lookups| destinations(&domain, &uris, ReportKind::Aggregate, &Discovery::TreeWalk, lookups));
    let shown = found.outcome.iter().map(|one| format!("{} {}", one.authority.word(), one.overridden_by.join(" ")));
    shown.map(|text| text.trim_end().to_owned()).collect()
}

// proves: RFC 9990 §4
#[test]
fn dmarc_pitfall_10_an_address_outside_must_say_that_it_wants_reports() {
    let table = [
        ("mailto:d@blue.example.com", "internal"),
        ("mailto:d@example.com", "internal"),
        ("mailto:d@other.example.com", "internal"),
        ("mailto:d@red.example.net", "authorized"),
        ("MAILTO:d@RED.example.NET?subject=x", "authorized"),
        ("mailto:d@moved.example.net", "authorized mailto:new@moved.example.net"),
        ("mailto:d@away.example.net", "overridden-elsewhere"),
        ("mailto:d@other.example.net", "not-authorized"),
        ("mailto:d@example.org", "not-authorized"),
        ("mailto:d@slow.example.net", "unavailable"),
        ("https://red.example.net/", "not-mail"),
        ("mailto:nobody", "not-mail"),
    ];
    for (uri, expected) in table {
        assert_eq!(told(&[uri]), [expected], "{uri}");
    }
    let long = format!("mailto:d@{}example.net", "a.".repeat(110));
    assert_eq!(told(&[&long]), ["name-too-long"]);
}

#[test]
fn of_very_many_addresses_some_are_looked_at() {
    assert_eq!(told(&["mailto:d@blue.example.com"; MAX_REPORT_URIS + 1]).len(), MAX_REPORT_URIS);
}
