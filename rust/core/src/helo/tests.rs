//! Names that clients give themselves: input, result and reason on one row.

use crate::finding::Finding;
use crate::helo::{Request, evaluate, literal};
use crate::zone::{Replay, Zone};

const ZONE: &str = "mail.example.com A 192.0.2.3
    mail.example.com AAAA 2001:db8::3
    other.example.com A 192.0.2.4
    empty.example.com TXT nothing
    slow.example.com A timeout
    slow.example.com AAAA servfail
    xn--bcher-kva.example A 192.0.2.3
    my_host.example.com A 192.0.2.3";

fn check(client: &str, helo: &str) -> Replay<Finding> {
    let request = Request { client_ip: Some(client.parse().expect("an address")), helo: Some(helo) };
    Zone::read(ZONE).resolve(|lookups| evaluate(&request, lookups))
}

/// `result code: sentence`.
fn told(finding: &Finding) -> String {
    format!("{} {}: {}", finding.result.word(), finding.reason.code(), finding.reason)
}

// proves: RFC 5321 §4.1.4
#[test]
fn a_name_is_the_clients_own_where_it_leads_to_it() {
    let table = [
        ("192.0.2.3", "mail.example.com", "pass helo.leads-to-client: mail.example.com leads to the client's address"),
        (
            "::ffff:192.0.2.3",
            "MAIL.Example.com",
            "pass helo.leads-to-client: mail.example.com leads to the client's address",
        ),
        (
            "2001:db8::3",
            "mail.example.com",
            "pass helo.leads-to-client: mail.example.com leads to the client's address",
        ),
        (
            "192.0.2.3",
            "b\u{fc}cher.example",
            "pass helo.leads-to-client: xn--bcher-kva.example leads to the client's address",
        ),
        (
            "192.0.2.3",
            "my_host.example.com",
            "pass helo.leads-to-client: my_host.example.com leads to the client's address",
        ),
        (
            "192.0.2.3",
            "other.example.com",
            "fail helo.leads-elsewhere: other.example.com has addresses, but not the client's",
        ),
        ("192.0.2.3", "empty.example.com", "fail helo.no-address: empty.example.com has no address in DNS"),
        ("192.0.2.3", "nobody.example.com", "fail helo.no-address: nobody.example.com has no address in DNS"),
        (
            "192.0.2.3",
            "slow.example.com",
            "temperror helo.dns-unavailable: DNS gave no answer to slow.example.com A: timeout",
        ),
        (
            "2001:db8::3",
            "slow.example.com",
            "temperror helo.dns-unavailable: DNS gave no answer to slow.example.com AAAA: servfail",
        ),
    ];
    for (client, helo, expected) in table {
        let found = check(client, helo);
        assert_eq!(told(&found.outcome), expected);
        assert_eq!(found.outcome.properties[0].value, helo);
        assert_eq!(found.asked().len(), 1, "{helo}");
    }
}

// proves: RFC 5321 §4.1.1.1, RFC 5321 §4.1.3
#[test]
fn what_is_no_name_and_no_literal_is_told_without_a_question() {
    let table = [
        ("", "permerror helo.malformed: the client's name for itself is empty"),
        ("192.0.2.3", "permerror helo.malformed: the client's name for itself is an address without its brackets"),
        ("2001:db8::3", "permerror helo.malformed: the client's name for itself is an address without its brackets"),
        (
            "[192.0.2]",
            "permerror helo.malformed: the client's name for itself has brackets with no IPv4 or IPv6 address between them",
        ),
        (
            "[2001:db8::3]",
            "permerror helo.malformed: the client's name for itself has brackets with no IPv4 or IPv6 address between them",
        ),
        (
            "[192.0.2.3",
            "permerror helo.malformed: the client's name for itself has brackets with no IPv4 or IPv6 address between them",
        ),
        (
            "[X400:192.0.2.3]",
            "permerror helo.malformed: the client's name for itself has brackets with no IPv4 or IPv6 address between them",
        ),
        ("mail!.example.com", "permerror helo.malformed: the client's name for itself is no domain name"),
        ("-mail.example.com", "permerror helo.malformed: the client's name for itself is no domain name"),
        ("a..example.com", "permerror helo.malformed: the client's name for itself is no domain name"),
        ("localhost", "permerror helo.not-qualified: localhost is no fully qualified name"),
        ("[192.0.2.3]", "pass helo.literal-matches: [192.0.2.3] is the client's address"),
        (
            "[::ffff:192.0.2.3]",
            "permerror helo.malformed: the client's name for itself has brackets with no IPv4 or IPv6 address between them",
        ),
        ("[IPv6:::ffff:192.0.2.3]", "pass helo.literal-matches: [IPv6:::ffff:192.0.2.3] is the client's address"),
        ("[192.0.2.4]", "fail helo.literal-differs: the client calls itself [192.0.2.4], but it is [192.0.2.3]"),
        (
            "[ipv6:2001:db8::3]",
            "fail helo.literal-differs: the client calls itself [ipv6:2001:db8::3], but it is [192.0.2.3]",
        ),
    ];
    for (helo, expected) in table {
        let found = check("192.0.2.3", helo);
        assert_eq!(told(&found.outcome), expected, "{helo}");
        assert!(found.rounds.is_empty(), "{helo}");
    }
}

// proves: RFC 5321 §4.1.3
#[test]
fn an_address_literal_is_written_as_it_is_read() {
    for (client, written) in [("192.0.2.3", "[192.0.2.3]"), ("2001:db8::3", "[IPv6:2001:db8::3]")] {
        assert_eq!(literal(client.parse().expect("an address")), written);
        assert!(told(&check(client, written).outcome).starts_with("pass helo.literal-matches"));
    }
}

#[test]
fn what_is_not_known_is_said() {
    let request = Request { client_ip: None, helo: Some("mail.example.com") };
    let found = Zone::read("").resolve(|lookups| evaluate(&request, lookups)).outcome;
    assert_eq!(
        told(&found),
        "none helo.not-evaluated: the client's address is not known, so the HELO name is not checked"
    );
}
