//! The legacy way to organizational domains.

use std::sync::Arc;

use super::{fact, identifiers, told};
use crate::address::author_domains;
use crate::dmarc::{Discovery, Input, PublicSuffixes, evaluate};
use crate::finding::Value;
use crate::zone::{Zone, name};

const LIST: &[u8] = "// ===BEGIN ICANN DOMAINS===
com
uk
co.uk
*.ck
!www.ck
個人.hk
// ===END ICANN DOMAINS===
// ===BEGIN PRIVATE DOMAINS===
host.example
// ===END PRIVATE DOMAINS===
"
.as_bytes();

fn list() -> PublicSuffixes {
    PublicSuffixes::parse(LIST).expect("a list")
}

// proves: RFC 7489 §3.2
#[test]
fn the_organizational_domain_is_one_label_below_the_longest_suffix() {
    for (domain, expected) in [
        ("a.b.example.com", "example.com"),
        ("example.co.uk", "example.co.uk"),
        ("a.example.co.uk", "example.co.uk"),
        ("co.uk", "co.uk"),
        ("a.b.c.ck", "b.c.ck"),
        ("a.www.ck", "www.ck"),
        ("a.shop.host.example", "shop.host.example"),
        ("x.a.unlisted", "a.unlisted"),
        ("a.b.xn--gmqw5a.hk", "b.xn--gmqw5a.hk"),
    ] {
        assert_eq!(list().organizational_domain(&name(domain)), name(expected), "{domain}");
    }
    for text in ["", "com\nnet", "// ===BEGIN ICANN DOMAINS===\na..b\n"] {
        assert!(PublicSuffixes::parse(text.as_bytes()).is_err(), "{text:?}");
    }
}

// proves: RFC 7489 §6.6.3
#[test]
fn dmarc_pitfall_11_a_suffix_list_is_a_labelled_legacy_of_two_questions() {
    let discovery = Discovery::PublicSuffixes(Arc::new(list()));
    let authors = author_domains(&[b"joe@a.b.example.com"]);
    let identifiers = identifiers("dkim mail.example.com");
    let input = Input { authors: &authors, identifiers: &identifiers, discovery: &discovery };
    let at_organization = "_dmarc.example.com TXT v=DMARC1; p=none; sp=reject";
    let table = [
        (at_organization.to_owned(), "pass: the author domain is authenticated by dkim mail.example.com (reject)"),
        // What stands between, and what says how suffixes lie, is of the tree walk alone.
        (
            format!("{at_organization}; psd=y\n_dmarc.b.example.com TXT v=DMARC1; p=none; psd=n"),
            "pass: the author domain is authenticated by dkim mail.example.com (reject)",
        ),
        (
            format!(
                "{at_organization}\n_dmarc.a.b.example.com TXT v=DMARC1; p=none\n_dmarc.a.b.example.com TXT v=DMARC1"
            ),
            "none: neither a.b.example.com nor a parent publishes a DMARC record",
        ),
    ];
    for (zone, expected) in table {
        let found = Zone::read(&zone).resolve(|lookups| evaluate(&input, lookups));
        assert_eq!(told(&found.outcome[0]), expected, "{zone}");
        assert_eq!(found.rounds[0], ["_dmarc.a.b.example.com TXT", "_dmarc.example.com TXT"]);
        if !found.outcome[0].properties.iter().any(|property| property.name == "dmarc") {
            continue;
        }
        assert_eq!(fact(&found.outcome[0], "discovery_method"), Some(&Value::from("psl")));
        assert_eq!(fact(&found.outcome[0], "organizational_domain"), Some(&Value::from("example.com")));
    }
}
