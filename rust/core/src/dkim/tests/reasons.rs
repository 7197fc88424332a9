//! Every reason, with the mail and the key record that bring it about.

use super::fixture::{
    ED25519_PUBLIC, FIELD, MAIL, NOW, RSA_PUBLIC, Zone, ed25519, examine, examine_chunks, fact, mail_signed_with,
    property, rsa, signed, told, txt, zone, zone_with,
};
use crate::dns::{Answer, Record, Unavailable};
use crate::finding::Value;
use crate::message::LineEnds;

fn told_of(mail: &str, zone: &Zone) -> (&'static str, &'static str) {
    let told = told(&examine(mail.as_bytes(), zone));
    assert_eq!(told.len(), 1, "one finding per signature field");
    told[0]
}

#[test]
fn a_message_without_a_signature_has_one_finding_none() {
    assert_eq!(told_of(MAIL, &zone()), ("none", "dkim.no-signature"));
}

// proves: RFC 6376 §3.3.2, RFC 8463 §3
#[test]
fn a_good_signature_passes() {
    assert_eq!(told_of(&mail_signed_with("v=1", "v=1"), &zone()), ("pass", "dkim.verified"));
    let field = FIELD.replace("rsa-sha256", "ed25519-sha256");
    let zone = zone_with(txt(&format!("v=DKIM1; k=ed25519; p={ED25519_PUBLIC}")));
    assert_eq!(told_of(&signed(MAIL, &field, &ed25519()), &zone), ("pass", "dkim.verified"));
}

// proves: RFC 6376 §6.1.1, §3.9, §5.4, RFC 8301 §3.1
#[test]
fn what_the_field_says_decides_before_any_question_is_asked() {
    let times = |claims: &str| mail_signed_with("s=sel;", &format!("s=sel; {claims};"));
    let unsigned = |field: &str| format!("DKIM-Signature: {field}\r\n{MAIL}");
    let good = FIELD.replace("{bh}", "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=").replace("{b}", "AAAAAAAA");
    let changed = |old: &str, new: &str| unsigned(&good.replacen(old, new, 1));
    for (mail, result, code) in [
        (unsigned(""), "neutral", "dkim.malformed"),
        (unsigned("nonsense"), "neutral", "dkim.malformed"),
        (changed("v=1;", "v=1; v=1;"), "neutral", "dkim.duplicate-tag"),
        (changed("v=1;", ""), "permerror", "dkim.missing-tag"),
        (changed("v=1;", "v=2;"), "permerror", "dkim.unknown-version"),
        (changed("rsa-sha256", "rsa-sha1"), "permerror", "dkim.sha1-refused"),
        (changed("rsa-sha256", "dsa-md5"), "neutral", "dkim.unknown-algorithm"),
        (changed("relaxed/relaxed", "relaxed/strict"), "neutral", "dkim.unknown-canonicalization"),
        (changed("v=1;", "v=1; q=http;"), "neutral", "dkim.unknown-query-method"),
        (changed("h=From:", "h=Date:"), "permerror", "dkim.from-not-signed"),
        (changed("v=1;", "v=1; i=a@example.com.evil.org;"), "permerror", "dkim.identity-outside-domain"),
        (changed("b=AAAAAAAA", "b=AA*"), "neutral", "dkim.malformed"),
        (changed("d=example.com", "d=com"), "neutral", "dkim.malformed"),
        (times(&format!("t={}", NOW + 301)), "permerror", "dkim.signed-in-future"),
        (times(&format!("x={}", NOW - 301)), "permerror", "dkim.expired"),
        (times(&format!("t={NOW}; x={NOW}")), "permerror", "dkim.expires-before-signed"),
        (times(&format!("t={NOW}; x={}", NOW - 1)), "permerror", "dkim.expires-before-signed"),
    ] {
        let examined = examine(mail.as_bytes(), &zone());
        assert_eq!(told(&examined), [(result, code)], "{mail}");
        assert_eq!((examined.questions.len(), examined.verifications), (0, 0), "{mail}");
    }
}

// proves: RFC 6376 §3.5
#[test]
fn times_within_the_clock_skew_are_accepted() {
    for claims in [
        format!("t={}", NOW + 300),
        format!("x={}", NOW - 300),
        format!("t={}; x={}", NOW - 1, NOW),
        format!("t=1; x={}", "9".repeat(30)),
    ] {
        let mail = mail_signed_with("s=sel;", &format!("s=sel; {claims};"));
        assert_eq!(told_of(&mail, &zone()), ("pass", "dkim.verified"), "{claims}");
    }
}

// proves: RFC 6376 §6.1.2, §3.9, RFC 8301 §3.2
#[test]
fn what_the_key_record_says_decides_before_any_cryptography() {
    let mail = mail_signed_with("v=1;", "v=1; i=ann@mail.example.com;");
    let key = format!("p={RSA_PUBLIC}");
    let both = Answer::Found {
        records: vec![Record::Txt(key.clone().into_bytes()), Record::Txt(format!("v=DKIM1; {key}").into_bytes())]
            .into(),
        is_secure: false,
    };
    let short = "MHwwDQYJKoZIhvcNAQEBBQADawAwaAJhALlKS5xRYEZtbNGGa4XzVGMHaDMgpSUiRO7iFKJSYZvAGA6nIw78vdOyqihMb455XscCPDmTgan3i34ybDDseEheoL9MpR0tVvj7GeVCc8k1msz7EnctufRSNFv+m4Y5JwIDAQAB";
    for (answer, result, code) in [
        (Answer::NxDomain { is_secure: false }, "permerror", "dkim.no-key"),
        (Answer::NoData { is_secure: false }, "permerror", "dkim.no-key"),
        (Answer::Unavailable(Unavailable::Timeout), "temperror", "dkim.key-unavailable"),
        (Answer::Unavailable(Unavailable::ServFail), "temperror", "dkim.key-unavailable"),
        (Answer::Unavailable(Unavailable::Refused), "temperror", "dkim.key-unavailable"),
        (Answer::Unavailable(Unavailable::Garbage), "temperror", "dkim.key-unavailable"),
        (both, "permerror", "dkim.several-keys"),
        (txt("hello world"), "permerror", "dkim.key-malformed"),
        (txt("v=spf1 -all"), "permerror", "dkim.key-malformed"),
        (txt(&format!("v=DKIM2; {key}")), "permerror", "dkim.key-malformed"),
        (txt(&format!("{key}; v=DKIM1")), "permerror", "dkim.key-malformed"),
        (txt("p=AAAA"), "permerror", "dkim.key-malformed"),
        (txt("v=DKIM1; p="), "permerror", "dkim.key-revoked"),
        (txt(&format!("h=sha1; {key}")), "permerror", "dkim.key-refuses-hash"),
        (txt(&format!("s=other; {key}")), "permerror", "dkim.key-refuses-service"),
        (txt(&format!("k=ed25519; p={ED25519_PUBLIC}")), "permerror", "dkim.key-type-differs"),
        (txt(&format!("k=dsa; {key}")), "permerror", "dkim.key-type-differs"),
        (txt(&format!("t=s; {key}")), "permerror", "dkim.identity-not-domain"),
        (txt(&format!("p={short}")), "policy", "dkim.key-too-short"),
    ] {
        let examined = examine(mail.as_bytes(), &zone_with(answer.clone()));
        assert_eq!(told(&examined), [(result, code)], "{answer:?}");
        assert_eq!(examined.verifications, 0, "{answer:?}");
    }
    assert_eq!(told_of(&mail, &zone()), ("pass", "dkim.verified"));
}

// proves: RFC 6376 §3.6.1
#[test]
fn a_strict_key_accepts_an_identity_of_the_signing_domain_itself() {
    let zone = zone_with(txt(&format!("t=s; p={RSA_PUBLIC}")));
    let mail = mail_signed_with("v=1;", "v=1; i=ann@Example.COM;");
    assert_eq!(told_of(&mail, &zone), ("pass", "dkim.verified"));
}

#[test]
fn a_testing_key_passes_and_says_that_it_is_testing() {
    let zone = zone_with(txt(&format!("t=y; p={RSA_PUBLIC}")));
    let examined = examine(mail_signed_with("v=1", "v=1").as_bytes(), &zone);
    assert_eq!(told(&examined), [("pass", "dkim.verified")]);
    assert_eq!(fact(&examined.findings[0], "is_testing"), Some(Value::Flag(true)));
}

// proves: RFC 6376 §8.2, §3.5
#[test]
fn dkim_pitfall_08_a_length_covers_the_whole_body_or_a_part_that_validates_nothing_or_more_than_there_is() {
    let mail = mail_signed_with("s=sel;", "s=sel; l=10;");
    for (mail, result, code, coverage) in [
        (mail.clone(), "pass", "dkim.verified", Some("whole")),
        (mail_signed_with("s=sel;", "s=sel; l=9;"), "policy", "dkim.partial-body", Some("partial")),
        (mail_signed_with("s=sel;", "s=sel; l=0;"), "policy", "dkim.partial-body", Some("partial")),
        (format!("{mail}buy now\r\n"), "policy", "dkim.partial-body", Some("partial")),
        (format!("{mail}\r\n  \r\n"), "pass", "dkim.verified", Some("whole")),
        (mail_signed_with("s=sel;", "s=sel; l=11;"), "fail", "dkim.body-too-short", Some("whole")),
        (mail.replace("noon", "ten"), "fail", "dkim.body-too-short", Some("whole")),
        (mail.replace("noon", "nine"), "fail", "dkim.body-hash-differs", Some("whole")),
    ] {
        let examined = examine(mail.as_bytes(), &zone());
        assert_eq!(told(&examined), [(result, code)], "{mail}");
        assert_eq!(fact(&examined.findings[0], "body_coverage"), coverage.map(Value::from), "{mail}");
    }
}

#[test]
fn a_partly_covering_signature_that_does_not_verify_fails() {
    let mail = mail_signed_with("s=sel;", "s=sel; l=9;").replace("Lunch", "Dinner");
    assert_eq!(told_of(&mail, &zone()), ("fail", "dkim.signature-differs"));
}

// proves: RFC 6376 §6.1.3
#[test]
fn a_changed_body_or_header_fails_and_a_body_that_differs_costs_no_cryptography() {
    let mail = mail_signed_with("v=1", "v=1");
    for (old, new, code, verifications) in [
        ("noon", "nine", "dkim.body-hash-differs", 0),
        ("Lunch", "Dinner", "dkim.signature-differs", 1),
        ("s=sel;", "s=sel; n=x;", "dkim.signature-differs", 1),
        ("Subject: Lunch", "Subject: Lunch\r\nSubject: Extra", "dkim.signature-differs", 1),
    ] {
        let examined = examine(mail.replace(old, new).as_bytes(), &zone());
        assert_eq!(told(&examined), [("fail", code)], "{old}");
        assert_eq!(examined.verifications, verifications, "{old}");
    }
}

// proves: RFC 6376 §6.1.3
#[test]
fn a_signature_is_decided_once_however_often_answers_are_shown() {
    let mail = mail_signed_with("v=1", "v=1");
    let twice = format!("{}{mail}", &mail[..mail.find("From: Ann").unwrap_or(0)]);
    let examined = examine(twice.as_bytes(), &zone());
    assert_eq!(told(&examined), [("pass", "dkim.verified"); 2]);
    assert_eq!((examined.questions.len(), examined.verifications), (1, 2));
}

// proves: RFC 6376 §6.1
#[test]
fn dkim_pitfall_10_signatures_are_found_in_field_order_and_a_bad_one_does_not_hurt_a_good_one() {
    let mail = mail_signed_with("v=1", "v=1");
    let examined = examine(format!("DKIM-Signature: nonsense\r\n{mail}").as_bytes(), &zone());
    assert_eq!(told(&examined), [("neutral", "dkim.malformed"), ("pass", "dkim.verified")]);
}

#[test]
fn a_signature_hash_names_a_signature_however_it_is_folded() {
    let mail = mail_signed_with("v=1", "v=1");
    let at = mail.find("; b=").unwrap_or(0) + 10;
    let folded = format!("{}\r\n  {}", &mail[..at], &mail[at..]);
    let [plain, folded] = [mail, folded].map(|mail| examine(mail.as_bytes(), &zone()));
    assert_eq!(told(&folded), [("pass", "dkim.verified")]);
    let hash = fact(&plain.findings[0], "signature_hash");
    assert!(matches!(&hash, Some(Value::Text(hash)) if hash.len() == 32));
    assert_eq!(fact(&folded.findings[0], "signature_hash"), hash);
    assert_eq!(property(&plain.findings[0], "b"), property(&folded.findings[0], "b"));
}

// proves: RFC 8601 §2.7.1
#[test]
fn what_cannot_be_read_is_not_shown() {
    let examined = examine(format!("DKIM-Signature: d=a..b; s=sel; a=x y!; b=\r\n{MAIL}").as_bytes(), &zone());
    let shown = ["d", "i", "s", "a", "b"].map(|name| property(&examined.findings[0], name));
    assert_eq!(shown, [None, None, Some("sel"), None, None]);
}

// proves: RFC 5321 §4.5.3.1
#[test]
fn an_identity_longer_than_any_address_is_not_shown() {
    for (local_octets, is_shown) in [(64, true), (308, true), (309, false)] {
        let identity = format!("{}@example.com", "x".repeat(local_octets));
        let field = format!("DKIM-Signature: d=example.com; s=sel; i={identity}\r\n{MAIL}");
        let examined = examine(field.as_bytes(), &zone());
        assert_eq!(property(&examined.findings[0], "i").is_some(), is_shown, "{local_octets}");
    }
}

// proves: RFC 8301 §3.2
#[test]
fn a_key_over_the_longest_is_refused_by_its_length_alone() {
    // SEQUENCE { INTEGER of 1025 octets, INTEGER 65537 }: 8,192 bits.
    let modulus = [vec![0x02, 0x82, 0x04, 0x01, 0x00], vec![0xff; 1024]].concat();
    let content = [modulus, vec![0x02, 0x03, 1, 0, 1]].concat();
    let length = u16::try_from(content.len()).expect("a short key").to_be_bytes();
    let der = [vec![0x30, 0x82], length.to_vec(), content].concat();
    let base64 = base64::Engine::encode(&base64::engine::general_purpose::STANDARD, der);
    let zone = zone_with(txt(&format!("p={base64}")));
    assert_eq!(told_of(&mail_signed_with("v=1", "v=1"), &zone), ("policy", "dkim.key-too-long"));
}

#[test]
fn the_time_of_receipt_counts_and_not_the_time_of_reading() {
    let mail = mail_signed_with("s=sel;", "s=sel; t=1000000; x=2000000;");
    for (now_seconds, result, code) in [
        (999_699, "permerror", "dkim.signed-in-future"),
        (999_700, "pass", "dkim.verified"),
        (2_000_300, "pass", "dkim.verified"),
        (2_000_301, "permerror", "dkim.expired"),
    ] {
        let examined = examine_chunks(&[mail.as_bytes()], &zone(), LineEnds::AsIs, now_seconds);
        assert_eq!(told(&examined), [(result, code)], "{now_seconds}");
    }
}

#[test]
fn a_signature_whose_key_is_rsa_does_not_verify_under_another_key() {
    let other = "MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQDkHlOQoBTzWRiGs5V6NpP3idY6Wk08a5qhdR6wy5bdOKb2jLQiY/J16JYi0Qvx/byYzCNb3W91y3FutACDfzwQ/BC/e/8uBsCR+yz1Lxj+PL6lHvqMKrM3rG4hstT5QjvHO9PzoxZyVYLzBfO2EeC3Ip3G+2kryOTIKT+l/K4w3QIDAQAB";
    let mail = signed(MAIL, FIELD, &rsa());
    assert_eq!(told_of(&mail, &zone_with(txt(&format!("p={other}")))), ("fail", "dkim.signature-differs"));
}

// proves: RFC 8301 §3.1, §3.2
#[test]
fn dkim_pitfall_09_sha1_and_short_keys_never_pass_and_waiting_does_not_help() {
    let sha1 = format!("DKIM-Signature: {}\r\n{MAIL}", FIELD.replace("rsa-sha256", "rsa-sha1"));
    assert_eq!(told_of(&sha1, &zone()), ("permerror", "dkim.sha1-refused"));
    let of_512_bits = "p=MFwwDQYJKoZIhvcNAQEBBQADSwAwSAJBAMIGCaBl60DGXFJ8ejW1SA5FhRJy6Y+4/Ek0K8NSjQf6Cba0DYIihMzO0pTWI5PTvZ6PQyJ3Wd0K3GZ8m5X0T6cCAwEAAQ==";
    let short = told_of(&mail_signed_with("v=1", "v=1"), &zone_with(txt(of_512_bits)));
    assert_eq!(short, ("policy", "dkim.key-too-short"));
}

// proves: RFC 6376 §3.5
#[test]
fn a_signature_that_differs_names_the_fields_that_changed_since_they_were_copied() {
    let sent = mail_signed_with("v=1;", "v=1; z=From:Ann=20<ann@example.com>|Subject:Lunch;");
    let examined = examine(sent.as_bytes(), &zone());
    assert_eq!(fact(&examined.findings[0], "changed_fields"), None);
    let examined = examine(sent.replace("Subject: Lunch", "Subject: [list] Lunch").as_bytes(), &zone());
    assert_eq!(told(&examined), [("fail", "dkim.signature-differs")]);
    assert_eq!(fact(&examined.findings[0], "changed_fields"), Some(vec!["Subject".to_owned()].into()));
}
