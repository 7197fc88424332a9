//! Our suite for DMARC (RFC 9989), tests/conformance/dmarc-tests.yml; Python reads the same file.

mod suite;

use std::fs;
use std::path::PathBuf;

use saphyr::{LoadableYamlNode, Yaml};
use trustlane_core::address::author_domains;
use trustlane_core::dmarc::{self, Discovery, Identifier, Input, Outcome};
use trustlane_core::dns::Name;
use trustlane_core::finding::{Finding, Method, Value};

use suite::{Zone, answered, text_of};

#[test]
fn every_case_of_the_suite_gives_its_result_and_its_reason() {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../tests/conformance/dmarc-tests.yml");
    let sections = Yaml::load_from_str(&fs::read_to_string(path).expect("the suite is here")).expect("it is YAML");
    let mut cases = 0;
    let mut wrong = Vec::new();
    for section in &sections {
        let zone = Zone::read(&section["zonedata"]);
        for (name, case) in section["tests"].as_mapping().expect("each section has tests") {
            cases += 1;
            let (found, expected) = (found(case, &zone), expected(case));
            if found != expected {
                wrong.push(format!("{}:\n  found    {found:?}\n  expected {expected:?}", text_of(name)));
            }
        }
    }
    assert!(cases >= 60, "only {cases} cases were read");
    assert!(wrong.is_empty(), "{} of {cases} cases:\n{}", wrong.len(), wrong.join("\n"));
}

/// `result reason policy policy-domain organizational-domain` of each finding, a dash for what is absent.
fn found(case: &Yaml<'_>, zone: &Zone) -> Vec<String> {
    let values = texts_of(&case["from"]);
    let values: Vec<&[u8]> = values.iter().map(|value| value.as_bytes()).collect();
    let authors = author_domains(&values);
    let identifiers: Vec<Identifier> = texts_of(&case["authenticated"]).iter().map(|text| identifier(text)).collect();
    let input = Input { authors: &authors, identifiers: &identifiers, discovery: &Discovery::TreeWalk };
    answered(zone, |lookups| dmarc::evaluate(&input, lookups)).iter().map(told).collect()
}

fn told(finding: &Finding) -> String {
    let facts = ["policy", "policy_domain", "organizational_domain"].map(|wanted| {
        let fact = finding.facts.iter().find(|(name, _)| *name == wanted);
        match fact {
            Some((_, Value::Text(text))) => text.clone(),
            _ => "-".to_owned(),
        }
    });
    format!("{} {} {}", finding.result.word(), finding.reason.code(), facts.join(" "))
}

fn expected(case: &Yaml<'_>) -> Vec<String> {
    match case.as_mapping_get("findings").and_then(Yaml::as_sequence) {
        Some(several) => several.iter().map(row).collect(),
        None => vec![row(case)],
    }
}

fn row(case: &Yaml<'_>) -> String {
    let words = ["result", "reason", "policy", "policy-domain", "organizational-domain"];
    words.map(|word| case.as_mapping_get(word).map_or("-".to_owned(), text_of)).join(" ")
}

fn identifier(text: &str) -> Identifier {
    let (method, domain) = text.split_once(' ').expect("a method and a domain");
    let method = if method == "spf" { Method::Spf } else { Method::Dkim };
    let (domain, outcome) = match domain.strip_suffix('?') {
        Some(domain) => (domain, Outcome::TempError),
        None => (domain, Outcome::Pass),
    };
    Identifier { method, domain: Name::parse(domain).expect("a domain"), outcome }
}

fn texts_of(value: &Yaml<'_>) -> Vec<String> {
    match value.as_sequence() {
        Some(several) => several.iter().map(text_of).collect(),
        None => vec![text_of(value)],
    }
}
