//! Discovery as a person sees it, name by name.

use crate::dmarc::{Discovered, Discovery, discover};
use crate::zone::{Zone, name};

fn discovered(domain: &str, zone: &str) -> Discovered {
    Zone::read(zone).resolve(|lookups| discover(&name(domain), &Discovery::TreeWalk, lookups)).outcome
}

fn steps(found: &Discovered) -> Vec<String> {
    let shown =
        found.steps.iter().map(|step| format!("{} {}{}", step.name, step.seen, if step.is_last { " end" } else { "" }));
    shown.collect()
}

// proves: RFC 9989 §4.10
#[test]
fn each_name_of_the_walk_is_told_with_what_was_seen_there() {
    let found = discovered(
        "a.b.example.com",
        "_dmarc.b.example.com TXT v=DMARC1; p=none
        _dmarc.b.example.com TXT v=DMARC1; p=reject
        _dmarc.example.com TXT v=DMARC1; p=quarantine; psd=n
        _dmarc.com TXT v=DMARC1; p=none",
    );
    assert_eq!(steps(&found), ["a.b.example.com nothing", "b.example.com several-records", "example.com record end"]);
    assert_eq!(found.organizational_domain, Some(name("example.com")));
    assert_eq!(found.policy_domain, Some(name("example.com")));
    assert_eq!(found.policy.map(crate::dmarc::Policy::word), Some("quarantine"));
    assert_eq!(found.record.map(|record| record.text), Some("v=DMARC1; p=quarantine; psd=n".to_owned()));
}

#[test]
fn what_keeps_a_policy_away_is_told() {
    let reason = |zone: &str| discovered("example.com", zone).reason.map(|reason| reason.to_string());
    assert_eq!(reason("_dmarc.example.com TXT v=DMARC1; p=none"), None);
    assert_eq!(reason("").as_deref(), Some("neither example.com nor a parent publishes a DMARC record"));
    assert_eq!(reason("_dmarc.com TXT servfail").as_deref(), Some("DNS gave no answer to _dmarc.com TXT: servfail"));
    assert_eq!(
        reason("_dmarc.example.com TXT v=DMARC1").as_deref(),
        Some("the record of example.com asks for no valid policy and names no address for reports")
    );
    let too_long = discovered(&format!("{}example", "a.".repeat(120)), "");
    assert_eq!(too_long.steps[0].seen, "too-long");
    assert_eq!(too_long.steps[0].question, None);
}
