//! Received-SPF, written and read.

use proptest::prelude::*;

use super::{check, request};
use crate::finding::ResultWord;
use crate::spf::received::{Circumstances, MAX_PAIRS, ReceivedSpf, is_forged, parse_received, write, write_received};
use crate::spf::{Identity, not_evaluated};

const TOLD: Circumstances<'static> = Circumstances {
    client_ip: std::net::IpAddr::V4(std::net::Ipv4Addr::new(192, 0, 2, 3)),
    helo: Some("mail.example.net"),
    mail_from: Some("joe@example.com"),
    receiver: "mx.example.org",
};

// proves: RFC 7208 §9.1
#[test]
fn a_check_is_written_down_with_all_that_it_takes_to_do_it_again() {
    let table = [
        (
            "v=spf1 ip4:192.0.2.0/24 -all",
            "pass (mx.example.org: ip4:192.0.2.0/24 matches the client)\r\n\t\
             receiver=mx.example.org; client-ip=192.0.2.3;\r\n\t\
             envelope-from=\"joe@example.com\"; helo=mail.example.net;\r\n\t\
             identity=mailfrom; mechanism=\"ip4:192.0.2.0/24\";",
        ),
        (
            "v=spf1 ip4:198.51.100.1",
            "neutral (mx.example.org: no term of example.com matches the client)\r\n\t\
             receiver=mx.example.org; client-ip=192.0.2.3;\r\n\t\
             envelope-from=\"joe@example.com\"; helo=mail.example.net;\r\n\t\
             identity=mailfrom; mechanism=default;",
        ),
        (
            "v=spf1 (x)",
            "permerror (mx.example.org: the record of example.com has a term that cannot be read: \\(x\\))\r\n\t\
             receiver=mx.example.org; client-ip=192.0.2.3;\r\n\t\
             envelope-from=\"joe@example.com\"; helo=mail.example.net;\r\n\t\
             identity=mailfrom; mechanism=default;\r\n\t\
             problem=\"the record of example.com has a term that cannot be read: (x)\";",
        ),
    ];
    for (record, expected) in table {
        let finding = check(&format!("example.com TXT {record}"), &request("192.0.2.3", "joe@example.com")).outcome;
        let value = write_received(&finding, &TOLD).expect("it was evaluated");
        assert_eq!(value, expected);
        let read = parse_received(value.as_bytes()).expect("it can be read");
        assert_eq!(read.result, finding.result);
        assert_eq!(read.pairs[2], ("envelope-from".to_owned(), "joe@example.com".to_owned()));
    }
    assert_eq!(write_received(&not_evaluated(Identity::Helo, "the HELO name"), &TOLD), None);
}

// proves: RFC 7208 §9.1
#[test]
fn what_a_sender_said_cannot_leave_its_place() {
    let finding = check("example.com TXT v=spf1 -all", &request("192.0.2.3", "joe@example.com")).outcome;
    let told = Circumstances {
        helo: Some("x\r\nEvil: yes; receiver=us"),
        mail_from: Some("\"a\\\"; identity=x\"@example.com"),
        ..TOLD
    };
    let value = write_received(&finding, &told).expect("it was evaluated");
    assert!(!value.contains("\r\nEvil"));
    let read = parse_received(value.as_bytes()).expect("it can be read");
    assert_eq!(read.pairs[3], ("helo".to_owned(), "x??Evil: yes; receiver=us".to_owned()));
    assert_eq!(read.pairs.iter().filter(|(key, _)| key == "receiver" || key == "identity").count(), 2);
    let long = Circumstances { helo: Some(&"\"".repeat(5000)), ..TOLD };
    let value = write_received(&finding, &long).expect("it was evaluated");
    assert!(value.lines().all(|line| line.len() < 998));
}

#[test]
fn a_field_in_our_name_or_in_nobodys_is_forged() {
    let table = [
        ("pass (x) receiver=mx.example.org; client-ip=192.0.2.3;", true),
        ("PASS receiver = \"MX.Example.ORG\" ; client-ip=192.0.2.3", true),
        ("fail receiver(c)=(c)mx.example.org", true),
        ("pass client-ip=192.0.2.3;", true),
        ("pass", true),
        ("maybe receiver=mx.example.com;", true),
        ("pass (open receiver=mx.example.com;", true),
        ("pass receiver=mx.example.com;", false),
        ("pass (mx.example.com: domain of x designates y) receiver=mx.example.com; mechanism=ip4:192.0.2.1;", false),
    ];
    for (value, expected) in table {
        assert_eq!(is_forged(b"received-spf", value.as_bytes(), &["mx.example.org"]), expected, "{value}");
    }
    assert!(!is_forged(b"Received", b"pass", &["mx.example.org"]));
    let pairs = |count: usize| format!("pass {}", "a=b; ".repeat(count));
    assert!(parse_received(pairs(MAX_PAIRS).as_bytes()).is_ok());
    assert!(parse_received(pairs(MAX_PAIRS + 1).as_bytes()).is_err());
}

proptest! {
    #[test]
    fn what_is_written_reads_as_it_was(pairs in proptest::collection::vec(("[a-z][a-z-]{0,9}", "\\PC{0,60}"), 0..9), comment in "\\PC{0,60}") {
        let pairs: Vec<(String, String)> = pairs.into_iter().filter(|(_, value)| !value.contains(['\u{2028}', '\u{2029}'])).collect();
        let field = ReceivedSpf { result: ResultWord::SoftFail, pairs };
        let value = write(&field, &comment);
        prop_assert_eq!(parse_received(value.as_bytes()), Ok(field), "{}", value);
    }

    #[test]
    fn any_octets_are_read_or_refused(value in proptest::collection::vec(any::<u8>(), 0..200)) {
        let _ = parse_received(&value);
        let _ = parse_received(&[b"pass ".as_slice(), &value].concat());
    }
}
