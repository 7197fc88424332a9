//! What From fields say: input and mailboxes, or the reason why not, on one row.

use proptest::prelude::*;

use crate::address::{Damage, Mailbox, author_domains, mailboxes, write};

/// `name <local|domain>` for each mailbox, or what is wrong and where.
fn told(value: &[u8]) -> String {
    match mailboxes(value) {
        Err(malformed) => format!("{} at {}", malformed.what, malformed.at),
        Ok(mailboxes) => {
            let shown = mailboxes.iter().map(|mailbox| {
                let name = mailbox.display_name.as_ref().map(|name| format!("{name} ")).unwrap_or_default();
                format!("{name}<{}|{}>", mailbox.local_part, mailbox.domain)
            });
            shown.collect::<Vec<_>>().join(", ")
        }
    }
}

// proves: RFC 5322 §3.2, RFC 5322 §3.2.2, RFC 5322 §3.2.4, RFC 5322 §3.4, RFC 5322 §4.4, RFC 6532 §3.2
#[test]
fn address_lists_are_read_by_their_grammar() {
    let table = [
        ("joe@example.com", "<joe|example.com>"),
        (" Joe Doe <joe@example.com>", "Joe Doe <joe|example.com>"),
        ("\"Doe, Joe\" <joe@example.com>", "Doe, Joe <joe|example.com>"),
        ("\"joe@bank.example\" <joe@example.com>", "joe@bank.example <joe|example.com>"),
        ("\"<joe@bank.example>\" <joe@example.com>", "<joe@bank.example> <joe|example.com>"),
        ("joe@Example.com <joe@example.com>", "joe@Example.com <joe|example.com>"),
        ("[JIRA] Joe D. <joe@example.com>", "[JIRA] Joe D. <joe|example.com>"),
        ("joe@example.com (a comment (nested \\) deep) here)", "<joe|example.com>"),
        ("(<x@bank.example>) joe (a) @ (b) example (c) . com", "<joe|example.com>"),
        ("a@example.com, B <b@example.net>", "<a|example.com>, B <b|example.net>"),
        (",, a@example.com, ,b@example.net,", "<a|example.com>, <b|example.net>"),
        ("Friends: a@example.com, B <b@example.net>;", "<a|example.com>, B <b|example.net>"),
        ("Friends: a@example.com;, c@example.org", "<a|example.com>, <c|example.org>"),
        ("Undisclosed:;", ""),
        ("<@relay.example,@b.example:joe@example.com>", "<joe|example.com>"),
        ("\"a b\"@example.com", "<a b|example.com>"),
        ("\"a\\\"b\".c@example.com", "<a\"b.c|example.com>"),
        ("j..d.@example.com", "<j..d.|example.com>"),
        ("joe@[192.0.2.1]", "<joe|[192.0.2.1]>"),
        ("=?utf-8?q?M=C3=BCller?= <m@example.com>", "=?utf-8?q?M=C3=BCller?= <m|example.com>"),
        ("M\u{fc}ller <m\u{fc}ller@b\u{fc}cher.example>", "M\u{fc}ller <m\u{fc}ller|b\u{fc}cher.example>"),
        ("Joe\r\n Doe\r\n <joe@example.com>", "Joe Doe <joe|example.com>"),
        ("", ""),
    ];
    for (value, expected) in table {
        assert_eq!(told(value.as_bytes()), expected, "{value}");
    }
}

// proves: RFC 5322 §3.2.3, RFC 5322 §3.4.1, RFC 2047 §5
#[test]
fn what_breaks_the_grammar_is_told_with_its_place() {
    let table = [
        ("Joe", "an address without its at sign at 0"),
        ("Doe, Joe <joe@example.com>", "an address without its at sign at 0"),
        ("<>", "an address without its at sign at 0"),
        ("<joe@example.com", "an opening bracket without its closing at 0"),
        ("joe@example.com>", "a closing bracket without its opening at 15"),
        ("<a@example.com> <b@example.net>", "text after an address at 16"),
        ("<a@example.com> b@example.net", "text after an address at 16"),
        ("a@example.com b@example.net", "a domain of several words at 14"),
        ("joe doe@example.com", "a local part of several words at 4"),
        ("a@b@example.com", "a domain with a stray character at 3"),
        ("@example.com", "an address without its local part at 0"),
        ("joe@", "an address without its domain at 0"),
        ("joe@.example.com", "a domain with a stray character at 4"),
        ("joe@example.com (open", "a comment without its end at 16"),
        ("joe@example.com )", "a character that must be quoted at 16"),
        ("\"joe@example.com", "a quoted string without its end at 0"),
        ("joe@[192.0.2.1", "a domain literal without its end at 4"),
        ("Friends: a@example.com", "a group without its end at 22"),
        ("a@example.com;", "a semicolon that ends no group at 13"),
        ("a@example.com: b@example.net;", "a colon that opens no group at 13"),
        ("A: B: b@example.net;", "a colon that opens no group at 4"),
        ("joe\\@example.com", "a character that must be quoted at 3"),
        ("joe@bank.example <joe@example.com>", "an address before another one in brackets at 3"),
        ("joe@ <joe@example.com>", "an address before another one in brackets at 3"),
        ("joe@example.com\0 <x@y.example>", "a control character at 15"),
        ("\"joe\r x\" <joe@example.com>", "a control character at 4"),
        ("joe@example.com (\x1b[2J)", "a control character at 17"),
        ("joe@example.com\nEvil: x", "a control character at 15"),
        ("=?utf-8?q?ann=40bank.example?=@example.com", "an encoded word in an address at 0"),
        ("joe@=?utf-8?q?bank.example?=", "an encoded word in an address at 4"),
        ("\"=?utf-8?q?ann=40bank.example=00?=\"@example.com", "an encoded word in an address at 0"),
    ];
    for (value, expected) in table {
        assert_eq!(told(value.as_bytes()), expected, "{value}");
    }
    assert_eq!(told(b"M\xfcller <m@example.com>"), "M\u{fffd}ller <m|example.com>");
    assert_eq!(told(b"m\xfcller@example.com"), "an address that is not UTF-8 at 0");
}

/// Found by a fuzzer: a line end behind a backslash came out as another name than went in.
#[test]
fn a_line_end_in_quotes_vanishes_also_behind_a_backslash() {
    for value in [&b"\"a\r\n b\" <c@d.example>"[..], b"\"a\\\r\n b\" <c@d.example>", b"\"a\\\n b\" <c@d.example>"] {
        let read = mailboxes(value).expect("a mailbox");
        assert_eq!(read[0].display_name.as_deref(), Some("a b"));
        assert_eq!(mailboxes(write(&read).as_bytes()), Ok(read));
    }
}

#[test]
fn author_domains_are_counted_once_each_and_damage_stays_visible() {
    let told = |values: &[&str]| {
        let values: Vec<&[u8]> = values.iter().map(|value| value.as_bytes()).collect();
        let authors = author_domains(&values);
        let domains = authors.domains.iter().map(ToString::to_string).collect::<Vec<_>>().join(" ");
        let damage = match &authors.damage {
            None => String::new(),
            Some(Damage::Unreadable(malformed)) => format!(" ({})", malformed.what),
            Some(Damage::NotADomain(text)) => format!(" ({text} is no domain)"),
        };
        format!("{}: {domains}{damage}", authors.field_count)
    };
    assert_eq!(told(&[]), "0: ");
    assert_eq!(told(&["a@Example.COM, b@example.com"]), "1: example.com");
    assert_eq!(told(&["a@b\u{fc}cher.example"]), "1: xn--bcher-kva.example");
    assert_eq!(told(&["a@example.com", "b@example.net"]), "2: example.com example.net");
    assert_eq!(told(&["Joe", "b@example.net"]), "2: example.net (an address without its at sign)");
    assert_eq!(told(&["a@b/c.example, b@example.net"]), "1: example.net (b/c.example is no domain)");
    assert_eq!(told(&["a@b_c.example"]), "1: b_c.example");
    assert_eq!(told(&["a@[192.0.2.1], b@example.net"]), "1: example.net ([192.0.2.1] is no domain)");
    assert_eq!(told(&["a@example.com-evil.net"]), "1: example.com-evil.net");
    assert_eq!(told(&["Undisclosed:;"]), "1: ");
}

#[test]
fn deep_nesting_and_long_runs_cost_one_pass() {
    let deep = "(".repeat(500_000) + &")".repeat(500_000) + "joe@example.com";
    assert_eq!(told(deep.as_bytes()), "<joe|example.com>");
    let blanks = format!("joe{}@{}example.com", " ".repeat(500_000), "\r\n ".repeat(200_000));
    assert_eq!(told(blanks.as_bytes()), "<joe|example.com>");
    let many = "a@example.com,".repeat(70_000);
    assert_eq!(author_domains(&[many.as_bytes()]).domains.len(), 1);
    assert_eq!(told("\"".repeat(500_001).as_bytes()), "a quoted string without its end at 500000");
}

proptest! {
    #[test]
    fn any_octets_are_read_or_refused(value in proptest::collection::vec(any::<u8>(), 0..200)) {
        let _ = mailboxes(&value);
    }

    #[test]
    fn any_mix_of_specials_is_read_or_refused(value in "[ab.@<>:;,()\"\\\\\\[\\] \t]{0,60}") {
        for mailbox in mailboxes(value.as_bytes()).unwrap_or_default() {
            prop_assert!(!mailbox.domain.is_empty());
        }
    }

    #[test]
    fn what_is_written_reads_as_it_was(
        mailboxes_in in proptest::collection::vec(
            (proptest::option::of("[ -~\u{e9}\u{4e2d}]{1,30}"), "[ -~\u{e9}]{1,20}", "[a-z0-9]{1,5}(\\.[a-z\u{fc}]{1,5}){1,3}"),
            0..6,
        )
    ) {
        let expected: Vec<Mailbox> = mailboxes_in
            .into_iter()
            .filter(|(_, local_part, _)| !local_part.contains("=?"))
            .map(|(display_name, local_part, domain)| Mailbox { display_name, local_part, domain })
            .collect();
        let text = write(&expected);
        prop_assert_eq!(mailboxes(text.as_bytes()), Ok(expected), "{}", text);
        prop_assert!(text.lines().all(|line| line.len() < 998));
    }

    // proves: RFC 5322 §3.2.4
    #[test]
    fn quoting_a_name_never_changes_the_address(name in "\\PC{0,40}") {
        let quoted: String = name.chars().flat_map(|letter| ['\\', letter]).collect();
        let value = format!("\"{quoted}\" <joe@example.com>");
        let found = mailboxes(value.as_bytes());
        prop_assert_eq!(found.map(|found| found.len()), Ok(1), "{}", value);
        prop_assert_eq!(author_domains(&[value.as_bytes()]).domains.len(), 1);
    }
}
