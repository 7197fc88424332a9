//! What leaves early, and that it decides nothing.

use super::{check, request, told};
use crate::spf::MAX_TERMS_THAT_ASK;

fn rounds(terms: &str, more: &str) -> Vec<Vec<String>> {
    check(&format!("example.com TXT v=spf1 {terms}\n{more}"), &request("192.0.2.3", "joe@example.com")).rounds
}

// proves: RFC 7208 §4.6.2
#[test]
fn while_one_term_waits_the_questions_behind_it_leave_with_it() {
    let table = [
        ("include:i.example a mx:m.example -all", "i.example TXT, example.com A, m.example MX"),
        ("a:a.example ip4:198.51.100.1 redirect=r.example", "a.example A, r.example TXT"),
        ("a:a.example ip4:192.0.2.3 mx", "a.example A"),
        ("a:a.example -all mx redirect=r.example", "a.example A"),
        ("a:a.example exists:e.example ptr mx", "a.example A, example.com MX"),
        ("a:a.example a:%{l}.example include:%{d2}.example mx", "a.example A, example.com MX"),
        ("exists:e.example mx", "e.example A, example.com MX"),
    ];
    for (terms, expected) in table {
        assert_eq!(rounds(terms, "")[1].join(", "), expected, "{terms}");
    }
}

#[test]
fn three_round_trips_are_enough_for_a_record_that_includes_one_with_includes() {
    let zone = "mail.example TXT v=spf1 include:n1.example include:n2.example include:n3.example ~all
        n1.example TXT v=spf1 ip4:203.0.113.0/24 -all
        n2.example TXT v=spf1 ip6:2001:db8::/32 -all
        n3.example TXT v=spf1 ip4:192.0.2.0/24 -all";
    let found = check(
        &format!("example.com TXT v=spf1 include:mail.example ~all\n{zone}"),
        &request("192.0.2.3", "joe@example.com"),
    );
    assert_eq!(told(&found.outcome), "pass: include:mail.example matches the client");
    assert_eq!(found.rounds.len(), 3, "{:?}", found.rounds);
}

#[test]
fn no_more_is_asked_ahead_than_terms_are_left() {
    let terms: String = (0..20).map(|at| format!("a:a{at}.example ")).collect();
    assert_eq!(rounds(&terms, "")[1].len(), MAX_TERMS_THAT_ASK);
    let nested = rounds("include:i.example", &format!("i.example TXT v=spf1 {terms}"));
    assert_eq!(nested[2].len(), MAX_TERMS_THAT_ASK - 1);
}

#[test]
fn what_was_asked_ahead_and_not_reached_spends_nothing() {
    let zone = |first: &str| {
        format!(
            "example.com TXT v=spf1 a:a.example a:x.example a:y.example a:z.example mx:gone.example -all
            a.example A {first}"
        )
    };
    let told = |first| told(&check(&zone(first), &request("192.0.2.3", "joe@example.com")).outcome);
    assert_eq!(told("192.0.2.3"), "pass: a:a.example matches the client");
    assert_eq!(told("192.0.2.4"), "permerror: more than 2 look-ups found nothing");
}
