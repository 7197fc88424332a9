//! The Sender ID suite of tests/conformance: each case gives its result, its reason and the property that was checked.

mod suite;

use std::fs;
use std::path::PathBuf;

use saphyr::{LoadableYamlNode, Yaml};
use trustlane_core::finding::Finding;
use trustlane_core::message::{Header, HeaderLimits};
use trustlane_core::senderid::{self, Options, Request, Spf1Records};
use trustlane_core::spf::Sender;

use suite::{Zone, answered, text_of};

#[test]
fn every_case_gives_its_result_and_its_reason() {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../tests/conformance/senderid-tests.yml");
    let text = fs::read_to_string(path).expect("the suite is there");
    let sections = Yaml::load_from_str(&text).expect("the suite is YAML");
    let mut cases = 0;
    let mut wrong = Vec::new();
    for section in &sections {
        let zone = Zone::read(&section["zonedata"]);
        for (name, case) in section["tests"].as_mapping().expect("each section has tests") {
            cases += 1;
            let (given, expected) = (given(case, &zone), expected(case));
            if given != expected {
                wrong.push(format!("{}: {given}, the suite says {expected}", text_of(name)));
            }
        }
    }
    assert!(cases >= 40, "only {cases} cases were read");
    assert!(wrong.is_empty(), "{} of {cases} cases:\n{}", wrong.len(), wrong.join("\n"));
}

/// `result reason property`, as far as the case says.
fn expected(case: &Yaml<'_>) -> String {
    let property = case.as_mapping_get("property").map(text_of);
    told(&text_of(&case["result"]), &text_of(&case["reason"]), property)
}

fn given(case: &Yaml<'_>, zone: &Zone) -> String {
    let finding = evaluate(case, zone);
    let shown = finding.properties.first().map(|one| format!("{}.{}={}", one.ptype, one.name, one.value));
    let property = case.as_mapping_get("property").map(|_| shown.unwrap_or_default());
    told(finding.result.word(), finding.reason.code(), property)
}

fn told(result: &str, reason: &str, property: Option<String>) -> String {
    format!("{result} {reason} {}", property.unwrap_or_default())
}

fn evaluate(case: &Yaml<'_>, zone: &Zone) -> Finding {
    let text = |key: &str| case.as_mapping_get(key).map(text_of);
    let host = text("host").unwrap_or_else(|| "192.0.2.1".to_owned());
    let helo = text("helo").unwrap_or_else(|| "mail.example.net".to_owned());
    let submitter = text("submitter");
    let is_spf1_heard = case.as_mapping_get("spf1").and_then(Yaml::as_bool).unwrap_or(false);
    let spf1 = if is_spf1_heard { Spf1Records::ForPraToo } else { Spf1Records::ForMailFromOnly };
    let request = Request {
        client_ip: Some(host.parse().expect("host is an address")),
        helo: &helo,
        submitter: submitter.as_deref(),
        receiver: "receiver.example",
        now_seconds: 1_400_000_000,
        options: Options { spf1 },
    };
    if text("scope").as_deref() == Some("mfrom") {
        let path = text("mailfrom").unwrap_or_default();
        let sender = Sender::from_path(&path);
        return answered(zone, |lookups| senderid::evaluate_mail_from(&request, Some(sender), lookups));
    }
    let octets = text("header").unwrap_or_default().replace('\n', "\r\n").into_bytes();
    let header = Header::scan(octets, HeaderLimits::default());
    answered(zone, |lookups| senderid::evaluate_pra(&request, &header, lookups))
}
