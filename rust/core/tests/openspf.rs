//! The openspf suite for RFC 7208 (release 2014.04), read from its YAML text where that is at hand.

mod suite;

use std::fs;
use std::io::{self, Write};
use std::path::PathBuf;

use saphyr::{LoadableYamlNode, Yaml};
use trustlane_core::finding::{Finding, Value};
use trustlane_core::spf::{self, Identity, Request, Sender};

use suite::{Zone, answered, text_of};

#[test]
fn every_case_of_the_suite_gives_a_result_the_suite_allows() {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared/conformance/rfc7208-tests.yml");
    let Ok(text) = fs::read_to_string(&path) else {
        // Written past the test harness, which swallows what a passing test prints.
        let _ = writeln!(io::stderr(), "skipped: the openspf suite is not at {}", path.display());
        return;
    };
    let sections = Yaml::load_from_str(&text).expect("the suite is YAML");
    let mut cases = 0;
    let mut wrong = Vec::new();
    for section in &sections {
        let zone = Zone::read(&section["zonedata"]);
        for (name, case) in section["tests"].as_mapping().expect("each section has tests") {
            cases += 1;
            if let Some(fault) = fault_of(case, &zone) {
                wrong.push(format!("{}: {fault}", text_of(name)));
            }
        }
    }
    assert!(cases > 150, "only {cases} cases were read");
    assert!(wrong.is_empty(), "{} of {cases} cases:\n{}", wrong.len(), wrong.join("\n"));
}

fn fault_of(case: &Yaml<'_>, zone: &Zone) -> Option<String> {
    let finding = evaluate(case, zone);
    let result = finding.result.word();
    let allowed: Vec<String> = match case["result"].as_sequence() {
        Some(several) => several.iter().map(text_of).collect(),
        None => vec![text_of(&case["result"])],
    };
    if !allowed.iter().any(|word| word == result) {
        return Some(format!("{result} ({}), the suite says {}", finding.reason, allowed.join(" or ")));
    }
    let expected = case.as_mapping_get("explanation").map(text_of)?;
    let given = match finding.facts.iter().find(|(fact, _)| *fact == "explanation") {
        Some((_, Value::Text(explanation))) => explanation.as_str(),
        _ => "DEFAULT",
    };
    // Case may differ in the nibbles of %{i}, which the suite writes in capitals and RFC 7208 §7.4 does not.
    (!given.eq_ignore_ascii_case(&expected)).then(|| format!("explained as {given:?}, the suite says {expected:?}"))
}

fn evaluate(case: &Yaml<'_>, zone: &Zone) -> Finding {
    let (helo, mail_from) = (text_of(&case["helo"]), text_of(&case["mailfrom"]));
    let request = Request {
        client_ip: text_of(&case["host"]).parse().expect("host is an address"),
        identity: Identity::MailFrom,
        sender: Sender::from_path(&mail_from),
        helo: &helo,
        receiver: "receiver.example",
        now_seconds: 1_400_000_000,
    };
    answered(zone, |lookups| spf::evaluate(&request, lookups))
}
