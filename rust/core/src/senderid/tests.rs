//! What the suite in tests/conformance does not say: what is asked when, limits, and what we write.

use crate::dns::Answers;
use crate::dns::Lookups;
use crate::finding::Finding;
use crate::message::{Header, HeaderLimits};
use crate::senderid::{
    Options, PurportedAddress, Request, Rules, Scope, Spf1Records, ask_ahead, evaluate_mail_from, evaluate_pra,
    is_record, purported_address, submitter_value, version_section,
};
use crate::spf::{Selection, WithoutName};
use crate::zone::{Replay, Zone, name};

fn request(spf1: Spf1Records) -> Request<'static> {
    Request {
        client_ip: Some("192.0.2.1".parse().expect("an address")),
        helo: "mail.example.net",
        submitter: None,
        receiver: "here.example",
        now_seconds: 1_800_000_000,
        options: Options { spf1 },
    }
}

fn header(text: &str) -> Header {
    Header::scan(text.as_bytes().to_vec(), HeaderLimits::default())
}

fn check(request: &Request<'_>, fields: &str, zone: &str) -> Replay<Finding> {
    let header = header(fields);
    Zone::read(zone).resolve(|lookups| evaluate_pra(request, &header, lookups))
}

fn told(finding: &Finding) -> String {
    format!("{} {}: {}", finding.result.word(), finding.reason.code(), finding.reason)
}

/// `field address`, or why there is none.
fn chosen(fields: &str) -> String {
    match purported_address(&header(fields)) {
        Ok(pra) => format!("{} {}", pra.field, pra.address()),
        Err(why) => why.to_string(),
    }
}

// proves: RFC 4407 §2
#[test]
fn pra_pitfall_1_a_trace_field_between_them_leaves_the_resent_sender_to_an_older_block() {
    for (fields, expected) in [
        ("Resent-From: a@a.example\r\nReceived: x\r\nResent-Sender: b@b.example\r\n", "resent-from a@a.example"),
        ("Resent-From: a@a.example\r\nReturn-Path: x\r\nResent-Sender: b@b.example\r\n", "resent-from a@a.example"),
        ("Resent-From: a@a.example\r\nX: x\r\nResent-Sender: b@b.example\r\n", "resent-sender b@b.example"),
        ("Received: x\r\nResent-From: a@a.example\r\nResent-Sender: b@b.example\r\n", "resent-sender b@b.example"),
        (
            "Resent-From: a@a.example\r\nReceived: x\r\nResent-From: c@c.example\r\nResent-Sender: b@b.example\r\n",
            "resent-from a@a.example",
        ),
        ("Resent-From: \r\nReceived: x\r\nResent-Sender: b@b.example\r\n", "resent-sender b@b.example"),
        ("Resent-Sender: b@b.example\r\nReceived: x\r\nResent-From: a@a.example\r\n", "resent-sender b@b.example"),
        ("Resent-From: a@a.example\r\nReceived: x\r\n", "resent-from a@a.example"),
    ] {
        assert_eq!(chosen(fields), expected, "{fields}");
    }
}

// proves: RFC 4407 §2
#[test]
fn pra_pitfall_2_a_field_of_blanks_is_none_and_two_senders_leave_nobody() {
    let table = [
        ("Sender: a@a.example\r\nSender: b@b.example\r\nFrom: c@c.example\r\n", "there is more than one sender field"),
        ("Sender: a@a.example\r\nSender: \t\r\nFrom: c@c.example\r\n", "sender a@a.example"),
        ("Sender: \t\r\n \r\nFrom: c@c.example\r\n", "from c@c.example"),
        ("From: c@c.example\r\nFrom: c@c.example\r\n", "there is more than one from field"),
        ("Subject: x\r\n", "no field could hold it"),
        ("", "no field could hold it"),
    ];
    for (fields, expected) in table {
        assert_eq!(chosen(fields), expected, "{fields}");
    }
}

// proves: RFC 4407 §2
#[test]
fn pra_pitfall_3_a_chosen_field_that_is_not_one_mailbox_ends_the_search() {
    let table = [
        ("Sender: a\r\nFrom: c@c.example\r\n", "the sender field has an address without its at sign at 1"),
        ("Sender: a@a.example, b@b.example\r\nFrom: c@c.example\r\n", "the sender field has 2 mailboxes, not one"),
        ("Sender: a@[192.0.2.1]\r\nFrom: c@c.example\r\n", "the address in the sender field has no domain name"),
        ("Resent-From: nobody:;\r\nFrom: c@c.example\r\n", "the resent-from field has 0 mailboxes, not one"),
    ];
    for (fields, expected) in table {
        assert_eq!(chosen(fields), expected, "{fields}");
    }
}

// proves: RFC 4406 §3.4
#[test]
fn pra_pitfall_4_spf_records_speak_for_the_header_only_where_the_site_asks_for_it() {
    let zone = "example.com TXT v=spf1 ip4:192.0.2.1 -all";
    let fields = "From: ann@example.com\r\n";
    let told_by = |spf1| told(&check(&request(spf1), fields, zone).outcome);
    assert_eq!(Spf1Records::default(), Spf1Records::ForMailFromOnly);
    assert_eq!(told_by(Spf1Records::default()), "none senderid.no-record: example.com publishes no record for pra");
    assert_eq!(told_by(Spf1Records::ForPraToo), "pass spf.matched: ip4:192.0.2.1 matches the client");
}

// proves: RFC 4406 §4.3
#[test]
fn a_domain_that_does_not_exist_fails_for_the_header_alone() {
    let rules = |scope| Rules { scope, spf1: Spf1Records::default() }.without_name();
    assert_eq!((rules(Scope::Pra), rules(Scope::MailFrom)), (WithoutName::Fail, WithoutName::Nothing));
    let found = check(&request(Spf1Records::default()), "From: ann@example.com\r\n", "").outcome;
    assert_eq!(
        told(&found),
        "fail spf.no-such-domain: example.com does not exist, and Sender ID takes that for a fail"
    );
}

// proves: RFC 4405 §4.2
#[test]
fn an_announced_address_is_looked_up_before_the_header_came() {
    let answers = Answers::default();
    let mut lookups = Lookups::new(&answers);
    ask_ahead(&Request { submitter: Some("bob@example.com"), ..request(Spf1Records::default()) }, &mut lookups);
    let asked: Vec<String> = lookups.into_missing().iter().map(|question| question.name.to_string()).collect();
    assert_eq!(asked, ["example.com"]);
    let mut lookups = Lookups::new(&answers);
    ask_ahead(&request(Spf1Records::default()), &mut lookups);
    assert!(lookups.into_missing().is_empty());
}

#[test]
fn what_is_not_known_is_said() {
    let unknown = Request { client_ip: None, ..request(Spf1Records::default()) };
    assert_eq!(
        told(&check(&unknown, "From: ann@example.com\r\n", "").outcome),
        "none senderid.not-evaluated: the client's address is not known, so Sender ID is not evaluated"
    );
    let found = Zone::read("").resolve(|lookups| evaluate_mail_from(&request(Spf1Records::default()), None, lookups));
    assert_eq!(
        told(&found.outcome),
        "none senderid.not-evaluated: the reverse-path is not known, so Sender ID is not evaluated"
    );
}

#[test]
fn a_header_over_a_limit_has_no_address_that_could_be_trusted() {
    let cut =
        Header::scan(b"From: a@b.example\r\nSender: c@d.example\r\n".to_vec(), HeaderLimits { octets: 999, fields: 1 });
    let found = Zone::read("").resolve(|lookups| evaluate_pra(&request(Spf1Records::default()), &cut, lookups)).outcome;
    assert!(told(&found).starts_with("policy senderid.header-cut: "), "{}", told(&found));
}

// proves: RFC 4406 §3.1, RFC 4406 §3.1.1
#[test]
fn a_version_section_that_we_write_is_a_record_for_its_scopes() {
    assert_eq!(version_section(&[Scope::MailFrom, Scope::Pra]), "spf2.0/mfrom,pra");
    for scopes in [&[Scope::Pra][..], &[Scope::MailFrom], &[Scope::Pra, Scope::MailFrom]] {
        let text = version_section(scopes) + " -all";
        for scope in [Scope::Pra, Scope::MailFrom] {
            assert_eq!(is_record(text.as_bytes(), scope), scopes.contains(&scope), "{text}");
        }
    }
}

// proves: RFC 4405 §4
#[test]
fn the_value_of_submitter_is_a_mailbox_in_xtext() {
    for (local_part, expected) in [
        ("bob", "bob@example.com"),
        ("b+b=b", "b+2Bb+3Db@example.com"),
        ("a b", "\"a+20b\"@example.com"),
        ("a\"\\b", "\"a\\\"\\\\b\"@example.com"),
        ("j\u{f6}rg", "j+C3+B6rg@example.com"),
    ] {
        let pra = PurportedAddress { field: "from", local_part: local_part.to_owned(), domain: name("example.com") };
        assert_eq!(submitter_value(&pra), expected);
    }
}
