//! What implementers of RFC 9989 get wrong, by the numbers of our list; 10 and 11 stand beside their subjects.

use super::{check, fact, told, told_for};
use crate::dmarc::{Discovery, organizational_domain};
use crate::finding::Value;
use crate::zone::{Zone, name};

fn organization(domain: &str, zone: &str) -> String {
    let start = name(domain);
    let found = Zone::read(zone).resolve(|lookups| organizational_domain(&start, &Discovery::TreeWalk, lookups));
    found.outcome.map_or_else(|| "not known".to_owned(), |name| name.to_string())
}

fn fails(author: &str, policy: &str) -> String {
    format!("fail: no authenticated name is aligned with {author} ({policy})")
}

// proves: RFC 9989 §4.10
#[test]
fn dmarc_pitfall_1_the_walk_goes_to_the_top_and_from_over_eight_labels_to_seven() {
    let asked = |labels: usize| check("", &[&format!("joe@{}", vec!["a"; labels].join("."))], "").asked().len();
    assert_eq!([asked(1), asked(7), asked(8), asked(9), asked(12)], [1, 7, 8, 8, 8]);
    let nine = check("", &["joe@1.2.3.4.5.6.7.8.com"], "");
    assert_eq!(nine.asked()[..2], ["_dmarc.1.2.3.4.5.6.7.8.com TXT", "_dmarc.3.4.5.6.7.8.com TXT"]);
    assert_eq!(nine.asked().last(), Some(&"_dmarc.com TXT"));
}

// proves: RFC 9989 §4.10
#[test]
fn dmarc_pitfall_2_two_records_at_a_name_are_none_and_the_walk_goes_on() {
    let zone = "_dmarc.a.example.com TXT v=DMARC1; p=none\n_dmarc.a.example.com TXT v=DMARC1; p=none; psd=n
        _dmarc.example.com TXT v=DMARC1; p=reject";
    assert_eq!(told_for(zone, "a.example.com", ""), fails("a.example.com", "reject"));
    assert_eq!(organization("a.example.com", zone), "example.com");
}

// proves: RFC 9989 §4.10.2
#[test]
fn dmarc_pitfall_3_psd_y_counts_above_the_start_and_psd_n_ends_the_walk() {
    let suffix = "_dmarc.co.example TXT v=DMARC1; p=none; psd=y";
    assert_eq!(organization("co.example", suffix), "co.example");
    assert_eq!(organization("firm.co.example", suffix), "firm.co.example");
    assert_eq!(organization("a.firm.co.example", suffix), "firm.co.example");
    let own = "_dmarc.a.example.com TXT v=DMARC1; p=none; psd=n\n_dmarc.example.com TXT v=DMARC1; p=none";
    assert_eq!(organization("b.a.example.com", own), "a.example.com");
}

// proves: RFC 9989 §4.10.1, RFC 9989 §4.10.2
#[test]
fn dmarc_pitfall_4_policy_and_organization_are_two_outputs() {
    let zone = "_dmarc.a.example.com TXT v=DMARC1; p=quarantine\n_dmarc.example.com TXT v=DMARC1; p=reject";
    let found = check(zone, &["joe@a.example.com"], "dkim b.example.com").outcome;
    assert_eq!(told(&found[0]), "pass: the author domain is authenticated by dkim b.example.com (quarantine)");
    assert_eq!(fact(&found[0], "policy_domain"), Some(&Value::from("a.example.com")));
    assert_eq!(fact(&found[0], "organizational_domain"), Some(&Value::from("example.com")));
    let three =
        "_dmarc.a.b.example.com TXT v=DMARC1\n_dmarc.b.example.com TXT v=DMARC1\n_dmarc.com TXT v=DMARC1; p=none";
    assert_eq!(organization("a.b.example.com", three), "com");
}

// proves: RFC 9989 §3.2.13
#[test]
fn dmarc_pitfall_5_sp_and_np_come_from_above_and_np_needs_a_name_that_does_not_exist() {
    let above = "_dmarc.example.com TXT v=DMARC1; p=none; sp=quarantine; np=reject";
    let own = "_dmarc.a.example.com TXT v=DMARC1; p=none; sp=reject; np=reject";
    let table = [
        (above.to_owned(), "reject"),
        (format!("{above}\na.example.com A 192.0.2.1"), "quarantine"),
        (format!("{above}\nx.a.example.com MX mx.example.com"), "quarantine"),
        (format!("{above}\n{own}"), "none"),
    ];
    for (zone, policy) in table {
        assert_eq!(told_for(&zone, "a.example.com", ""), fails("a.example.com", policy), "{zone}");
    }
}

// proves: RFC 9989 §4.7
#[test]
fn dmarc_pitfall_6_without_a_valid_p_an_address_for_reports_makes_it_none() {
    let record = |tags: &str| told_for(&format!("_dmarc.example.com TXT v=DMARC1; {tags}"), "example.com", "");
    assert_eq!(record("p=foo; rua=mailto:d@example.com"), fails("example.com", "none"));
    assert!(record("p=foo; rua=d@example.com").starts_with("none: "));
    assert!(record("p=foo").starts_with("none: "));
}

// proves: RFC 9989 §4.4.2, RFC 9989 §3.2.4
#[test]
fn dmarc_pitfall_7_names_are_compared_as_a_labels_in_any_case() {
    let zone = "_dmarc.xn--bcher-kva.example TXT v=DMARC1; p=reject";
    let found = check(zone, &["joe@B\u{dc}CHER.example"], "spf XN--BCHER-KVA.Example").outcome;
    assert_eq!(told(&found[0]), "pass: the author domain is authenticated by spf xn--bcher-kva.example (reject)");
}

// proves: RFC 9989 §5.3.6
#[test]
fn dmarc_pitfall_8_a_dns_error_is_neither_pass_nor_fail() {
    for record in ["servfail", "timeout"] {
        let zone = format!("_dmarc.example.com TXT {record}");
        let expected = format!("temperror: DNS gave no answer to _dmarc.example.com TXT: {record}");
        assert_eq!(told_for(&zone, "example.com", "dkim example.com"), expected);
        assert_eq!(told_for(&zone, "example.com", ""), expected);
    }
}

// proves: RFC 9989 §4.7
#[test]
fn dmarc_pitfall_9_a_test_lowers_the_policy_by_one_step() {
    for (policy, lowered) in [("reject", "quarantine"), ("quarantine", "none"), ("none", "none")] {
        let zone = format!("_dmarc.example.com TXT v=DMARC1; p={policy}; t=y");
        assert_eq!(told_for(&zone, "example.com", ""), fails("example.com", lowered));
    }
}

#[test]
fn field_note_15_dmarc_sees_authors_as_a_reader_does() {
    let zone = "_dmarc.example.com TXT v=DMARC1; p=reject; x-new=1
        _dmarc.evil.example TXT v=DMARC1; p=none\n_dmarc.evil.example TXT v=DMARC1; p=none";
    let fail = fails("example.com", "reject");
    let none = "none: neither evil.example nor a parent publishes a DMARC record".to_owned();
    let table: [(&[&str], Vec<String>); 7] = [
        (&["\"joe@evil.example\" <joe@example.com>"], vec![fail.clone()]),
        (&["(joe@evil.example) joe@example.com"], vec![fail.clone()]),
        (&["Friends: joe@example.com, x@evil.example;"], vec![fail.clone(), none.clone()]),
        (&["joe@example.com, x@evil.example"], vec![fail.clone(), none.clone()]),
        (&["joe@example.com", "x@evil.example"], vec![fail, none.clone()]),
        (&["joe@evil.example"], vec![none]),
        (
            &["joe@example.com-evil.net"],
            vec!["none: neither example.com-evil.net nor a parent publishes a DMARC record".to_owned()],
        ),
    ];
    for (from, expected) in table {
        let found = check(zone, from, "dkim mailer.example").outcome;
        assert_eq!(found.iter().map(told).collect::<Vec<_>>(), expected, "{from:?}");
    }
}
