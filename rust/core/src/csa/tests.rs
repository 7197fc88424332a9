//! Sessions and zones: input, result and reason on one row.

use crate::csa::{Assertion, Authorization, MAX_PARENT_LABELS, MAX_RECORDS, Request, evaluate, parse, write};
use crate::dns::Service;
use crate::finding::Finding;
use crate::zone::{Replay, Zone, name};

const CLIENT: &str = "192.0.2.3";

fn check(helo: &str, zone: &str) -> Replay<Finding> {
    check_from(CLIENT, helo, zone)
}

fn check_from(client: &str, helo: &str, zone: &str) -> Replay<Finding> {
    let request = Request { client_ip: Some(client.parse().expect("an address")), helo: Some(helo) };
    Zone::read(zone).resolve(|lookups| evaluate(&request, lookups))
}

/// `result code: sentence`.
fn told(finding: &Finding) -> String {
    format!("{} {}: {}", finding.result.word(), finding.reason.code(), finding.reason)
}

// proves: draft-ietf-marid-csv-csa §4, draft-ietf-marid-csv-csa §5
#[test]
fn csv_pitfall_2_each_weight_has_its_meaning_and_only_the_target_proves_the_client() {
    let table = [
        ("1 0 0 mail.example.com", "fail csa.not-authorized: no client called mail.example.com may send mail"),
        ("1 1 0 mail.example.com", "fail csa.not-authorized: no client called mail.example.com may send mail"),
        (
            "1 2 0 mail.example.com",
            "pass csa.authorized: mail.example.com may send mail, and the client's address is one of its own",
        ),
        (
            "1 2 1 mail.example.com",
            "pass csa.authorized: mail.example.com may send mail, and the client's address is one of its own",
        ),
        (
            "1 2 0 other.example.com",
            "fail csa.other-address: mail.example.com may send mail, but other.example.com does not lead to the client",
        ),
        (
            "1 2 0 .",
            "fail csa.other-address: mail.example.com may send mail, but its target does not lead to the client",
        ),
        (
            "1 3 0 mail.example.com",
            "neutral csa.unproved: mail.example.com may send mail, but its record leads to no address that could prove the client",
        ),
        (
            "1 4 0 mail.example.com",
            "permerror csa.malformed-record: the assertion about mail.example.com has a weight of 4, in which bits are set that mean nothing yet",
        ),
        (
            "1 6 0 mail.example.com",
            "permerror csa.malformed-record: the assertion about mail.example.com has a weight of 6, in which bits are set that mean nothing yet",
        ),
        ("2 2 0 mail.example.com", "none csa.no-record: nothing is asserted about mail.example.com"),
        ("0 2 0 mail.example.com", "none csa.no-record: nothing is asserted about mail.example.com"),
        ("1 2 0 slow.example.com", "temperror csa.dns-unavailable: DNS gave no answer to slow.example.com A: timeout"),
        (
            "servfail",
            "temperror csa.dns-unavailable: DNS gave no answer to _client._smtp.mail.example.com SRV: servfail",
        ),
    ];
    for (record, expected) in table {
        let zone = format!(
            "_client._smtp.mail.example.com SRV {record}
            mail.example.com A 192.0.2.3
            other.example.com A 192.0.2.4
            slow.example.com A timeout"
        );
        assert_eq!(told(&check("mail.example.com", &zone).outcome), expected, "{record}");
    }
}

// proves: draft-ietf-marid-csv-csa §5
#[test]
fn csv_pitfall_1_priority_and_weight_never_choose_among_records() {
    let denied = "_client._smtp.mail.example.com SRV 1 2 0 mail.example.com
        _client._smtp.mail.example.com SRV 1 1 0 mail.example.com
        mail.example.com A 192.0.2.3";
    assert!(told(&check("mail.example.com", denied).outcome).starts_with("fail csa.not-authorized"));
    let two_targets = "_client._smtp.mail.example.com SRV 1 2 0 a.example.com
        _client._smtp.mail.example.com SRV 1 2 0 b.example.com
        a.example.com A 192.0.2.9
        b.example.com A 192.0.2.3";
    let found = check("mail.example.com", two_targets);
    assert!(told(&found.outcome).starts_with("pass csa.authorized"));
    assert_eq!(found.rounds[1], ["a.example.com A", "b.example.com A"]);
    let another_revision = "_client._smtp.mail.example.com SRV 7 1 0 mail.example.com
        _client._smtp.mail.example.com SRV 1 2 0 mail.example.com
        mail.example.com A 192.0.2.3";
    assert!(told(&check("mail.example.com", another_revision).outcome).starts_with("pass csa.authorized"));
}

#[test]
fn a_client_is_looked_for_among_addresses_of_its_own_family() {
    let zone = "_client._smtp.mail.example.com SRV 1 2 0 mail.example.com
        mail.example.com A 192.0.2.3
        mail.example.com AAAA 2001:db8::3";
    for (client, asked) in [
        ("192.0.2.3", "mail.example.com A"),
        ("::ffff:192.0.2.3", "mail.example.com A"),
        ("2001:db8::3", "mail.example.com AAAA"),
    ] {
        let found = check_from(client, "mail.example.com", zone);
        assert!(told(&found.outcome).starts_with("pass csa.authorized"), "{client}");
        assert_eq!(found.rounds[1], [asked]);
    }
}

// proves: draft-ietf-marid-csv-csa §6, draft-ietf-marid-csv-csa §7
#[test]
fn csv_pitfall_3_without_a_record_the_names_above_are_asked_but_no_top_level_domain() {
    let unknown = check("a.b.c.d.e.f.g.example.com", "");
    assert_eq!(told(&unknown.outcome), "none csa.no-record: nothing is asserted about a.b.c.d.e.f.g.example.com");
    let above = ["d.e.f.g.example.com", "e.f.g.example.com", "f.g.example.com", "g.example.com", "example.com"];
    let parents: Vec<String> = above.iter().map(|name| format!("_client._smtp.{name} SRV")).collect();
    assert_eq!(unknown.rounds, [vec!["_client._smtp.a.b.c.d.e.f.g.example.com SRV".to_owned()], parents]);
    assert_eq!(name(above[0]).label_count(), MAX_PARENT_LABELS);

    let explicit = "_client._smtp.example.com SRV 1 2 1 example.com\nexample.com A 192.0.2.3";
    assert_eq!(
        told(&check("dsl-7.example.com", explicit).outcome),
        "fail csa.not-listed: nothing is asserted about dsl-7.example.com, though example.com asserts something about every name below it that may send"
    );
    for (zone, expected) in [
        ("_client._smtp.example.com SRV 1 2 0 example.com", "none csa.no-record"),
        ("_client._smtp.example.com SRV 1 2 2 example.com", "none csa.no-record"),
        ("_client._smtp.com SRV 1 2 1 com", "none csa.no-record"),
        ("_client._smtp.example.com SRV timeout", "temperror csa.dns-unavailable"),
        (
            "_client._smtp.sub.example.com SRV timeout\n_client._smtp.example.com SRV 1 1 1 example.com",
            "fail csa.not-listed",
        ),
    ] {
        assert!(told(&check("x.sub.example.com", zone).outcome).starts_with(expected), "{zone}");
    }
}

#[test]
fn what_is_no_name_is_not_asked_for() {
    for helo in ["[192.0.2.3]", "192.0.2.3", "localhost", "", "a..example.com", "a b.example.com"] {
        let found = check(helo, "");
        assert!(told(&found.outcome).starts_with("none csa.not-a-domain"), "{helo}");
        assert!(found.rounds.is_empty(), "{helo}");
    }
}

#[test]
fn what_is_not_known_is_said() {
    for (client_ip, helo, missing) in [
        (None, Some("mail.example.com"), "the client's address"),
        (Some("192.0.2.3".parse().expect("an address")), None, "the HELO name"),
    ] {
        let found = Zone::read("").resolve(|lookups| evaluate(&Request { client_ip, helo }, lookups)).outcome;
        assert_eq!(told(&found), format!("none csa.not-evaluated: {missing} is not known, so CSA is not evaluated"));
    }
}

#[test]
fn records_beyond_the_limit_are_not_looked_at() {
    let zone = |before: usize| {
        let others =
            (0..before).map(|other| format!("_client._smtp.mail.example.com SRV 1 2 0 other{other}.example.com\n"));
        others.collect::<String>() + "_client._smtp.mail.example.com SRV 1 1 0 mail.example.com"
    };
    assert!(told(&check("mail.example.com", &zone(MAX_RECORDS - 1)).outcome).starts_with("fail csa.not-authorized"));
    assert!(told(&check("mail.example.com", &zone(MAX_RECORDS)).outcome).starts_with("fail csa.other-address"));
}

// proves: draft-ietf-marid-csv-csa §5, draft-ietf-marid-csv-csa §6
#[test]
fn what_is_written_is_read_back_and_never_points_to_the_root() {
    let own = name("mail.example.com");
    let target = name("pool.example.com");
    for (authorization, is_explicit, target, expected) in [
        (Authorization::No, false, None, "1 1 0 mail.example.com."),
        (Authorization::AtTarget, true, Some(&target), "1 2 1 pool.example.com."),
        (Authorization::Elsewhere, false, None, "1 3 0 mail.example.com."),
    ] {
        let written = write(&own, &Assertion { authorization, is_explicit, target });
        assert_eq!(written, expected);
        let words: Vec<&str> = written.split(' ').collect();
        let number = |at: usize| words[at].parse().expect("a number");
        let (priority, weight, port) = (number(0), number(1), number(2));
        let target = Some(target.unwrap_or(&own));
        let read = parse(Service { priority, weight, port, target });
        assert_eq!(read, Some(Ok(Assertion { authorization, is_explicit, target })));
    }
}
