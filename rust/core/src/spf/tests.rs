//! What `check_host()` makes of records, clients and names: input, result and reason on one row.

mod ahead;
mod pitfalls;
mod received;
mod trace;

use proptest::prelude::*;

use crate::finding::{Finding, Value};
use crate::spf::{Identity, MAX_MX_HOSTS, MAX_PTR_NAMES, MAX_TERMS_THAT_ASK, Request, Sender, evaluate, parse};
use crate::zone::{Replay, Zone};

fn request<'a>(client_ip: &str, path: &'a str) -> Request<'a> {
    Request {
        client_ip: client_ip.parse().expect("an address"),
        identity: Identity::MailFrom,
        sender: Sender::from_path(path),
        helo: "mail.example.net",
        receiver: "relay.example.org",
        now_seconds: 1_800_000_000,
    }
}

fn check(zone: &str, request: &Request<'_>) -> Replay<Finding> {
    Zone::read(zone).resolve(|lookups| evaluate(request, lookups))
}

/// `result: reason`.
fn told(finding: &Finding) -> String {
    format!("{}: {}", finding.result.word(), finding.reason)
}

fn fact<'a>(finding: &'a Finding, name: &str) -> Option<&'a Value> {
    finding.facts.iter().find(|(fact, _)| *fact == name).map(|(_, value)| value)
}

// proves: RFC 7208 §4, §4.1, §5.7, §12
#[test]
fn each_record_gives_its_result_and_says_why() {
    let table = [
        ("ip4:192.0.2.0/24 -all", "192.0.2.3", "pass: ip4:192.0.2.0/24 matches the client"),
        ("ip4:192.0.2.0/24 -all", "198.51.100.1", "fail: -all matches the client"),
        ("ip4:192.0.2.0/24 ~all", "198.51.100.1", "softfail: ~all matches the client"),
        ("ip4:192.0.2.0/24 ?all", "198.51.100.1", "neutral: ?all matches the client"),
        ("ip4:192.0.2.0/24", "198.51.100.1", "neutral: no term of example.com matches the client"),
        ("ip4:10.0.0.0/0 -all", "198.51.100.1", "pass: ip4:10.0.0.0/0 matches the client"),
        ("ip4:10.0.0.0/0 -all", "2001:db8::1", "fail: -all matches the client"),
        ("ip6:2001:db8::/0 -all", "2001:db9::1", "pass: ip6:2001:db8::/0 matches the client"),
        ("ip6:2001:db8::/32 -all", "2001:db8:1::1", "pass: ip6:2001:db8::/32 matches the client"),
        ("ip4:192.0.2.3 -all", "::ffff:192.0.2.3", "pass: ip4:192.0.2.3 matches the client"),
        ("ip6:::ffff:192.0.2.3 -all", "::ffff:192.0.2.3", "fail: -all matches the client"),
        ("all/0", "192.0.2.3", "permerror: the record of example.com has a term that cannot be read: all/0"),
        (
            "ip4:192.0.2.3/33",
            "192.0.2.3",
            "permerror: the record of example.com has a term that cannot be read: ip4:192.0.2.3/33",
        ),
        (
            "+all ipv4:1.2.3.4",
            "192.0.2.3",
            "permerror: the record of example.com has a term that cannot be read: ipv4:1.2.3.4",
        ),
        (
            "-all exp=a.example exp=a.example",
            "192.0.2.3",
            "permerror: the record of example.com has exp= more than once",
        ),
        (
            "include:nobody.example -all",
            "192.0.2.3",
            "permerror: nobody.example is included, but publishes no SPF record",
        ),
        (
            "redirect=nobody.example",
            "192.0.2.3",
            "permerror: the policy is redirected to nobody.example, which publishes no SPF record",
        ),
        (
            "redirect=%{l}..example.com",
            "192.0.2.3",
            "permerror: the policy is redirected to a malformed name, which publishes no SPF record",
        ),
        ("a:broken.example.com -all", "192.0.2.3", "temperror: DNS gave no answer to broken.example.com A: servfail"),
        (
            "include:slow.example.com -all",
            "192.0.2.3",
            "temperror: DNS gave no answer to slow.example.com TXT: timeout",
        ),
        ("foo=bar%{d} ip4:192.0.2.3", "192.0.2.3", "pass: ip4:192.0.2.3 matches the client"),
    ];
    for (terms, client, expected) in table {
        let zone = format!(
            "example.com TXT v=spf1 {terms}
            broken.example.com A servfail
            slow.example.com TXT timeout"
        );
        assert_eq!(told(&check(&zone, &request(client, "joe@example.com")).outcome), expected, "{terms} for {client}");
    }
}

#[test]
fn records_are_told_from_other_text_and_counted() {
    let table = [
        ("v=SPF1 -all", "fail: -all matches the client"),
        ("v=spf1", "neutral: no term of example.com matches the client"),
        ("v=spf10 -all", "none: example.com publishes no SPF record"),
        ("v=spf1\texp -all", "none: example.com publishes no SPF record"),
        ("v=spf1 -all\nexample.com TXT site-verification=1", "fail: -all matches the client"),
        ("v=spf1 -all\nexample.com TXT v=spf1 +all", "permerror: example.com publishes 2 SPF records, not one"),
        ("servfail", "temperror: DNS gave no answer to example.com TXT: servfail"),
    ];
    for (text, expected) in table {
        let found = check(&format!("example.com TXT {text}"), &request("192.0.2.3", "joe@example.com"));
        assert_eq!(told(&found.outcome), expected, "{text}");
    }
}

#[test]
fn a_name_that_cannot_publish_gives_none_without_a_question() {
    for helo in ["[192.0.2.3]", "localhost", "192.0.2.3", "a..example.com", "", "a b.example.com", "%{d}.example.com"] {
        let request = Request { identity: Identity::Helo, helo, ..request("192.0.2.3", "joe@example.com") };
        let found = check("example.com TXT v=spf1 +all", &request);
        let expected = format!("none: {helo} is no domain name that could publish a record");
        assert_eq!(told(&found.outcome), expected);
        assert!(found.asked().is_empty(), "{helo}");
    }
}

#[test]
fn the_null_path_stands_for_postmaster_at_the_helo_name() {
    let zone = "mail.example.net TXT v=spf1 exists:%{l}.%{o} -all\npostmaster.mail.example.net A 127.0.0.2";
    let finding = check(zone, &request("192.0.2.3", "")).outcome;
    assert_eq!(told(&finding), "pass: exists:%{l}.%{o} matches the client");
    assert_eq!(finding.properties[0].value, "postmaster@mail.example.net");
}

// proves: RFC 8601 §2.7.2
#[test]
fn helo_and_mail_from_are_told_apart() {
    let zone = "mail.example.net TXT v=spf1 +all\nexample.com TXT v=spf1 -all";
    let mail_from = request("192.0.2.3", "joe@example.com");
    let helo = Request { identity: Identity::Helo, ..mail_from };
    let shown = |finding: Finding| {
        let property = &finding.properties[0];
        format!("{} {}.{}={}", finding.result.word(), property.ptype, property.name, property.value)
    };
    assert_eq!(shown(check(zone, &mail_from).outcome), "fail smtp.mailfrom=example.com");
    assert_eq!(shown(check(zone, &helo).outcome), "pass smtp.helo=mail.example.net");
}

// proves: RFC 8601 §2.7.2
#[test]
fn the_local_part_is_reported_only_where_the_record_looks_at_it() {
    let finding = |terms: &str| {
        let zone = format!("example.com TXT v=spf1 {terms}\njoe.example.com A 127.0.0.2");
        check(&zone, &request("192.0.2.3", "joe@example.com")).outcome
    };
    assert_eq!(finding("+all").properties[0].value, "example.com");
    assert_eq!(finding("exists:%{l}.example.com").properties[0].value, "joe@example.com");
}

#[test]
fn a_quoted_local_part_may_hold_an_at_sign() {
    let zone = "example.com TXT v=spf1 exists:%{l}.example.com -all\n\"a@b\".example.com A 127.0.0.2";
    let finding = check(zone, &request("192.0.2.3", "\"a@b\"@example.com")).outcome;
    assert_eq!(told(&finding), "pass: exists:%{l}.example.com matches the client");
}

// proves: RFC 7208 §5.7
#[test]
fn inside_include_the_domain_changes_and_the_sender_stays() {
    let zone = "example.com TXT v=spf1 include:inner.example -all
        inner.example TXT v=spf1 exists:%{d}.%{o}.test.example -all
        inner.example.example.com.test.example A 127.0.0.2";
    let finding = check(zone, &request("192.0.2.3", "joe@example.com")).outcome;
    assert_eq!(told(&finding), "pass: include:inner.example matches the client");
}

// proves: RFC 8616 §4
#[test]
fn a_u_label_is_asked_for_as_an_a_label() {
    let finding =
        check("xn--bcher-kva.example TXT v=spf1 +all", &request("192.0.2.3", "joe@b\u{fc}cher.example")).outcome;
    assert_eq!(told(&finding), "pass: +all matches the client");
    assert_eq!(fact(&finding, "domain"), Some(&Value::from("xn--bcher-kva.example")));
}

#[test]
fn a_pass_for_everyone_is_marked_also_through_include() {
    for (terms, is_marked) in [
        ("+all", true),
        ("ip4:0.0.0.0/0", true),
        ("include:open.example", true),
        ("redirect=open.example", true),
        ("ip4:192.0.2.3", false),
        ("ip4:192.0.2.0/1", false),
        ("?all", false),
    ] {
        let zone = format!("example.com TXT v=spf1 {terms}\nopen.example TXT v=spf1 a:nobody.example all");
        let finding = check(&zone, &request("192.0.2.3", "joe@example.com")).outcome;
        assert_eq!(fact(&finding, "matches_everyone").is_some(), is_marked, "{terms}");
    }
}

#[test]
fn ten_terms_may_ask_and_an_eleventh_is_an_error_over_the_whole_recursion() {
    let chain = |terms: usize| {
        let inner = "a:here.example.com ".repeat(terms - 1);
        format!(
            "example.com TXT v=spf1 include:inner.example.com -all
            inner.example.com TXT v=spf1 {inner}+all
            here.example.com A 203.0.113.1"
        )
    };
    let told = |terms: usize| told(&check(&chain(terms), &request("192.0.2.3", "joe@example.com")).outcome);
    assert_eq!(told(MAX_TERMS_THAT_ASK), "pass: include:inner.example.com matches the client");
    assert_eq!(told(MAX_TERMS_THAT_ASK + 1), "permerror: more than 10 terms ask DNS");
}

#[test]
fn loops_end_at_the_limit_of_terms() {
    for zone in [
        "example.com TXT v=spf1 include:example.com -all",
        "example.com TXT v=spf1 redirect=example.com",
        "example.com TXT v=spf1 include:b.example -all\nb.example TXT v=spf1 redirect=example.com",
    ] {
        let finding = check(zone, &request("192.0.2.3", "joe@example.com")).outcome;
        assert_eq!(told(&finding), "permerror: more than 10 terms ask DNS", "{zone}");
    }
}

#[test]
fn two_lookups_may_be_void_and_a_repeated_one_counts_once() {
    let table = [
        ("a:x.example a:y.example ?all", "neutral: ?all matches the client"),
        ("a:x.example a:y.example a:z.example ?all", "permerror: more than 2 look-ups found nothing"),
        ("a:x.example mx:y.example exists:z.example ?all", "permerror: more than 2 look-ups found nothing"),
        ("a:x.example a:x.example a:x.example ?all", "neutral: ?all matches the client"),
        ("mx:mail.example.com mx:mail.example.com ?all", "neutral: ?all matches the client"),
    ];
    for (terms, expected) in table {
        let hosts: String = (0..5).map(|host| format!("mail.example.com MX gone{host}.example\n")).collect();
        let zone = format!("example.com TXT v=spf1 {terms}\n{hosts}");
        assert_eq!(told(&check(&zone, &request("192.0.2.3", "joe@example.com")).outcome), expected, "{terms}");
    }
}

// proves: RFC 7505 §3
#[test]
fn a_null_mx_names_no_host_so_it_matches_nobody() {
    let zone = "example.com TXT v=spf1 mx ?all\nexample.com MX .";
    let checked = check(zone, &request("192.0.2.3", "joe@example.com"));
    assert_eq!(told(&checked.outcome), "neutral: ?all matches the client");
    assert_eq!(checked.rounds.len(), 2, "the record and the MX, and no host");
}

#[test]
fn ten_mx_hosts_are_asked_for_together_and_an_eleventh_is_an_error() {
    let zone = |hosts: usize| {
        let hosts = (0..hosts)
            .map(|host| format!("example.com MX mx{host}.example.com\nmx{host}.example.com A 192.0.2.{host}\n"));
        format!("example.com TXT v=spf1 mx -all\n{}", hosts.collect::<String>())
    };
    let at_limit = check(&zone(MAX_MX_HOSTS), &request("192.0.2.9", "joe@example.com"));
    assert_eq!(told(&at_limit.outcome), "pass: mx matches the client");
    assert_eq!(at_limit.rounds.iter().map(Vec::len).collect::<Vec<_>>(), [1, 1, MAX_MX_HOSTS]);
    let over = check(&zone(MAX_MX_HOSTS + 1), &request("192.0.2.9", "joe@example.com"));
    assert_eq!(told(&over.outcome), "permerror: example.com names more than 10 MX hosts");
}

// proves: RFC 7208 §2.6.6
#[test]
fn one_mx_host_that_matches_decides_whatever_became_of_the_others() {
    let zone = |second: &str| {
        format!(
            "example.com TXT v=spf1 mx -all
            example.com MX a.example.com
            example.com MX b.example.com
            a.example.com A servfail
            b.example.com A {second}"
        )
    };
    let told = |second| told(&check(&zone(second), &request("192.0.2.3", "joe@example.com")).outcome);
    assert_eq!(told("192.0.2.3"), "pass: mx matches the client");
    assert_eq!(told("192.0.2.4"), "temperror: DNS gave no answer to a.example.com A: servfail");
}

// proves: RFC 7505 §3
#[test]
fn a_null_mx_names_no_host_and_is_no_void_look_up() {
    let zone = "example.com TXT v=spf1 mx a:x.example a:y.example -all\nexample.com MX .";
    let finding = check(zone, &request("192.0.2.3", "joe@example.com")).outcome;
    assert_eq!(told(&finding), "fail: -all matches the client");
}

#[test]
fn ten_names_of_the_client_are_looked_at_and_others_ignored() {
    let zone = |before: usize| {
        let others = (0..before).map(|other| format!("3.2.0.192.in-addr.arpa PTR other{other}.example\n"));
        format!(
            "example.com TXT v=spf1 ptr -all
            {}3.2.0.192.in-addr.arpa PTR mail.example.com.
            mail.example.com A 192.0.2.3",
            others.collect::<String>()
        )
    };
    let at_limit = check(&zone(MAX_PTR_NAMES - 1), &request("192.0.2.3", "joe@example.com"));
    assert_eq!(told(&at_limit.outcome), "pass: ptr matches the client");
    assert_eq!(at_limit.asked(), ["example.com TXT", "3.2.0.192.in-addr.arpa PTR", "mail.example.com A"]);
    let over = check(&zone(MAX_PTR_NAMES), &request("192.0.2.3", "joe@example.com"));
    assert_eq!(told(&over.outcome), "fail: -all matches the client");
}

#[test]
fn a_client_name_must_lie_within_the_domain_and_lead_back() {
    let table = [
        ("mail.example.com", "192.0.2.3", "pass: ptr matches the client"),
        ("mail.example.com", "192.0.2.4", "fail: -all matches the client"),
        ("mail.example.com", "servfail", "fail: -all matches the client"),
        ("mail.badexample.com", "192.0.2.3", "fail: -all matches the client"),
        ("example.com.evil.example", "192.0.2.3", "fail: -all matches the client"),
    ];
    for (client_name, address, expected) in table {
        let zone = format!(
            "example.com TXT v=spf1 ptr -all
            3.2.0.192.in-addr.arpa PTR {client_name}
            {client_name} A {address}"
        );
        let finding = check(&zone, &request("192.0.2.3", "joe@example.com")).outcome;
        assert_eq!(told(&finding), expected, "{client_name} {address}");
    }
}

#[test]
fn nothing_is_asked_behind_the_term_that_decides() {
    let zone = "example.com TXT v=spf1 ip4:192.0.2.3 a mx include:other.example ptr -all exp=why.example.com";
    assert_eq!(check(zone, &request("192.0.2.3", "joe@example.com")).asked(), ["example.com TXT"]);
}

#[test]
fn an_explanation_is_the_failing_domains_and_no_trouble_with_it_changes_the_result() {
    let table = [
        (
            "-all exp=why.example.com",
            "why.example.com TXT %{i} may not use %{d}",
            Some("192.0.2.3 may not use example.com"),
        ),
        ("~all exp=why.example.com", "why.example.com TXT no", None),
        ("-all exp=why.example.com", "why.example.com TXT servfail", None),
        ("-all exp=why.example.com", "why.example.com TXT one\nwhy.example.com TXT two", None),
        ("-all exp=why.example.com", "why.example.com TXT 100% sure", None),
        ("redirect=other.example exp=why.example.com", "other.example TXT v=spf1 -all\nwhy.example.com TXT no", None),
        (
            "include:other.example -all exp=why.example.com",
            "other.example TXT v=spf1 -all exp=x.example\nwhy.example.com TXT yes",
            Some("yes"),
        ),
    ];
    for (terms, more, expected) in table {
        let zone = format!("example.com TXT v=spf1 {terms}\n{more}");
        let finding = check(&zone, &request("192.0.2.3", "joe@example.com")).outcome;
        assert_eq!(fact(&finding, "explanation"), expected.map(Value::from).as_ref(), "{terms} {more}");
    }
}

#[test]
fn the_facts_count_the_terms_that_asked() {
    let zone = "example.com TXT v=spf1 a mx ip4:192.0.2.3 a -all\nexample.com A 203.0.113.1";
    let finding = check(zone, &request("192.0.2.3", "joe@example.com")).outcome;
    assert_eq!(fact(&finding, "lookups"), Some(&Value::Number(2)));
    assert_eq!(fact(&finding, "identity"), Some(&Value::from("mailfrom")));
    assert_eq!(fact(&finding, "mechanism"), Some(&Value::from("ip4:192.0.2.3")));
}

const TERMS: [&str; 16] = [
    "a",
    "mx",
    "ptr",
    "a:%{d2}",
    "mx:b.example/24//64",
    "include:b.example",
    "include:c.example",
    "exists:%{ir}.c.example",
    "exists:%{p}.example",
    "-ip4:203.0.113.0/24",
    "ip6:2001:db8::/32",
    "redirect=b.example",
    "exp=c.example",
    "~all",
    "-all",
    "?exists:%{l}.%{h}",
];

proptest! {
    // proves: RFC 7208 §12
    #[test]
    fn any_text_is_read_or_refused(text in proptest::collection::vec(any::<u8>(), 0..200)) {
        let _ = parse(&text);
        let _ = parse(&[b"v=spf1 ".as_slice(), &text].concat());
    }

    #[test]
    fn any_text_of_term_pieces_is_read_or_refused(pieces in "(v=spf1|[ :/=%{}.~?+-]|all|a|mx|ip[46]|include|redirect|[slodipvhcrt]|[0-9]{1,3}){0,40}") {
        let _ = parse(pieces.as_bytes());
    }

    #[test]
    fn answers_in_any_portion_give_the_same_finding(
        own in proptest::sample::subsequence(TERMS.to_vec(), 0..6),
        other in proptest::sample::subsequence(TERMS.to_vec(), 0..6),
    ) {
        let zone = Zone::read(&format!(
            "a.example TXT v=spf1 {}
            b.example TXT v=spf1 {}
            c.example TXT v=spf1 ip4:192.0.2.9 ?all
            b.example MX m1.b.example
            b.example MX m2.b.example
            m1.b.example A 192.0.2.8
            m2.b.example A servfail
            a.example A 198.51.100.1
            3.2.0.192.in-addr.arpa PTR m1.b.example
            3.2.0.192.in-addr.arpa PTR m2.a.example
            m2.a.example A 192.0.2.3",
            own.join(" "), other.join(" ")
        ));
        let request = request("192.0.2.3", "joe@a.example");
        let together = zone.resolve(|lookups| evaluate(&request, lookups)).outcome;
        prop_assert_eq!(together, zone.resolve_singly(|lookups| evaluate(&request, lookups)));
    }
}
