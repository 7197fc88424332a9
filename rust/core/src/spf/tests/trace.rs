//! The steps of an evaluation, as a person reads them.

use super::request;
use crate::spf::{Request, explain};
use crate::zone::Zone;

/// `term -> outcome (question) terms/void`, indented by depth.
fn steps(zone: &str, request: &Request<'_>) -> Vec<String> {
    let (_, steps) = Zone::read(zone).resolve(|lookups| explain(request, lookups)).outcome;
    let shown = steps.iter().map(|step| {
        let asked = step.asked.iter().map(|question| format!(" {}", question.name)).collect::<String>();
        let (depth, outcome) = ("  ".repeat(step.depth), step.outcome.word());
        format!("{depth}{}: {} -> {outcome} ({}/{}){asked}", step.domain, step.text, step.terms, step.void_lookups)
    });
    shown.collect()
}

#[test]
fn each_term_is_told_with_its_question_and_what_it_spent() {
    let zone = "example.com TXT v=spf1 ip4:198.51.100.1 a:gone.example include:in.example redirect=re.example
        in.example TXT v=spf1 mx -all
        in.example MX m.example
        m.example A 203.0.113.1
        re.example TXT v=spf1 ?all";
    let expected = [
        "example.com: v=spf1 ip4:198.51.100.1 a:gone.example include:in.example redirect=re.example -> record (0/0) example.com",
        "example.com: ip4:198.51.100.1 -> not-matched (0/0)",
        "example.com: a:gone.example -> not-matched (1/1) gone.example",
        "example.com: include:in.example -> not-matched (3/1)",
        "  in.example: v=spf1 mx -all -> record (2/1) in.example",
        "  in.example: mx -> not-matched (3/1) in.example m.example",
        "  in.example: -all -> matched (3/1)",
        "example.com: redirect=re.example -> followed (4/1)",
        "re.example: v=spf1 ?all -> record (4/1) re.example",
        "re.example: ?all -> matched (4/1)",
    ];
    assert_eq!(steps(zone, &request("192.0.2.3", "joe@example.com")), expected);
}

#[test]
fn the_term_that_stopped_the_evaluation_is_the_last_one_told() {
    let zone = "example.com TXT v=spf1 a:slow.example -all\nslow.example A timeout";
    let steps = steps(zone, &request("192.0.2.3", "joe@example.com"));
    assert_eq!(steps.last().map(String::as_str), Some("example.com: a:slow.example -> stopped (0/0) slow.example"));
}
