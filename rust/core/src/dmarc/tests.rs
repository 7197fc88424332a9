//! What DMARC makes of authors, authenticated names and zones: input, result and reason on one row.

mod destinations;
mod discover;
mod pitfalls;
mod suffixes;

use proptest::prelude::*;

use crate::address::{AuthorDomains, author_domains};
use crate::dmarc::{
    Discovery, Identifier, Input, MAX_AUTHOR_DOMAINS, MAX_WALK_QUERIES, Outcome, evaluate, organizational_domain, parse,
};
use crate::finding::{Finding, Method, Value};
use crate::zone::{Replay, Zone, name};

/// `dkim example.com`, `spf example.com`, or with a question mark behind where the check had a temporary error.
fn identifiers(text: &str) -> Vec<Identifier> {
    let identifier = |text: &str| {
        let (method, domain) = text.split_once(' ').expect("a method and a domain");
        let outcome = if domain.ends_with('?') { Outcome::TempError } else { Outcome::Pass };
        let method = if method == "spf" { Method::Spf } else { Method::Dkim };
        Identifier { method, domain: name(domain.trim_end_matches('?')), outcome }
    };
    text.split(", ").filter(|text| !text.is_empty()).map(identifier).collect()
}

fn check(zone: &str, from: &[&str], authenticated: &str) -> Replay<Vec<Finding>> {
    let values: Vec<&[u8]> = from.iter().map(|value| value.as_bytes()).collect();
    check_authors(zone, &author_domains(&values), authenticated)
}

fn check_authors(zone: &str, authors: &AuthorDomains, authenticated: &str) -> Replay<Vec<Finding>> {
    let identifiers = identifiers(authenticated);
    let input = Input { authors, identifiers: &identifiers, discovery: &Discovery::TreeWalk };
    Zone::read(zone).resolve(|lookups| evaluate(&input, lookups))
}

/// `result: reason`, and behind it the policy where one applies.
fn told(finding: &Finding) -> String {
    let policy = finding.properties.iter().find(|property| property.name == "dmarc");
    let policy = policy.map(|property| format!(" ({})", property.value)).unwrap_or_default();
    format!("{}: {}{policy}", finding.result.word(), finding.reason)
}

fn told_for(zone: &str, author: &str, authenticated: &str) -> String {
    let found = check(zone, &[&format!("joe@{author}")], authenticated).outcome;
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].properties[0].value, author);
    told(&found[0])
}

fn fact<'a>(finding: &'a Finding, name: &str) -> Option<&'a Value> {
    finding.facts.iter().find(|(fact, _)| *fact == name).map(|(_, value)| value)
}

#[test]
fn alignment_is_relaxed_by_organization_or_strict_by_name() {
    let relaxed = "_dmarc.example.com TXT v=DMARC1; p=reject";
    let strict = "_dmarc.example.com TXT v=DMARC1; p=reject; adkim=s; aspf=s";
    let passes = |by: &str| format!("pass: the author domain is authenticated by {by} (reject)");
    let fails = |author: &str| format!("fail: no authenticated name is aligned with {author} (reject)");
    let table = [
        (relaxed, "example.com", "dkim example.com", passes("dkim example.com")),
        (relaxed, "example.com", "spf bounce.example.com", passes("spf bounce.example.com")),
        (relaxed, "news.example.com", "dkim foo.example.com", passes("dkim foo.example.com")),
        (relaxed, "example.com", "dkim example.net, spf example.com", passes("spf example.com")),
        (relaxed, "example.com", "dkim example.net", fails("example.com")),
        (relaxed, "example.com", "dkim com", fails("example.com")),
        (relaxed, "example.com", "", fails("example.com")),
        (relaxed, "example.com", "dkim badexample.com", fails("example.com")),
        (relaxed, "example.com", "dkim example.com-evil.net", fails("example.com")),
        (relaxed, "example.com", "dkim example.com.evil.example", fails("example.com")),
        (strict, "example.com", "dkim example.com", passes("dkim example.com")),
        (strict, "example.com", "dkim mail.example.com", fails("example.com")),
        (strict, "example.com", "spf bounce.example.com", fails("example.com")),
    ];
    for (zone, author, authenticated, expected) in table {
        assert_eq!(told_for(zone, author, authenticated), expected, "{author} by {authenticated}");
    }
}

#[test]
fn the_policy_is_the_authors_own_or_the_organizations_for_names_below() {
    let table = [
        ("_dmarc.a.example.com TXT v=DMARC1; p=none; sp=reject", "none"),
        ("_dmarc.example.com TXT v=DMARC1; p=quarantine", "quarantine"),
        ("_dmarc.example.com TXT v=DMARC1; p=none; sp=reject\na.example.com A 192.0.2.1", "reject"),
        ("_dmarc.example.com TXT v=DMARC1; p=none; sp=quarantine; np=reject", "reject"),
        ("_dmarc.example.com TXT v=DMARC1; p=none; sp=quarantine; np=reject\na.example.com A 192.0.2.1", "quarantine"),
        (
            "_dmarc.example.com TXT v=DMARC1; p=none; sp=quarantine; np=reject\nb.a.example.com A 192.0.2.1",
            "quarantine",
        ),
        ("_dmarc.example.com TXT v=DMARC1; p=none; sp=quarantine; np=reject\na.example.com TXT servfail", "quarantine"),
        ("_dmarc.example.com TXT v=DMARC1; p=none; np=reject", "reject"),
        ("_dmarc.example.com TXT v=DMARC1; p=reject; t=y", "quarantine"),
        ("_dmarc.example.com TXT v=DMARC1; p=quarantine; t=y", "none"),
        ("_dmarc.com TXT v=DMARC1; p=reject; psd=y", "reject"),
        (
            "_dmarc.com TXT v=DMARC1; p=none; sp=reject; psd=y\n_dmarc.example.com TXT v=DMARC1; p=quarantine",
            "quarantine",
        ),
    ];
    for (zone, policy) in table {
        let expected = format!("fail: no authenticated name is aligned with a.example.com ({policy})");
        assert_eq!(told_for(zone, "a.example.com", "dkim example.net"), expected, "{zone}");
    }
}

#[test]
fn two_records_at_a_name_are_none_there_and_the_walk_goes_on() {
    let zone = "_dmarc.a.example.com TXT v=DMARC1; p=none
        _dmarc.a.example.com TXT v=DMARC1; p=none
        _dmarc.example.com TXT v=DMARC1; p=reject";
    let expected = "fail: no authenticated name is aligned with a.example.com (reject)";
    assert_eq!(told_for(zone, "a.example.com", ""), expected);
    let zone = "_dmarc.example.com TXT v=DMARC1; p=reject\n_dmarc.example.com TXT site-verification=1";
    assert_eq!(told_for(zone, "a.example.com", ""), expected);
}

#[test]
fn records_are_read_with_what_is_good_in_them() {
    let fails = |policy: &str| format!("fail: no authenticated name is aligned with example.com ({policy})");
    let none = "none: neither example.com nor a parent publishes a DMARC record".to_owned();
    let unusable =
        "none: the record of example.com asks for no valid policy and names no address for reports".to_owned();
    let table = [
        ("v=DMARC1; p=reject", fails("reject")),
        ("v = DMARC1 ;p = Reject ;", fails("reject")),
        ("v=DMARC1;; p=reject;;", fails("reject")),
        ("v=DMARC1; pct=50; x-new=1; 1=2; =; p=reject; junk", fails("reject")),
        ("v=DMARC1; p=reject; p=none", fails("reject")),
        ("v=DMARC1; rua=mailto:a@example.com!10m", fails("none")),
        ("v=DMARC1; p=rejected; rua=mailto:a@example.com", fails("none")),
        ("v=DMARC1; p=reject; sp=nothing; rua=ftp:x, mailto:a@example.com", fails("none")),
        ("v=DMARC1; p=reject; sp=nothing", unusable.clone()),
        ("v=DMARC1; p=rejected; rua=someone", unusable.clone()),
        ("v=DMARC1", unusable),
        ("v=dmarc1; p=reject", none.clone()),
        ("v=DMARC10; p=reject", none.clone()),
        ("v=DMARC1 p=reject", none.clone()),
        ("p=reject; v=DMARC1", none),
    ];
    for (record, expected) in table {
        assert_eq!(told_for(&format!("_dmarc.example.com TXT {record}"), "example.com", ""), expected, "{record}");
    }
}

#[test]
fn the_organizational_domain_is_found_from_the_name_upwards() {
    let table = [
        ("", "a.mail.example.com", "a.mail.example.com"),
        (
            "_dmarc.mail.example.com TXT v=DMARC1; p=none\n_dmarc.example.com TXT v=DMARC1; p=none",
            "a.mail.example.com",
            "example.com",
        ),
        (
            "_dmarc.mail.example.com TXT v=DMARC1; p=none; psd=n\n_dmarc.example.com TXT v=DMARC1; p=none",
            "a.mail.example.com",
            "mail.example.com",
        ),
        ("_dmarc.com TXT v=DMARC1; p=none; psd=y", "a.mail.example.com", "example.com"),
        ("_dmarc.example.com TXT v=DMARC1; p=none; psd=y", "a.mail.example.com", "mail.example.com"),
        ("_dmarc.example.com TXT v=DMARC1; p=none; psd=y", "example.com", "example.com"),
        ("_dmarc.com TXT v=DMARC1; p=none", "a.example.com", "com"),
        ("_dmarc.example.com TXT v=DMARC1", "a.example.com", "example.com"),
        (
            "_dmarc.a.b.c.d.e.f.g.h.i.example.com TXT v=DMARC1; psd=n",
            "a.b.c.d.e.f.g.h.i.example.com",
            "a.b.c.d.e.f.g.h.i.example.com",
        ),
    ];
    for (zone, start, expected) in table {
        let start = name(start);
        let found =
            Zone::read(zone).resolve(|lookups| organizational_domain(&start, &Discovery::TreeWalk, lookups)).outcome;
        assert_eq!(found, Some(name(expected)), "{start}: {zone}");
    }
    let broken = Zone::read("_dmarc.com TXT servfail\n_dmarc.example.com TXT v=DMARC1; p=none");
    assert_eq!(
        broken.resolve(|lookups| organizational_domain(&name("a.example.com"), &Discovery::TreeWalk, lookups)).outcome,
        None
    );
}

#[test]
fn a_walk_asks_eight_names_at_most_and_jumps_over_the_labels_between() {
    let long = check("", &["joe@a.b.c.d.e.f.g.h.i.j.mail.example.com"], "");
    let expected = [
        "_dmarc.a.b.c.d.e.f.g.h.i.j.mail.example.com TXT",
        "_dmarc.g.h.i.j.mail.example.com TXT",
        "_dmarc.h.i.j.mail.example.com TXT",
        "_dmarc.i.j.mail.example.com TXT",
        "_dmarc.j.mail.example.com TXT",
        "_dmarc.mail.example.com TXT",
        "_dmarc.example.com TXT",
        "_dmarc.com TXT",
    ];
    assert_eq!(long.asked(), expected);
    assert_eq!(long.rounds.len(), 1);
    for labels in 1..=120 {
        let author = vec!["a"; labels].join(".");
        let asked = check("", &[&format!("joe@{author}")], "").asked().len();
        assert_eq!(asked, labels.min(MAX_WALK_QUERIES), "{labels} labels");
    }
}

#[test]
fn no_question_is_asked_about_a_name_that_would_be_too_long() {
    let author = "a.".repeat(123) + "com";
    assert_eq!(author.len(), 249);
    let found = check("", &[&format!("joe@{author}")], "");
    assert_eq!(found.asked().len(), MAX_WALK_QUERIES - 1);
}

#[test]
fn walks_of_near_names_leave_with_the_authors_own_and_far_names_need_none() {
    let zone = "_dmarc.example.com TXT v=DMARC1; p=none";
    let near = check(zone, &["joe@example.com"], "spf bounce.example.com, dkim mailer.example, dkim other.com");
    assert_eq!(near.asked(), ["_dmarc.example.com TXT", "_dmarc.com TXT", "_dmarc.bounce.example.com TXT"]);
    assert_eq!(near.rounds.len(), 1);
}

#[test]
fn a_failing_name_server_matters_only_where_the_result_hangs_on_it() {
    let unavailable = |name: &str| format!("temperror: DNS gave no answer to _dmarc.{name} TXT: servfail");
    let own = "_dmarc.example.com TXT v=DMARC1; p=reject";
    let table = [
        ("_dmarc.example.com TXT servfail".to_owned(), "dkim example.com", unavailable("example.com")),
        (
            format!("{own}\n_dmarc.com TXT servfail"),
            "dkim example.com",
            "pass: the author domain is authenticated by dkim example.com (reject)".to_owned(),
        ),
        (format!("{own}\n_dmarc.com TXT servfail"), "dkim a.example.com", unavailable("com") + " (reject)"),
        (
            format!("{own}\n_dmarc.com TXT servfail"),
            "dkim example.net",
            "fail: no authenticated name is aligned with example.com (reject)".to_owned(),
        ),
        (
            format!("{own}\n_dmarc.a.example.com TXT servfail"),
            "dkim a.example.com, spf example.com",
            "pass: the author domain is authenticated by spf example.com (reject)".to_owned(),
        ),
        (
            format!("{own}\n_dmarc.a.example.com TXT servfail"),
            "dkim a.example.com",
            unavailable("a.example.com") + " (reject)",
        ),
    ];
    for (zone, authenticated, expected) in table {
        assert_eq!(told_for(&zone, "example.com", authenticated), expected, "{zone} {authenticated}");
    }
}

#[test]
fn a_temporary_error_of_a_name_that_could_align_stays_temporary() {
    let zone = "_dmarc.example.com TXT v=DMARC1; p=reject";
    let open = "temperror: dkim a.example.com may be aligned with example.com, but could not be checked now (reject)";
    let table = [
        ("dkim a.example.com?", open),
        ("dkim a.example.com?, spf mailer.example", open),
        (
            "dkim a.example.com?, spf example.com",
            "pass: the author domain is authenticated by spf example.com (reject)",
        ),
        ("dkim mailer.example?", "fail: no authenticated name is aligned with example.com (reject)"),
    ];
    for (authenticated, expected) in table {
        assert_eq!(told_for(zone, "example.com", authenticated), expected, "{authenticated}");
    }
    assert_eq!(
        told_for("", "example.com", "dkim example.com?"),
        "none: neither example.com nor a parent publishes a DMARC record"
    );
}

#[test]
fn a_from_that_hides_its_author_is_a_permanent_error() {
    let zone = "_dmarc.example.com TXT v=DMARC1; p=reject";
    let pass = "pass: the author domain is authenticated by dkim example.com (reject)";
    let several = "permerror: the message has 2 From fields, so that a pass proves no author (reject)";
    let none = "none: neither example.net nor a parent publishes a DMARC record";
    let table: [(&[&str], &[&str]); 8] = [
        (&[], &["permerror: the 0 From fields name no author"]),
        (&["Undisclosed:;"], &["permerror: the 1 From fields name no author"]),
        (&["Joe"], &["permerror: a From field cannot be read at octet 0: an address without its at sign"]),
        (&["joe@[192.0.2.1]"], &["permerror: an author's address ends in [192.0.2.1], which is no domain name"]),
        (&["a@example.com, b@example.net"], &[pass, none]),
        (&["a@example.com", "b@example.com"], &[several]),
        (&["a@example.com", "b@example.net"], &[several, none]),
        (
            &["a@example.com", "<"],
            &[several, "permerror: a From field cannot be read at octet 0: an opening bracket without its closing"],
        ),
    ];
    for (from, expected) in table {
        let found = check(zone, from, "dkim example.com").outcome;
        assert_eq!(found.iter().map(told).collect::<Vec<_>>(), expected, "{from:?}");
    }
    let failing = check(zone, &["a@example.com", "b@example.com"], "").outcome;
    assert_eq!(told(&failing[0]), "fail: no authenticated name is aligned with example.com (reject)");
}

#[test]
fn three_author_domains_are_looked_at_and_more_are_told_of() {
    let from = |count: usize| (0..count).map(|at| format!("a@d{at}.example")).collect::<Vec<_>>().join(", ");
    let at_limit = check("", &[&from(MAX_AUTHOR_DOMAINS)], "").outcome;
    assert_eq!(at_limit.len(), MAX_AUTHOR_DOMAINS);
    let over = check("", &[&from(MAX_AUTHOR_DOMAINS + 1)], "").outcome;
    assert_eq!(over.len(), MAX_AUTHOR_DOMAINS + 1);
    assert_eq!(told(&over[MAX_AUTHOR_DOMAINS]), "permerror: of 4 author domains only 3 were looked at");
}

#[test]
fn the_facts_name_the_domains_and_the_policy() {
    let zone = "_dmarc.example.com TXT v=DMARC1; p=reject; t=y";
    let found =
        check(zone, &["joe@a.example.com"], "dkim a.example.com, spf b.example.com, dkim a.example.com").outcome;
    let list = vec!["dkim a.example.com".to_owned(), "spf b.example.com".to_owned()];
    let expected = [
        ("author_domain", Value::from("a.example.com")),
        ("author_address", Value::from("joe@a.example.com")),
        ("is_aligned", Value::Flag(true)),
        ("aligned_by", Value::List(list)),
        ("organizational_domain", Value::from("example.com")),
        ("policy_domain", Value::from("example.com")),
        ("policy", Value::from("quarantine")),
        ("is_testing", Value::Flag(true)),
    ];
    assert_eq!(found[0].facts, expected);
    assert_eq!(fact(&found[0], "policy_domain"), Some(&Value::from("example.com")));
}

#[test]
fn without_a_policy_only_the_author_domain_itself_is_aligned() {
    for (identifiers, is_aligned) in [
        ("dkim example.com", true),
        ("spf example.com", true),
        ("dkim a.example.com", false),
        ("dkim example.com?", false),
    ] {
        let found = check("", &["joe@example.com"], identifiers).outcome;
        assert_eq!(found[0].result.word(), "none", "{identifiers}");
        assert_eq!(fact(&found[0], "is_aligned"), Some(&Value::Flag(is_aligned)), "{identifiers}");
    }
}

#[test]
fn a_from_field_said_twice_validates_no_author() {
    for zone in ["", "_dmarc.example.com TXT v=DMARC1; p=reject"] {
        let found = check(zone, &["joe@example.com", "joe@example.com"], "dkim example.com").outcome;
        assert_eq!(fact(&found[0], "is_aligned"), Some(&Value::Flag(false)), "{zone}");
        assert_eq!(fact(&found[0], "author_address"), None, "{zone}");
    }
}

const RECORDS: [&str; 6] =
    ["v=DMARC1; p=reject", "v=DMARC1; p=none; psd=y", "v=DMARC1; psd=n; rua=mailto:a@b", "servfail", "x", "v=DMARC1"];

proptest! {
    #[test]
    fn any_text_is_a_record_or_none(text in proptest::collection::vec(any::<u8>(), 0..200)) {
        let _ = parse(&text);
        let _ = parse(&[b"v=DMARC1;".as_slice(), &text].concat());
    }

    #[test]
    fn answers_in_any_portion_give_the_same_findings(records in proptest::collection::vec(proptest::sample::select(RECORDS.to_vec()), 4)) {
        let owners = ["com", "example.com", "a.example.com", "b.example.com"];
        let lines = owners.iter().zip(records).map(|(owner, record)| format!("_dmarc.{owner} TXT {record}\n"));
        let zone = Zone::read(&lines.collect::<String>());
        let authors = author_domains(&[b"joe@a.example.com, x@example.com"]);
        let identifiers = identifiers("dkim b.example.com, spf example.com?, dkim mailer.example");
        let input = Input { authors: &authors, identifiers: &identifiers, discovery: &Discovery::TreeWalk };
        let together = zone.resolve(|lookups| evaluate(&input, lookups)).outcome;
        prop_assert_eq!(together, zone.resolve_singly(|lookups| evaluate(&input, lookups)));
    }

    #[test]
    fn an_organizational_domain_is_the_name_or_above_it(records in proptest::collection::vec(proptest::sample::select(RECORDS.to_vec()), 3)) {
        let owners = ["com", "example.com", "a.example.com"];
        let lines = owners.iter().zip(records).map(|(owner, record)| format!("_dmarc.{owner} TXT {record}\n"));
        let zone = Zone::read(&lines.collect::<String>());
        let start = name("b.a.example.com");
        if let Some(found) = zone.resolve(|lookups| organizational_domain(&start, &Discovery::TreeWalk, lookups)).outcome {
            prop_assert!(start.is_within(&found));
        }
    }
}
