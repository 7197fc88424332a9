//! What implementers of RFC 7208 get wrong, by the numbers of our list.

use super::{check, fact, request, told};
use crate::dns::{Answers, Lookups};
use crate::finding::Value;
use crate::spf::{Identity, MAX_MX_HOSTS, Request, evaluate};
use crate::zone::{Zone, name};

/// `result: reason` for joe@example.com from this client.
fn told_from(client: &str, zone: &str) -> String {
    told(&check(zone, &request(client, "joe@example.com")).outcome)
}

// proves: RFC 7208 §4.6.4, RFC 7208 §5.4, RFC 7208 §5.5
#[test]
fn spf_pitfall_1_limits_hold_over_the_whole_recursion() {
    let six = "a:h.example ".repeat(6);
    let zone = format!(
        "example.com TXT v=spf1 include:one.example include:two.example -all
        one.example TXT v=spf1 {six} ?all
        two.example TXT v=spf1 {six} ?all
        h.example A 203.0.113.1"
    );
    assert_eq!(told_from("192.0.2.3", &zone), "permerror: more than 10 terms ask DNS");
    let hosts: String = (0..=MAX_MX_HOSTS).map(|at| format!("example.com MX m{at}.example\n")).collect();
    let zone = format!("example.com TXT v=spf1 mx -all\n{hosts}");
    assert_eq!(told_from("192.0.2.3", &zone), "permerror: example.com names more than 10 MX hosts");
    let zone = "example.com TXT v=spf1 a:x.example a:y.example a:z.example -all";
    assert_eq!(told_from("192.0.2.3", zone), "permerror: more than 2 look-ups found nothing");
}

// proves: RFC 7208 §4.6, RFC 7208 §4.6.1, RFC 7208 §6
#[test]
fn spf_pitfall_2_the_whole_record_is_read_before_a_term_is_evaluated() {
    let table = [
        ("+all foo", "permerror: the record of example.com has a term that cannot be read: foo"),
        ("+all unknown=%{d}.x", "pass: +all matches the client"),
        ("+all unknown=%{q}", "permerror: the record of example.com has a term that cannot be read: unknown=%{q}"),
        ("redirect=a.example redirect=a.example", "permerror: the record of example.com has redirect= more than once"),
        ("+all exp=a.example EXP=b.example", "permerror: the record of example.com has exp= more than once"),
    ];
    for (terms, expected) in table {
        assert_eq!(told_from("192.0.2.3", &format!("example.com TXT v=spf1 {terms}")), expected, "{terms}");
    }
}

// proves: RFC 7208 §4.5, RFC 7208 §3.2
#[test]
fn spf_pitfall_3_one_text_that_begins_with_the_version_is_the_record() {
    let table = [
        ("example.com TXT v=spf1", "neutral: no term of example.com matches the client"),
        ("example.com TXT v=spf1-all", "none: example.com publishes no SPF record"),
        ("example.com TXT  v=spf1 -all", "none: example.com publishes no SPF record"),
        (
            "example.com TXT v=spf1 -all\nexample.com TXT v=spf1",
            "permerror: example.com publishes 2 SPF records, not one",
        ),
        ("example.com TXT other\nexample.com TXT v=spf1 -all", "fail: -all matches the client"),
    ];
    for (zone, expected) in table {
        assert_eq!(told_from("192.0.2.3", zone), expected, "{zone}");
    }
}

// proves: RFC 7208 §5.2, RFC 7208 §6.1
#[test]
fn spf_pitfall_4_include_maps_results_and_redirect_needs_no_all() {
    let table = [
        ("+all", "pass: include:in.example matches the client"),
        ("-all", "softfail: ~all matches the client"),
        ("~all", "softfail: ~all matches the client"),
        ("?all", "softfail: ~all matches the client"),
        ("foo", "permerror: the record of in.example has a term that cannot be read: foo"),
        ("a:slow.example", "temperror: DNS gave no answer to slow.example A: timeout"),
    ];
    for (terms, expected) in table {
        let zone = format!(
            "example.com TXT v=spf1 include:in.example ~all redirect=out.example
            in.example TXT v=spf1 {terms}
            out.example TXT v=spf1 +all
            slow.example A timeout"
        );
        assert_eq!(told_from("192.0.2.3", &zone), expected, "{terms}");
    }
    let zone = "example.com TXT v=spf1 ip4:198.51.100.1 redirect=none.example";
    let expected = "permerror: the policy is redirected to none.example, which publishes no SPF record";
    assert_eq!(told_from("192.0.2.3", zone), expected);
}

// proves: RFC 7208 §2.3, RFC 7208 §2.4
#[test]
fn spf_pitfall_5_the_null_path_is_postmaster_at_helo_and_helo_stands_apart() {
    let zone =
        "mail.example.net TXT v=spf1 exists:%{s}.x.example ?all\npostmaster@mail.example.net.x.example A 127.0.0.2";
    let null = request("192.0.2.3", "");
    let helo = Request { identity: Identity::Helo, ..null };
    for request in [null, helo] {
        assert_eq!(told(&check(zone, &request).outcome), "pass: exists:%{s}.x.example matches the client");
    }
    assert_eq!(fact(&check(zone, &null).outcome, "identity"), Some(&Value::from("mailfrom")));
    assert_eq!(fact(&check(zone, &helo).outcome, "identity"), Some(&Value::from("helo")));
}

// proves: RFC 7208 §4.3, RFC 7208 §4.4
#[test]
fn spf_pitfall_6_a_name_that_is_none_or_does_not_exist_gives_none() {
    for (path, expected) in [
        ("joe@localhost", "none: localhost is no domain name that could publish a record"),
        ("joe@a..example", "none: a..example is no domain name that could publish a record"),
        ("joe@[192.0.2.3]", "none: [192.0.2.3] is no domain name that could publish a record"),
        ("joe@nowhere.example", "none: nowhere.example publishes no SPF record"),
    ] {
        assert_eq!(told(&check("x.test A 192.0.2.1", &request("192.0.2.3", path)).outcome), expected, "{path}");
    }
}

// proves: RFC 7208 §7, RFC 7208 §7.2, RFC 7208 §7.3
#[test]
fn spf_pitfall_7_macros_follow_the_domain_now_evaluated_and_keep_the_sender() {
    let zone = "example.com TXT v=spf1 include:in.example redirect=re.example
        in.example TXT v=spf1 exists:%{d}.%{o}.%{l}.not.example ?all
        re.example TXT v=spf1 exists:%{d}.%{s}.%{L}.t.example -all
        re.example.joe+x@example.com.joe%2Bx.t.example A 127.0.0.2";
    let found = check(zone, &request("192.0.2.3", "joe+x@example.com"));
    assert_eq!(told(&found.outcome), "pass: exists:%{d}.%{s}.%{L}.t.example matches the client");
    assert!(found.asked().contains(&"in.example.example.com.joe+x.not.example A"), "{:?}", found.asked());
    let zone = "example.com TXT v=spf1 exists:%{i}.%{p}.x.example -all";
    let found = check(zone, &request("2001:db8::1", "joe@example.com"));
    let nibbles = "2.0.0.1.0.d.b.8.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.1";
    assert!(found.asked().contains(&format!("{nibbles}.unknown.x.example A").as_str()), "{:?}", found.asked());
}

// proves: RFC 7208 §5, RFC 7208 §5.3, RFC 7208 §5.6
#[test]
fn spf_pitfall_8_families_never_mix_and_a_has_two_lengths() {
    let table = [
        ("ip4:192.0.2.3 -all", "::ffff:192.0.2.3", "pass: ip4:192.0.2.3 matches the client"),
        ("ip6:::/0 -all", "192.0.2.3", "fail: -all matches the client"),
        ("ip4:0.0.0.0/0 -all", "2001:db8::1", "fail: -all matches the client"),
        ("a/24//64 -all", "192.0.2.77", "pass: a/24//64 matches the client"),
        ("a/24//64 -all", "2001:db8::77", "pass: a/24//64 matches the client"),
        ("a/24//64 -all", "2001:db8:0:1::77", "fail: -all matches the client"),
        ("a//64 -all", "192.0.2.77", "fail: -all matches the client"),
    ];
    for (terms, client, expected) in table {
        let zone = format!("example.com TXT v=spf1 {terms}\nexample.com A 192.0.2.1\nexample.com AAAA 2001:db8::1");
        assert_eq!(told_from(client, &zone), expected, "{terms} {client}");
    }
}

// proves: RFC 7208 §5.1
#[test]
fn spf_pitfall_9_a_pass_for_the_whole_internet_is_marked() {
    let marked = |terms: &str| {
        let finding =
            check(&format!("example.com TXT v=spf1 {terms}"), &request("192.0.2.3", "joe@example.com")).outcome;
        assert_eq!(finding.result.word(), "pass");
        fact(&finding, "matches_everyone") == Some(&Value::Flag(true))
    };
    assert!(marked("+all") && marked("ip4:10.0.0.0/0") && !marked("ip4:192.0.0.0/3"));
}

#[test]
fn field_note_14_spf_reads_odd_lengths_names_and_cases_of_the_field() {
    let malformed = |term| format!("permerror: the record of example.com has a term that cannot be read: {term}");
    let table = [
        ("ip4:192.0.2.3/0 -all", "pass: ip4:192.0.2.3/0 matches the client".to_owned()),
        ("ip4:192.0.2.3/33 -all", malformed("ip4:192.0.2.3/33")),
        ("ip4:192.0.2.3/024 -all", malformed("ip4:192.0.2.3/024")),
        ("ip6:2001:db8::/129 -all", malformed("ip6:2001:db8::/129")),
        ("ptr:mail.example -all", "pass: ptr:mail.example matches the client".to_owned()),
        ("include:in.example -all", "pass: include:in.example matches the client".to_owned()),
    ];
    for (terms, expected) in table {
        let zone = format!(
            "example.com TXT v=SPF1 {terms}
            in.example TXT v=spf1 exists:%{{d}}.t.example -all
            in.example.t.example A 127.0.0.2
            3.2.0.192.in-addr.arpa PTR mx.mail.example.
            mx.mail.example A 192.0.2.3"
        );
        assert_eq!(told_from("192.0.2.3", &zone), expected, "{terms}");
    }
    let helo = Request { identity: Identity::Helo, ..request("192.0.2.3", "joe@example.com") };
    let zone = "example.com TXT v=spf1 -all";
    assert_eq!(told(&check(zone, &helo).outcome), "none: mail.example.net publishes no SPF record");
    assert_eq!(told_from("192.0.2.3", zone), "fail: -all matches the client");
    let quoted = request("192.0.2.3", "\"joe@other.example\"@example.com");
    assert_eq!(told(&check(zone, &quoted).outcome), "fail: -all matches the client");
}

/// A cache keeps answers for many mails; their records are read when the first one asks.
#[test]
fn a_record_is_read_once_while_its_answer_is_kept() {
    let zone = Zone::read(
        "example.com TXT v=spf1 include:in.example -all exp=why.example
        in.example TXT v=spf1 ip4:203.0.113.1 -all
        why.example TXT no",
    );
    let questions = [("example.com", "TXT"), ("in.example", "TXT"), ("why.example", "TXT")];
    let request = request("192.0.2.3", "joe@example.com");
    let kept = questions.map(|(owner, kind)| {
        let kind = crate::dns::RecordType::from_word(kind).expect("a type");
        let question = crate::dns::Question::new(name(owner), kind);
        let answer = zone.answer(&question);
        (question, answer)
    });
    let reads_of_a_mail = || {
        let mut answers = Answers::default();
        kept.iter().for_each(|(question, answer)| answers.learn(question.clone(), answer.clone()));
        let mut lookups = Lookups::new(&answers);
        evaluate(&request, &mut lookups).expect("all is answered");
        lookups.compilations()
    };
    assert_eq!((reads_of_a_mail(), reads_of_a_mail(), reads_of_a_mail()), (3, 0, 0));
}
