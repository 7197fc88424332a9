//! What a chain proves, and each way in which it proves nothing.

use proptest::prelude::*;

use super::fixture::{MAIL, NOW, chain, examine, examine_chunks, sealed_by, zone};
use crate::arc::ChainStatus;
use crate::examination::{Examination, Options, SessionFacts};
use crate::finding::{Finding, Value};
use crate::zone::name;

fn fact(finding: &Finding, name: &str) -> Option<Value> {
    finding.facts.iter().find(|(known, _)| *known == name).map(|(_, value)| value.clone())
}

fn list(names: &[&str]) -> Option<Value> {
    Some(Value::List(names.iter().map(|name| (*name).to_owned()).collect()))
}

// proves: RFC 8617 §5.2, RFC 8617 §4.4
#[test]
fn a_message_without_fields_of_arc_has_no_chain() {
    let examined = examine(MAIL.as_bytes());
    assert_eq!(examined.told(), ("none", "the message has no fields of ARC".to_owned()));
    assert!(examined.rounds.is_empty() && examined.finding.facts.is_empty());
}

// proves: RFC 8617 §5.2, §4.2.1, §5.1.1, §4.1.2, §4.1.3, §7.2.2
#[test]
fn a_chain_passes_and_each_of_its_signatures_is_verified_once() {
    for domains in [&["one.example"][..], &["one.example", "two.example"], &["two.example"; 5]] {
        let examined = examine(chain(domains).as_bytes());
        assert_eq!(examined.told(), ("pass", format!("the chain verifies up to instance {}", domains.len())));
        assert_eq!(examined.oldest_pass(), Some("0"));
        assert_eq!(examined.verifications as usize, 2 * domains.len());
        assert_eq!(fact(&examined.finding, "sealers"), list(domains));
    }
}

// proves: RFC 8617 §9.2
#[test]
fn until_the_newest_seal_holds_nobody_else_is_asked_for_a_key() {
    let mail = chain(&["one.example", "two.example", "three.example"]);
    let examined = examine(mail.as_bytes());
    let (newest, older) = (["three"], ["one", "two"]);
    let asked =
        |names: &[&str]| -> Vec<String> { names.iter().map(|name| format!("sel._domainkey.{name}.example")).collect() };
    let sorted = examined.rounds.into_iter().map(|mut round| {
        round.sort();
        round
    });
    assert_eq!(sorted.collect::<Vec<_>>(), [asked(&newest), asked(&older)]);
    let forged = mail.replacen("dkim=pass", "dkim=fail", 1);
    let examined = examine(forged.as_bytes());
    assert_eq!((examined.rounds.len(), examined.verifications), (1, 1));
    assert_eq!(examined.code(), "arc.seal-refused");
}

// proves: RFC 8617 §5.2, RFC 8617 §6
#[test]
fn field_note_17_arc_pitfall_05_only_the_newest_message_signature_must_verify_and_older_ones_say_how_far_back_nothing_changed()
 {
    let first = chain(&["one.example"]);
    let footer = |mail: &str| format!("{mail}-- \r\nOne list\r\n");
    let changed = sealed_by(&footer(&first), "two.example", ChainStatus::Pass);
    let examined = examine(changed.as_bytes());
    assert_eq!((examined.told().0, examined.oldest_pass()), ("pass", Some("2")));
    let passed_on = sealed_by(&changed, "three.example", ChainStatus::Pass);
    let examined = examine(passed_on.as_bytes());
    assert_eq!((examined.told().0, examined.oldest_pass(), examined.verifications), ("pass", Some("2"), 5));
    let examined = examine(footer(&first).as_bytes());
    let why = "the message signature of instance 1 does not count: the body is not the one that was signed";
    assert_eq!((examined.told(), examined.oldest_pass()), (("fail", why.to_owned()), None));
}

// proves: RFC 8617 §4.1.1, RFC 8617 §4.1.2, RFC 8617 §4.1.3, RFC 8617 §4.2, RFC 8617 §4.2.1, RFC 8617 §5.2
#[test]
fn arc_pitfall_01_what_is_no_chain_says_why_and_where() {
    let (one, two) = (chain(&["one.example"]), chain(&["one.example", "two.example"]));
    let without = |mail: &str, start: &str| {
        let at = mail.find(start).expect("the field is there");
        let end = at + mail[at..].find("\r\n").map_or(0, |end| end + 2);
        let rest = mail[end..].trim_start_matches([' ', '\t']);
        let folded = if rest.len() < mail[end..].len() { rest.find("\r\n").map_or(0, |end| end + 2) } else { 0 };
        format!("{}{}", &mail[..at], &rest[folded..])
    };
    let results = "ARC-Authentication-Results: i=1; here.example; none\r\n";
    for (mail, code, text) in [
        (one.replace("ARC-Seal: i=1", "X-Seal: i=1"), "arc.missing-field", "instance 1 has no field ARC-Seal"),
        (one.replace("ARC-Seal: i=1", "ARC-Seal: i=2"), "arc.missing-field", "instance 1 has no field ARC-Seal"),
        (
            one.replace("ARC-Message-Signature: i=1", "X: i=1"),
            "arc.missing-field",
            "instance 1 has no field ARC-Message-Signature",
        ),
        (
            one.replace("ARC-Authentication-Results", "X"),
            "arc.missing-field",
            "instance 1 has no field ARC-Authentication-Results",
        ),
        (two.replace("i=2", "i=3"), "arc.missing-field", "instance 2 has no field ARC-Authentication-Results"),
        (
            format!("{results}{one}"),
            "arc.repeated-field",
            "instance 1 has more than one field ARC-Authentication-Results",
        ),
        (
            one.replace("cv=none", "cv=pass"),
            "arc.wrong-status",
            "the seal of instance 1 says cv=pass, which cannot stand there",
        ),
        (
            two.replace("cv=pass", "cv=none"),
            "arc.wrong-status",
            "the seal of instance 2 says cv=none, which cannot stand there",
        ),
        (
            one.replace("cv=none", "cv=well"),
            "arc.wrong-status",
            "the seal of instance 1 says cv=(unknown), which cannot stand there",
        ),
        (
            one.replace(" cv=none;", ""),
            "arc.wrong-status",
            "the seal of instance 1 says cv=(missing), which cannot stand there",
        ),
        (one.replace("cv=none", "cv=none; h=From"), "arc.seal-lists-names", "the seal of instance 1 has an h= tag"),
        (
            one.replace("h=From:", "h=ARC-Seal:From:"),
            "arc.signs-arc-field",
            "the message signature of instance 1 signs a field of ARC",
        ),
        (
            one.replace("cv=none", "cv=fail"),
            "arc.broken-before",
            "the newest seal, instance 1, says that the chain was broken",
        ),
        (
            one.replace("ARC-Seal: i=1", "ARC-Seal: i=0"),
            "arc.malformed",
            "the field ARC-Seal is malformed: i= at octet 3",
        ),
        (one.replace("ARC-Seal: i=1", "ARC-Seal: i=51"), "arc.too-many-sets", "a chain has at most 50 sets"),
        (
            one.replace("ARC-Seal: i=1;", "ARC-Seal:"),
            "arc.malformed",
            "the field ARC-Seal is malformed: no i= at octet 159",
        ),
        (
            one.replace("ARC-Seal: i=1;", "ARC-Seal: i=1; i=1;"),
            "arc.malformed",
            "the field ARC-Seal is malformed: duplicate tag at octet 8",
        ),
        (
            one.replace("ARC-Seal: i=1;", "ARC-Seal: nonsense;"),
            "arc.malformed",
            "the field ARC-Seal is malformed: tag without = at octet 0",
        ),
        (
            one.replace("ARC-Authentication-Results: i=1;", "ARC-Authentication-Results: mx;"),
            "arc.malformed",
            "the field ARC-Authentication-Results is malformed: no i= at octet 1",
        ),
        (
            one.replace("ARC-Authentication-Results: i=1;", "ARC-Authentication-Results: i=1"),
            "arc.malformed",
            "the field ARC-Authentication-Results is malformed: no semicolon after i= at octet 5",
        ),
        (
            one.replace("a=ed25519-sha256", "a=rsa-sha1"),
            "arc.seal-refused",
            "the seal of instance 1 does not count: rsa-sha1 signatures are never verified",
        ),
        (
            one.replace("s=sel", "s=other"),
            "arc.seal-refused",
            "the seal of instance 1 does not count: there is no key record at the selector",
        ),
        (
            one.replace("At noon", "At ten"),
            "arc.message-signature-refused",
            "the message signature of instance 1 does not count: the body is not the one that was signed",
        ),
        (
            one.replace("Subject: Lunch", "Subject: Dinner"),
            "arc.message-signature-refused",
            "the message signature of instance 1 does not count: the signed header fields are not the ones that were signed",
        ),
        (
            format!("From: eve@evil.example\r\n{one}"),
            "arc.message-signature-refused",
            "the message signature of instance 1 does not count: the signed header fields are not the ones that were signed",
        ),
        (
            without(&two, "ARC-Authentication-Results: i=1"),
            "arc.missing-field",
            "instance 1 has no field ARC-Authentication-Results",
        ),
    ] {
        let examined = examine(mail.as_bytes());
        assert_eq!((examined.code(), examined.told()), (code, ("fail", text.to_owned())), "{mail}");
    }
}

// proves: RFC 8617 §4.1, §4.1.1, §3.9
#[test]
fn comments_and_folds_may_stand_around_the_instance_of_results() {
    let one = chain(&["one.example"]);
    for odd in ["ARC-Authentication-Results:(a) i (b)\r\n = 1 ;", "arc-authentication-results :\r\n\ti=01(x);"] {
        let mail = one.replace("ARC-Authentication-Results: i=1;", odd);
        assert_eq!(
            examine(mail.as_bytes()).code(),
            "arc.seal-refused",
            "it was read, and is not what was sealed: {odd}"
        );
    }
}

// proves: RFC 8617 §3.4
#[test]
fn results_that_nobody_can_read_do_not_break_a_chain() {
    let sealed = chain(&["one.example"]);
    let odd = sealed.replace("ARC-Authentication-Results: i=1; mx.here.example;", "ARC-Authentication-Results: i=1; (");
    assert_eq!(examine(odd.as_bytes()).code(), "arc.seal-refused", "it is a chain, whose results were changed");
}

// proves: RFC 8617 §5.2.1
#[test]
fn a_key_that_cannot_be_had_now_is_temporary_and_tells_its_instance() {
    let mail = chain(&["one.example", "late.example", "three.example"]);
    let examined = examine(mail.as_bytes());
    let text = "a key of instance 2 could not be had: servfail".to_owned();
    assert_eq!((examined.code(), examined.told()), ("arc.key-unavailable", ("temperror", text)));
    let newest = examine(chain(&["one.example", "late.example"]).as_bytes());
    assert_eq!((newest.told().0, newest.rounds.len()), ("temperror", 1));
}

#[test]
fn a_seal_from_the_future_does_not_count() {
    let mail = chain(&["one.example"]).replace(&format!("t={NOW}"), &format!("t={}", NOW + 301));
    assert_eq!(examine(mail.as_bytes()).code(), "arc.seal-refused");
}

// proves: RFC 8617 §4.1.4
#[test]
fn a_sealer_may_be_named_with_u_labels() {
    let mail = chain(&["one.example"]).replace("d=one.example", "d=bücher.example");
    let examined = examine(mail.as_bytes());
    assert_eq!(examined.rounds, [["sel._domainkey.xn--bcher-kva.example"]]);
}

// proves: RFC 8617 §9.4
#[test]
fn arc_pitfall_06_sealers_are_believed_from_the_newest_back_to_the_first_whom_the_site_does_not_list() {
    let mail = chain(&["one.example", "two.example", "three.example", "two.example"]);
    for (listed, believed, first) in [
        (&[][..], None, None),
        (&["two.example"], list(&["two.example"]), Some("pass")),
        (&["one.example", "three.example"], None, None),
        (&["one.example", "two.example"], list(&["two.example"]), Some("pass")),
        (&["two.example", "three.example"], list(&["two.example", "three.example"]), Some("pass")),
        (
            &["three.example", "two.example", "one.example"],
            list(&["two.example", "three.example", "one.example"]),
            Some("none"),
        ),
    ] {
        let examined = examine_chunks(&[mail.as_bytes()], listed);
        assert_eq!(fact(&examined.finding, "trusted_sealers"), believed, "{listed:?}");
        // The first of them says what was found when the mail came to it.
        let sealed = first.map(|status| format!("arc={status} header.d=example.com"));
        let sealed = sealed.and_then(|chain| list(&["dkim=pass header.d=example.com", &chain]));
        assert_eq!(fact(&examined.finding, "sealed_results"), sealed, "{listed:?}");
    }
    let broken = mail.replace("At noon", "At ten");
    let examined = examine_chunks(&[broken.as_bytes()], &["two.example"]);
    assert_eq!((examined.told().0, fact(&examined.finding, "trusted_sealers")), ("fail", None));
}

// proves: RFC 8617 §6, RFC 8617 §10.2
#[test]
fn an_examination_tells_of_the_chain_beside_the_other_checks_and_only_where_there_is_one() {
    let client = "192.0.2.3".parse().expect("an address");
    let facts = SessionFacts { client_ip: Some(client), ..SessionFacts::default() };
    let options = Options { now_seconds: NOW, trusted_sealers: vec![name("one.example")], ..Options::default() };
    for (mail, expected) in [(MAIL.to_owned(), None), (chain(&["one.example"]), Some("pass"))] {
        let mut examination = Examination::new(facts.clone(), options.clone());
        examination.feed(mail.as_bytes());
        examination.finish();
        loop {
            let questions = examination.questions();
            if questions.is_empty() {
                break;
            }
            for question in questions {
                let answer = zone().answer(&question);
                examination.learn(question, answer);
            }
        }
        let findings = examination.findings().expect("all is answered");
        let chain = findings.iter().find(|finding| finding.method.word() == "arc");
        assert_eq!(chain.map(|chain| chain.result.word()), expected);
        let Some(chain) = chain else { continue };
        let told: Vec<_> = chain.properties.iter().map(|one| (one.ptype, one.name, one.value.as_str())).collect();
        assert_eq!(told, [("header", "oldest-pass", "0"), ("smtp", "remote-ip", "192.0.2.3")]);
        assert_eq!(fact(chain, "trusted_sealers"), list(&["one.example"]));
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn any_cut_gives_the_same_and_a_changed_octet_of_the_newest_set_never_passes(
        sets in 1usize..4,
        cuts in prop::collection::vec(any::<usize>(), 0..6),
        at in any::<usize>(),
        bit in 0u8..8,
    ) {
        let mail = chain(&["one.example", "two.example", "three.example"][..sets]).into_bytes();
        let mut cuts: Vec<_> = cuts.iter().map(|cut| cut % (mail.len() + 1)).collect();
        cuts.extend([0, mail.len()]);
        cuts.sort_unstable();
        let chunks: Vec<_> = cuts.windows(2).map(|pair| &mail[pair[0]..pair[1]]).collect();
        prop_assert_eq!(examine_chunks(&chunks, &[]).finding, examine(&mail).finding);
        let results = mail.windows(4).position(|octets| octets == b"dkim").expect("results are there");
        let mut damaged = mail;
        let place = results + at % 4;
        damaged[place] ^= 1 << bit;
        // Letters of a value keep their case in relaxed form; nothing else is forgiven either.
        prop_assert_ne!(examine(&damaged).told().0, "pass");
    }
}
