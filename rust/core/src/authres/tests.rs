//! Fields written, fields read, fields that claim to be ours.

use proptest::prelude::*;

use crate::authres::{
    AuthenticationResults, Claim, MAX_REPORTED_FIELDS, MAX_VALUE_OCTETS, METHODS, Malformed, ReportedProperty,
    ResultLine, VERSION, claims, is_registered, parse, parse_instance, reported, write, write_instance,
};
use crate::finding::{Finding, Method, Property, Reason, ResultWord};
use crate::message::{Header, HeaderLimits};
use crate::spf;

const NAME: &str = "Authentication-Results:";

fn line(method: &str, result: &str, reason: Option<&str>, properties: &[(&str, &str, &str)]) -> ResultLine {
    let property = |&(ptype, name, value): &(&str, &str, &str)| ReportedProperty {
        ptype: ptype.to_owned(),
        name: name.to_owned(),
        value: value.to_owned(),
    };
    ResultLine {
        method: method.to_owned(),
        method_version: 1,
        result: result.to_owned(),
        reason: reason.map(str::to_owned),
        properties: properties.iter().map(property).collect(),
    }
}

fn written(authserv_id: &str, results: &[ResultLine]) -> String {
    String::from_utf8(write(authserv_id, results)).expect("a field of text")
}

fn value_of(field: &str) -> &[u8] {
    field.strip_prefix(NAME).and_then(|rest| rest.strip_suffix("\r\n")).expect("a whole field").as_bytes()
}

/// `id/version: method=result (reason) ptype.name=value; ...`, or what is malformed and where.
fn told(value: &[u8]) -> String {
    let field = match parse(value) {
        Err(malformed) => return format!("{} at {}", malformed.what, malformed.at),
        Ok(field) => field,
    };
    let shown = |line: &ResultLine| {
        let reason = line.reason.as_ref().map(|reason| format!(" ({reason})")).unwrap_or_default();
        let properties = line.properties.iter().map(|part| format!(" {}.{}={}", part.ptype, part.name, part.value));
        format!("{}/{}={}{reason}{}", line.method, line.method_version, line.result, properties.collect::<String>())
    };
    let results: Vec<String> = field.results.iter().map(shown).collect();
    format!("{}/{}: {}", field.authserv_id, field.version, results.join("; "))
}

#[test]
fn a_field_has_one_line_a_result_and_none_where_there_are_none() {
    let results = [
        line("dkim", "pass", None, &[("header", "d", "example.com"), ("header", "b", "abc/+=")]),
        line("spf", "softfail", Some("~all matches the client"), &[("smtp", "mailfrom", "example.com")]),
    ];
    let expected = "Authentication-Results: mx.example.org;\r\n\
        \tdkim=pass header.d=example.com header.b=\"abc/+=\";\r\n\
        \tspf=softfail reason=\"~all matches the client\" smtp.mailfrom=example.com\r\n";
    assert_eq!(written("mx.example.org", &results), expected);
    assert_eq!(written("mx.example.org", &[]), "Authentication-Results: mx.example.org; none\r\n");
}

#[test]
fn a_finding_gives_its_reason_unless_it_passed() {
    let finding = |result| Finding {
        method: Method::Spf,
        result,
        reason: Reason::Spf(spf::Reason::NoRecord { domain: "example.com".to_owned() }),
        properties: vec![Property::new("smtp", "helo", "example.com")],
        facts: Vec::new(),
    };
    let expected = line("spf", "none", Some("example.com publishes no SPF record"), &[("smtp", "helo", "example.com")]);
    assert_eq!(ResultLine::from(&finding(ResultWord::None)), expected);
    assert_eq!(ResultLine::from(&finding(ResultWord::Pass)).reason, None);
}

// proves: RFC 8601 §2.2, RFC 2045 §5.1
#[test]
fn authres_pitfall_4_no_value_breaks_out_of_its_place() {
    let hostile = [
        "x; dkim=pass header.d=bank.example",
        "x\r\nAuthentication-Results: mx.example.org; dkim=pass",
        "x\r\n dkim=pass",
        "x (comment; dkim=pass",
        "x\" dkim=pass header.d=\"bank.example",
        "x\\\" ; dkim=pass",
        "x\0y",
        "x\u{2028}dkim=pass",
        "\"; dkim=pass\"@example.com",
        ";@example.com",
        "a@b;dkim=pass",
        "",
    ];
    for text in hostile {
        let results = [
            line("spf", "fail", Some(text), &[("smtp", "mailfrom", text)]),
            line("iprev", "fail", None, &[("policy", "iprev", text)]),
        ];
        let field = written(text, &results);
        assert_eq!(field.matches("\r\n").count(), field.matches("\r\n\t").count() + field.matches("\r\n ").count() + 1);
        let read = parse(value_of(&field)).expect("we read what we write");
        let methods: Vec<&str> = read.results.iter().map(|line| line.method.as_str()).collect();
        assert_eq!(methods, ["spf", "iprev"], "{field}");
        assert_eq!(read.results[0].properties.len(), 1, "{field}");
    }
    let forged = line("dkim=pass x", "pass", None, &[]);
    assert_eq!(written("mx.example.org", &[forged]), "Authentication-Results: mx.example.org; none\r\n");
    let stray = line("dkim", "pass", None, &[("header", "d=x b", "y")]);
    assert_eq!(written("mx.example.org", &[stray]), "Authentication-Results: mx.example.org;\r\n\tdkim=pass\r\n");
}

// proves: RFC 5322 §3.2.3
#[test]
fn an_address_keeps_its_form_and_only_its_local_part_is_quoted() {
    let table = [
        ("joe@example.com", "joe@example.com"),
        ("@example.com", "@example.com"),
        ("joe doe@example.com", "\"joe doe\"@example.com"),
        ("a@b@example.com", "\"a@b\"@example.com"),
        ("joe@[192.0.2.1]", "\"joe@[192.0.2.1]\""),
        ("2001:db8::1", "\"2001:db8::1\""),
        ("192.0.2.1", "192.0.2.1"),
    ];
    for (value, expected) in table {
        let field = written("id", &[line("spf", "pass", None, &[("smtp", "mailfrom", value)])]);
        assert!(field.ends_with(&format!(" smtp.mailfrom={expected}\r\n")), "{field}");
        assert_eq!(told(value_of(&field)), format!("id/1: spf/1=pass smtp.mailfrom={value}"));
    }
}

// proves: RFC 5322 §2.1.1
#[test]
fn long_values_are_cut_so_that_no_line_passes_998_octets() {
    let at_limit = "\"".repeat(MAX_VALUE_OCTETS);
    let over = "\"".repeat(MAX_VALUE_OCTETS + 1);
    let field = |value: &str| written(value, &[line("spf", "fail", Some(value), &[("smtp", "mailfrom", value)])]);
    assert_eq!(field(&at_limit), field(&over));
    assert!(field(&over).lines().all(|line| line.len() <= 998));
    assert_eq!(parse(value_of(&field(&over))).map(|read| read.authserv_id), Ok(at_limit));
}

#[test]
fn long_reasons_are_folded_at_their_blanks_and_come_back_whole() {
    let reason = "the record of a.long.subdomain.example.com has a term that cannot be read: ipv4:192.0.2.3 and  more";
    let results = [line("spf", "permerror", Some(reason), &[("smtp", "mailfrom", "a.long.subdomain.example.com")])];
    let field = written("mx.example.org", &results);
    assert!(field.lines().all(|line| line.len() <= 78), "{field}");
    assert_eq!(parse(value_of(&field)).map(|read| read.results), Ok(results.to_vec()));
}

// proves: RFC 8601 §2.2, RFC 8601 §2.3, RFC 8601 §2.6
#[test]
fn authres_pitfall_2_fields_are_read_by_their_grammar() {
    let table = [
        (" example.org; none", "example.org/1: "),
        (" example.org 1; none", "example.org/1: "),
        (" example.org 2; what=ever we do not know", "example.org/2: "),
        ("(x (y)) \"example.org\" (z) 1 ; (a) none (b)", "example.org/1: "),
        (" example.org; spf=pass smtp.mailfrom=example.net", "example.org/1: spf/1=pass smtp.mailfrom=example.net"),
        (
            " example.org;\r\n\tdkim=pass (good signature; really) reason=\"a; b\" header.d = example.net ;\r\n spf=fail",
            "example.org/1: dkim/1=pass (a; b) header.d=example.net; spf/1=fail",
        ),
        (
            " foo.example.net (foobar) 1 (baz); dkim (Because I like it) / 1 (One yay) = (wait for it) fail policy (A dot) . (x) expired (y) = (z) 1362471462",
            "foo.example.net/1: dkim/1=fail policy.expired=1362471462",
        ),
        (
            " example.org; spf=pass smtp.mailfrom=\"joe doe\"@example.net",
            "example.org/1: spf/1=pass smtp.mailfrom=joe doe@example.net",
        ),
        (" example.org; dkim=pass header.b=ab/c+d=;", "example.org/1: dkim/1=pass header.b=ab/c+d="),
        (" example.org; none=pass x.y=z", "a blank at 18"),
        (" example.org; none; dkim=pass", "nothing beside none at 18"),
        (" example.org; dkim=pass; none", "nothing beside none at 29"),
        (" example.org;", "example.org/1: "),
        ("", "an identifier at 0"),
        (" ; dkim=pass", "an identifier at 1"),
        (" spf=pass smtp.mailfrom=example.net", "a version at 4"),
        (" example.org", "a result, or none at 12"),
        (" example.org; dkim", "an equals sign at 18"),
        (" example.org; dkim=", "a result at 19"),
        (" example.org; dkim=pass header.d", "an equals sign at 32"),
        (" example.org; dkim=pass header.d=", "a value at 33"),
        (" example.org; dkim=pass header.d=\"a\"b", "a blank at 36"),
        (" example.org; dkim=pass header.d=a(", "a comment without its end at 34"),
        (" example.org; dkim=pass junk", "a property at 28"),
        (" example.org; dkim=pass reason=a reason=b", "a property at 39"),
        (" example.org, dkim=pass", "a version at 12"),
    ];
    for (value, expected) in table {
        assert_eq!(told(value.as_bytes()), expected, "{value}");
    }
}

// proves: RFC 8601 §2.5, RFC 8601 §5, RFC 8601 §7.8
#[test]
fn authres_pitfall_1_a_forged_field_is_told_by_its_identifier_however_it_is_spelled() {
    let ours = ["mx.example.org", "b\u{fc}cher.example", "border-1"];
    let table = [
        ("Authentication-Results", " mx.example.org; dkim=pass", Claim::Ours),
        ("AUTHENTICATION-results", " MX.Example.ORG; dkim=pass", Claim::Ours),
        ("Authentication-Results", "\r\n mx.example.org\r\n ;dkim=pass", Claim::Ours),
        ("Authentication-Results", "(hello) \"mx.example.org\" 1; dkim=pass", Claim::Ours),
        ("Authentication-Results", " \"mx.ex\\ample.org\"; dkim=pass", Claim::Ours),
        ("Authentication-Results", " mx.example.org.; dkim=pass", Claim::Ours),
        ("Authentication-Results", " mx.example.org", Claim::Ours),
        ("Authentication-Results", " mx.example.org; garbage (", Claim::Ours),
        ("Authentication-Results", " xn--bcher-kva.example; dkim=pass", Claim::Ours),
        ("Authentication-Results", " B\u{dc}CHER.example; dkim=pass", Claim::Ours),
        ("Authentication-Results", " Border-1; dkim=pass", Claim::Ours),
        ("Authentication-Results", " mx.example.net; dkim=pass", Claim::Foreign),
        ("Authentication-Results", " mx.example.org.evil.example; dkim=pass", Claim::Foreign),
        ("Authentication-Results", " (mx.example.org) other.example; dkim=pass", Claim::Foreign),
        ("Authentication-Results", " dkim=pass header.d=bank.example", Claim::Unreadable),
        ("Authentication-Results", " ; mx.example.org", Claim::Unreadable),
        ("Authentication-Results", " (mx.example.org; dkim=pass", Claim::Unreadable),
        ("Authentication-Results", " \"mx.example.org; dkim=pass", Claim::Unreadable),
        ("Authentication-Results", " mx.example.net 2; dkim=pass", Claim::Unreadable),
        ("Authentication-Results", " mx.example.net mx.example.org; dkim=pass", Claim::Unreadable),
        ("Authentication-Results", " =?us-ascii?q?mx.example.org?=; dkim=pass", Claim::Unreadable),
        ("Authentication-Results", "", Claim::Unreadable),
        ("ARC-Authentication-Results", " i=1; mx.example.org; dkim=pass", Claim::NotResults),
        ("X-Authentication-Results", " mx.example.org; dkim=pass", Claim::NotResults),
    ];
    for (field_name, value, expected) in table {
        assert_eq!(claims(field_name.as_bytes(), value.as_bytes(), &ours), expected, "{field_name}:{value}");
    }
    assert_eq!(claims(b"Authentication-Results", b" mx\xff.example.org; none", &ours), Claim::Unreadable);
}

fn header(text: &str) -> Header {
    Header::scan(text.as_bytes().to_vec(), HeaderLimits::default())
}

// proves: RFC 8601 §4.1, RFC 8601 §5
#[test]
fn authres_pitfall_3_results_are_read_only_above_the_first_received_field() {
    let fields = "Authentication-Results: gate.example; dkim=pass header.d=a.example
AUTHENTICATION-RESULTS : (x) \"gate.example\"; spf=fail
Authentication-Results: gate.example; broken
Authentication-Results: other.example; dkim=pass
X-Google-DKIM-Results: gate.example; dkim=pass
Received: from a by gate.example
Authentication-Results: gate.example; dkim=pass header.d=bank.example
";
    let told = |ids: &[&str]| -> Vec<String> {
        let read = reported(&header(&fields.replace('\n', "\r\n")), ids);
        read.iter().flat_map(|field| &field.results).map(|line| format!("{}={}", line.method, line.result)).collect()
    };
    assert_eq!(told(&["gate.example"]), ["dkim=pass", "spf=fail"]);
    assert_eq!(told(&["GATE.example", "other.example"]), ["dkim=pass", "spf=fail", "dkim=pass"]);
    assert!(told(&[]).is_empty());
}

#[test]
fn reported_fields_beyond_the_limit_are_not_read() {
    let field = "Authentication-Results: gate.example; dkim=pass\r\n";
    let read = |count: usize| reported(&header(&field.repeat(count)), &["gate.example"]).len();
    assert_eq!((read(MAX_REPORTED_FIELDS), read(MAX_REPORTED_FIELDS + 1)), (MAX_REPORTED_FIELDS, MAX_REPORTED_FIELDS));
}

// proves: RFC 8601 §5
#[test]
fn field_note_16_results_of_other_kinds_and_hosts_are_nobodys_forgery() {
    for name in ["X-Google-DKIM-Signature", "X-Authentication-Results", "ARC-Authentication-Results", "Received-SPF"] {
        assert_eq!(
            claims(name.as_bytes(), b" mx.example.org; dkim=pass", &["mx.example.org"]),
            Claim::NotResults,
            "{name}"
        );
    }
    assert_eq!(claims(b"Authentication-Results", b" google.example; dkim=pass", &["mx.example.org"]), Claim::Foreign);
}

// proves: RFC 8601 §2.7, RFC 8601 §2.7.6, RFC 8601 §6.2, RFC 6212 §4, RFC 7293 §11, RFC 8904 §2
#[test]
fn registered_methods_are_known_with_their_properties() {
    for (method, property) in [
        ("vbr", "header.md"),
        ("vbr", "header.mv"),
        ("rrvs", "smtp.rcptto"),
        ("dnswl", "policy.ip"),
        ("iprev", "policy.iprev"),
        ("sender-id", "header.resent-from"),
        ("spf", "smtp.helo"),
        ("dkim-atps", "header.from"),
        ("arc", "smtp.remote-ip"),
    ] {
        assert!(
            METHODS.iter().any(|(known, names)| *known == method && names.contains(&property)),
            "{method} {property}"
        );
    }
    for (method, expected) in [("dkim", true), ("csa", false), ("helo", false), ("batv", false), ("x-spam", false)] {
        assert_eq!(is_registered(method), expected, "{method}");
    }
}

// proves: RFC 8617 §4.1.1
#[test]
fn a_field_of_arc_is_the_same_behind_its_instance() {
    let results = [line("dkim", "pass", None, &[("header", "d", "example.com")]), line("arc", "none", None, &[])];
    let field = String::from_utf8(write_instance(3, "mx.example.org", &results)).expect("a field of text");
    let value = field.strip_prefix("ARC-Authentication-Results:").expect("a field of ARC");
    let expected =
        AuthenticationResults { authserv_id: "mx.example.org".to_owned(), version: VERSION, results: results.to_vec() };
    assert_eq!(parse_instance(value.trim_end().as_bytes()), Ok((3, expected)));
    for (value, what, at) in [
        (" mx.example.org; none", "an instance", 1),
        (" i; mx.example.org; none", "an equals sign", 2),
        (" i=; mx.example.org; none", "an instance", 3),
        (" i=1 mx.example.org; none", "a semicolon", 5),
        (" i=1; ; none", "an identifier", 6),
    ] {
        assert_eq!(parse_instance(value.as_bytes()), Err(Malformed { what, at }), "{value}");
    }
    assert!(parse_instance(b"(a) i (b) = (c) 01 ; mx ; none").is_ok_and(|(instance, _)| instance == 1));
}

#[test]
fn deep_comments_and_long_runs_cost_one_pass() {
    let deep = "(".repeat(300_000) + &")".repeat(300_000) + "mx.example.org; none";
    assert_eq!(claims(b"Authentication-Results", deep.as_bytes(), &["mx.example.org"]), Claim::Ours);
    let many = format!("mx.example.org{}", "; dkim=pass".repeat(50_000));
    assert_eq!(parse(many.as_bytes()).map(|read| read.results.len()), Ok(50_000));
}

fn keyword() -> impl Strategy<Value = String> {
    "[a-z][a-z0-9-]{0,8}"
}

/// Text that is written whole: short, and without controls and line ends.
fn text() -> impl Strategy<Value = String> {
    "[^\\pC\u{2028}\u{2029}]{0,90}"
}

fn result_line() -> impl Strategy<Value = ResultLine> {
    let address = "[^\\pC\u{2028}\u{2029}]{0,20}@[a-z]{1,9}(\\.[a-z]{1,9}){0,3}";
    let property = (keyword(), keyword(), prop_oneof![text(), address])
        .prop_map(|(ptype, name, value)| ReportedProperty { ptype, name, value });
    let properties = proptest::collection::vec(property, 0..4);
    (keyword(), 1..9_u32, keyword(), proptest::option::of(text()), properties).prop_map(
        |(method, method_version, result, reason, properties)| ResultLine {
            method,
            method_version,
            result,
            reason,
            properties,
        },
    )
}

proptest! {
    #[test]
    fn what_is_written_is_read_back(authserv_id in text(), results in proptest::collection::vec(result_line(), 0..4)) {
        let field = written(&authserv_id, &results);
        prop_assert!(field.lines().all(|line| line.len() <= 998));
        let expected = AuthenticationResults { authserv_id, version: VERSION, results };
        prop_assert_eq!(parse(value_of(&field)), Ok(expected), "{}", field);
    }

    // proves: RFC 5322 §3.2.4
    #[test]
    fn whatever_is_written_is_one_field_of_ours(authserv_id in any::<String>(), value in any::<String>()) {
        let field = written(&authserv_id, &[line("spf", "fail", Some(&value), &[("smtp", "mailfrom", &value)])]);
        let read = parse(value_of(&field)).expect("we read what we write");
        prop_assert_eq!(read.results.len(), 1);
        prop_assert_eq!(read.results[0].properties.len(), 1);
        prop_assert!(!field[..field.len() - 2].replace("\r\n\t", "").replace("\r\n ", "").contains(['\r', '\n']));
        prop_assert_eq!(claims(b"Authentication-Results", value_of(&field), &[&read.authserv_id]), Claim::Ours);
    }

    #[test]
    fn any_octets_are_read_or_refused(value in proptest::collection::vec(any::<u8>(), 0..200)) {
        let _ = parse(&value);
        let _ = claims(b"Authentication-Results", &value, &["example.org"]);
    }

    #[test]
    fn any_mix_of_pieces_is_read_or_refused(value in "(a|example.org|[;=.@/\"()\\\\ 1]|none|dkim=pass|reason=|\r\n ){0,40}") {
        let _ = parse(value.as_bytes());
    }
}
