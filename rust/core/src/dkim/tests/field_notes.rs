//! What goes wrong in the field, each as a test under the number of its note.

use super::fixture::{
    FIELD, MAIL, NOW, RSA_PUBLIC, Zone, examine, examine_chunks, fact, mail_signed_with, property, rsa, signed, told,
    txt, zone, zone_with,
};
use crate::dkim::evaluate::CLOCK_SKEW_SECONDS;
use crate::dns::{Answer, Question, Record, Unavailable};
use crate::examination::{Examination, Options, SessionFacts};
use crate::finding::{Finding, Value};
use crate::message::{ArrivalOptions, LineEnds};

const PASS: [(&str, &str); 1] = [("pass", "dkim.verified")];

fn told_of(mail: &str, zone: &Zone) -> Vec<(&'static str, &'static str)> {
    told(&examine(mail.as_bytes(), zone))
}

fn with_body(body: &str) -> String {
    format!("From: ann@example.com\r\n\r\n{body}")
}

fn simple() -> String {
    FIELD.replace("relaxed/relaxed", "simple/simple")
}

#[test]
fn field_note_01_dkim_pitfall_02_a_relaxed_body_that_ends_in_lines_of_blanks_is_the_one_without_them() {
    for (signed_body, received_body) in
        [("", " \r\n"), ("abc\r\n", "abc\r\n \r\n"), ("abc\r\n", "abc\r\n\t\r\n  \r\n\r\n"), ("abc \t \r\n", "abc\r\n")]
    {
        let mail = signed(&with_body(signed_body), FIELD, &rsa());
        let head = &mail[..mail.len() - signed_body.len()];
        assert_eq!(told_of(&format!("{head}{received_body}"), &zone()), PASS, "{received_body:?}");
    }
}

#[test]
fn field_note_02_the_hash_does_not_depend_on_how_the_input_was_cut() {
    let mail = signed(&with_body("a \r\n\t b\r\n \r\nc\r\r\n\r\n"), FIELD, &rsa());
    for cut in 0..=mail.len() {
        let (first, second) = mail.as_bytes().split_at(cut);
        let examined = examine_chunks(&[first, second], &zone(), LineEnds::AsIs, NOW);
        assert_eq!(told(&examined), PASS, "cut at {cut}");
    }
}

#[test]
fn field_note_03_a_body_may_be_empty_or_missing_or_lack_its_last_line_end() {
    for mail in
        ["From: ann@example.com\r\n\r\n", "From: ann@example.com\r\n\r\n\r\n", "From: ann@example.com\r\n\r\nno end"]
    {
        for field in [FIELD.to_owned(), simple()] {
            assert_eq!(told_of(&signed(mail, &field, &rsa()), &zone()), PASS, "{mail:?} {field}");
        }
    }
    let mail = signed("From: ann@example.com\r\n\r\n", &simple(), &rsa());
    assert_eq!(told_of(mail.trim_end_matches("\r\n"), &zone()), PASS, "a header block without its empty line");
    assert_eq!(told_of("", &zone()), [("none", "dkim.no-signature")]);
}

#[test]
fn field_note_04_lone_line_feeds_are_taken_as_they_are_or_fixed_or_rejected_and_lone_returns_always_stay() {
    let mail = signed(&with_body("a\rb\r\nc\r\n"), FIELD, &rsa());
    let with_lf = mail.replace("\r\n", "\n");
    let code = |mail: &str, line_ends| told(&examine_chunks(&[mail.as_bytes()], &zone(), line_ends, NOW))[0].1;
    assert_eq!(code(&mail, LineEnds::AsIs), "dkim.verified");
    assert_eq!(code(&with_lf, LineEnds::FixCrlf), "dkim.verified");
    assert_eq!(code(&with_lf, LineEnds::AsIs), "dkim.body-hash-differs");
    assert_eq!(code(&mail.replace("a\rb", "ab"), LineEnds::FixCrlf), "dkim.body-hash-differs");
    let rejected = |mail: &str| {
        let arrival = ArrivalOptions { line_ends: LineEnds::Reject, ..ArrivalOptions::default() };
        let mut examination = Examination::new(SessionFacts::default(), Options { arrival, ..Options::default() });
        examination.feed(mail.as_bytes());
        examination.finish();
        examination.arrival().rejected()
    };
    assert_eq!(rejected(&mail), mail.find("\rb").map(|at| at as u64));
    assert_eq!(rejected(&with_lf), with_lf.find('\n').map(|at| at as u64));
    assert_eq!(rejected(MAIL), None);
    let signed_as_lf = signed(&with_body("a\nb\r\n"), FIELD, &rsa());
    assert_eq!(code(&signed_as_lf, LineEnds::AsIs), "dkim.verified");
    assert_eq!(code(&signed_as_lf, LineEnds::FixCrlf), "dkim.body-hash-differs");
}

#[test]
fn field_note_05_relaxed_fields_survive_refolding_and_simple_ones_do_not() {
    for (old, new) in [
        ("Subject: Lunch", "Subject:\r\n Lunch"),
        ("Subject: Lunch", "Subject:Lunch"),
        ("Subject: Lunch", "Subject : Lunch \t"),
        ("Subject: Lunch", "SUBJECT: Lunch"),
        ("To: Bob <", "To: Bob\r\n\t<"),
    ] {
        let relaxed = signed(MAIL, FIELD, &rsa()).replace(old, new);
        assert_eq!(told_of(&relaxed, &zone()), PASS, "{new:?}");
        let simple = signed(MAIL, &simple(), &rsa()).replace(old, new);
        assert_eq!(told_of(&simple, &zone()), [("fail", "dkim.signature-differs")], "{new:?}");
    }
    let empty = MAIL.replace("Lunch", "");
    assert_eq!(told_of(&signed(&empty, FIELD, &rsa()), &zone()), PASS, "an empty value");
    let blank = signed(&empty, &simple(), &rsa());
    assert_eq!(told_of(&blank, &zone()), PASS, "an empty value, simple");
    let folded = FIELD.replace(" h=", "\r\n\th=").replace(" b={b}", "\r\n b={b}");
    for field in [folded.clone(), folded.replace("relaxed/relaxed", "simple/simple")] {
        assert_eq!(told_of(&signed(MAIL, &field, &rsa()), &zone()), PASS, "{field}");
    }
}

// proves: RFC 8616 §5
#[test]
fn field_note_06_eight_bit_headers_and_u_labels_are_signed_as_they_stand() {
    let mail = MAIL.replace("Ann <ann@example.com>", "Änn <änn@bücher.example>").replace("Lunch", "Mittag\u{df}");
    let field = FIELD.replace("d=example.com", "d=bücher.example; i=änn@mail.bücher.example");
    let zone = vec![("sel._domainkey.xn--bcher-kva.example".into(), txt(&format!("p={RSA_PUBLIC}")))];
    let examined = examine(signed(&mail, &field, &rsa()).as_bytes(), &zone);
    assert_eq!(told(&examined), PASS);
    assert_eq!(fact(&examined.findings[0], "domain"), Some(Value::from("xn--bcher-kva.example")));
    assert_eq!(property(&examined.findings[0], "i"), Some("änn@mail.bücher.example"));
    let latin = [signed(MAIL, FIELD, &rsa()).into_bytes(), b"\xff\xfe\r\n".to_vec()].concat();
    assert_eq!(told(&examine(&latin, &zone)), [("permerror", "dkim.no-key")]);
}

#[test]
fn field_note_07_repeated_names_are_picked_from_the_bottom_and_fields_added_on_top_do_no_harm() {
    let received = |count: usize| (1..=count).rev().map(|number| format!("Received: {number}\r\n")).collect::<String>();
    let mail = format!("{}{MAIL}", received(3));
    let field = FIELD.replace("h=From:", "h=Received:RECEIVED:from:");
    let sent = signed(&mail, &field, &rsa());
    assert_eq!(told_of(&sent, &zone()), PASS);
    assert_eq!(told_of(&format!("Received: 4\r\n{sent}"), &zone()), PASS);
    let swapped = sent.replace("Received: 1\r\n", "Received: x\r\n");
    assert_eq!(told_of(&swapped, &zone()), [("fail", "dkim.signature-differs")]);
}

#[test]
fn field_note_07_a_tag_that_stands_twice_spoils_the_field_and_one_in_another_case_does_not() {
    let twice = format!("DKIM-Signature: {}\r\n{MAIL}", FIELD.replace("v=1;", "v=1; d=example.com;"));
    assert_eq!(told_of(&twice, &zone()), [("neutral", "dkim.duplicate-tag")]);
    assert_eq!(told_of(&mail_signed_with("v=1;", "v=1; D=other.example;"), &zone()), PASS);
}

#[test]
fn field_note_07_an_oversigned_name_lets_no_field_be_added() {
    let sent = mail_signed_with("h=From:", "h=From:From:");
    assert_eq!(told_of(&sent, &zone()), PASS);
    let forged = sent.replace("From: Ann", "From: Eve <eve@evil.example>\r\nFrom: Ann");
    assert_eq!(told_of(&forged, &zone()), [("fail", "dkim.signature-differs")]);
}

#[test]
fn field_note_07_a_signature_shorter_than_eight_characters_is_shown_as_it_is() {
    let mail = mail_signed_with("v=1", "v=1");
    let at = mail.find("; b=").unwrap_or(0) + 4;
    let end = mail.find("\r\nFrom").unwrap_or(at);
    for (signature, result, code, shown) in [
        ("", "neutral", "dkim.malformed", None),
        ("A", "neutral", "dkim.malformed", Some("A")),
        ("AAAA", "fail", "dkim.signature-differs", Some("AAAA")),
    ] {
        let examined = examine(format!("{}{signature}{}", &mail[..at], &mail[end..]).as_bytes(), &zone());
        assert_eq!(told(&examined), [(result, code)], "{signature}");
        assert_eq!(property(&examined.findings[0], "b"), shown, "{signature}");
    }
}

#[test]
fn field_note_07_dkim_pitfall_03_the_b_inside_bh_is_not_taken_for_the_signature() {
    for field in [
        "v=1; a=rsa-sha256; bh={bh}; b={b}; d=example.com; s=sel; h=From",
        "v=1; a=rsa-sha256; b = {b} ; bh = {bh} ; d=example.com; s=sel; h=From",
        "b={b}; v=1; a=rsa-sha256; d=example.com; s=sel; h=From; xb=b=; bh={bh}",
        "v=1; a=rsa-sha256; c=relaxed; d=example.com; s=sel; h=From; bh={bh}; b=\r\n {b} \r\n ;",
    ] {
        assert_eq!(told_of(&signed(MAIL, field, &rsa()), &zone()), PASS, "{field}");
    }
}

// proves: RFC 8601 §2.7.1
#[test]
fn field_note_08_a_malformed_signature_and_the_eleventh_one_have_a_finding() {
    let fields = "DKIM-Signature: nonsense\r\n".repeat(10);
    let examined = examine(format!("{fields}{}", mail_signed_with("v=1", "v=1")).as_bytes(), &zone());
    let mut expected = vec![("neutral", "dkim.malformed"); 10];
    expected.push(("policy", "dkim.too-many-signatures"));
    assert_eq!(told(&examined), expected);
    assert_eq!(examined.verifications, 0);
}

// proves: RFC 6376 §8.15
#[test]
fn field_note_09_dkim_pitfall_11_a_second_from_field_that_is_not_signed_spoils_the_signature() {
    let sent = mail_signed_with("v=1", "v=1");
    for forged in [
        sent.replace("From: Ann", "From: Eve <eve@evil.example>\r\nFrom: Ann"),
        sent.replace("To: Bob", "FROM : Eve <eve@evil.example>\r\nTo: Bob"),
    ] {
        assert_eq!(told_of(&forged, &zone()), [("policy", "dkim.from-not-covered")]);
    }
}

// proves: RFC 6376 §2.6
#[test]
fn field_note_09_the_identity_is_compared_by_labels() {
    for (identity, code) in [
        ("@example.com", "dkim.verified"),
        ("ann@mail.example.com", "dkim.verified"),
        ("\"a@b\"@a.b.EXAMPLE.com", "dkim.verified"),
        ("@example.com.", "dkim.verified"),
    ] {
        let mail = mail_signed_with("v=1;", &format!("v=1; i={identity};"));
        assert_eq!(told_of(&mail, &zone())[0].1, code, "{identity}");
    }
    for identity in ["@example.com.evil.org", "@badexample.com", "@com", "ann@example.org"] {
        let mail = format!("DKIM-Signature: {}\r\n{MAIL}", FIELD.replace("v=1;", &format!("v=1; i={identity};")));
        assert_eq!(told_of(&mail, &zone())[0].1, "dkim.identity-outside-domain", "{identity}");
    }
}

#[test]
fn field_note_10_a_key_record_may_have_strays_beside_it_and_blanks_inside_and_either_envelope() {
    let mail = mail_signed_with("v=1", "v=1");
    let bare = &crate::octets::base64_octets(RSA_PUBLIC.as_bytes()).expect("good base64")[24..];
    let bare = base64::Engine::encode(&base64::engine::general_purpose::STANDARD, bare);
    let (start, end) = RSA_PUBLIC.split_at(100);
    for texts in [
        vec![format!("v=DKIM1; k=rsa; p={bare}")],
        vec![format!("p={start} \t{end}")],
        vec!["v=spf1 -all".into(), format!("v=DKIM1;p={RSA_PUBLIC};")],
        vec![format!(" v = DKIM1 ; h=sha256 ; s=* ; t=x ; g=* ; p={RSA_PUBLIC} ; ")],
    ] {
        let records = texts.iter().map(|text| Record::Txt(text.clone().into_bytes())).collect();
        let zone = zone_with(Answer::Found { records, is_secure: true });
        assert_eq!(told_of(&mail, &zone), PASS, "{texts:?}");
    }
}

#[test]
fn field_note_09_a_signature_that_leaves_out_from_never_passes() {
    for names in ["To:Subject", "Froms:To", "X-From"] {
        let mail = format!("DKIM-Signature: {}\r\n{MAIL}", FIELD.replace("From:To:Subject", names));
        assert_eq!(told_of(&mail, &zone()), [("permerror", "dkim.from-not-signed")], "{names}");
    }
}

#[test]
fn field_note_10_a_record_that_gives_no_one_key_says_which_way_it_fails() {
    let mail = mail_signed_with("v=1", "v=1");
    let key = format!("p={RSA_PUBLIC}");
    for (texts, told) in [
        (vec!["p=".to_owned()], ("permerror", "dkim.key-revoked")),
        (vec![key.clone(), key.clone()], ("permerror", "dkim.several-keys")),
        (vec![format!("s=tlsrpt; {key}")], ("permerror", "dkim.key-refuses-service")),
        (vec![format!("h=sha1; {key}")], ("permerror", "dkim.key-refuses-hash")),
        (vec![format!("k=ed25519; {key}")], ("permerror", "dkim.key-type-differs")),
        (vec!["v=spf1 -all".to_owned()], ("permerror", "dkim.key-malformed")),
        (vec![], ("permerror", "dkim.no-key")),
    ] {
        let records = texts.iter().map(|text| Record::Txt(text.clone().into_bytes())).collect();
        assert_eq!(told_of(&mail, &zone_with(Answer::Found { records, is_secure: false })), [told], "{texts:?}");
    }
}

// proves: RFC 6376 §3.9, §6.1.2
#[test]
fn field_note_11_what_is_not_there_is_permanent_and_what_is_not_known_is_temporary() {
    let mail = mail_signed_with("v=1", "v=1");
    let absent = [Answer::NxDomain { is_secure: false }, Answer::NoData { is_secure: false }];
    for answer in absent {
        assert_eq!(told_of(&mail, &zone_with(answer)), [("permerror", "dkim.no-key")]);
    }
    for why in Unavailable::ALL {
        let examined = examine(mail.as_bytes(), &zone_with(Answer::Unavailable(why)));
        assert_eq!(told(&examined), [("temperror", "dkim.key-unavailable")], "{why}");
        assert_eq!(examined.findings[0].reason.values(), [("why", Value::from(why.word()))]);
    }
}

#[test]
fn field_note_11_a_key_that_is_not_known_stays_temporary_through_dmarc() {
    let key_or = |answer: Answer| {
        move |question: &Question| match question.name.as_str() {
            "sel._domainkey.example.com" => answer.clone(),
            "_dmarc.example.com" => txt("v=DMARC1; p=reject"),
            _ => Answer::NxDomain { is_secure: false },
        }
    };
    for (answer, result) in [
        (txt(&format!("p={RSA_PUBLIC}")), "pass"),
        (Answer::Unavailable(Unavailable::Timeout), "temperror"),
        (Answer::NxDomain { is_secure: false }, "fail"),
    ] {
        let findings = findings(mail_signed_with("v=1", "v=1").as_bytes(), key_or(answer));
        assert_eq!(findings.last().map(|dmarc| (dmarc.method.word(), dmarc.result.word())), Some(("dmarc", result)));
    }
}

fn findings(mail: &[u8], answer: impl Fn(&Question) -> Answer) -> Vec<Finding> {
    let options = Options { now_seconds: NOW, ..Options::default() };
    let mut examination = Examination::new(SessionFacts::default(), options);
    examination.feed(mail);
    examination.finish();
    loop {
        let questions = examination.questions();
        if questions.is_empty() {
            return examination.findings().expect("all is answered");
        }
        for question in questions {
            let answer = answer(&question);
            examination.learn(question, answer);
        }
    }
}

#[test]
fn field_note_12_times_count_at_receipt_and_clocks_may_differ_by_the_skew() {
    let (signed_at, expires_at) = (NOW, NOW + 3_600);
    let mail = mail_signed_with("v=1;", &format!("v=1; t={signed_at}; x={expires_at};"));
    for (received_at, code) in [
        (signed_at - CLOCK_SKEW_SECONDS - 1, "dkim.signed-in-future"),
        (signed_at - CLOCK_SKEW_SECONDS, "dkim.verified"),
        (signed_at, "dkim.verified"),
        (expires_at + CLOCK_SKEW_SECONDS, "dkim.verified"),
        (expires_at + CLOCK_SKEW_SECONDS + 1, "dkim.expired"),
    ] {
        let examined = examine_chunks(&[mail.as_bytes()], &zone(), LineEnds::AsIs, received_at);
        assert_eq!(told(&examined)[0].1, code, "{received_at}");
    }
}

// proves: RFC 8301 §3.1
#[test]
fn field_note_13_an_unsupported_algorithm_is_neutral_and_not_a_failure() {
    for (algorithm, result) in [("rsa-sha512", "neutral"), ("ed448-shake256", "neutral"), ("rsa-sha1", "permerror")] {
        let mail = format!("DKIM-Signature: {}\r\n{MAIL}", FIELD.replace("rsa-sha256", algorithm));
        let examined = examine(mail.as_bytes(), &zone());
        assert_eq!(told(&examined)[0].0, result, "{algorithm}");
        assert_eq!(property(&examined.findings[0], "a"), Some(algorithm));
    }
}

#[test]
fn field_note_13_a_length_counts_canonical_octets() {
    let body = "a  b\t\r\n\r\n\r\n";
    for (field, length, code) in [
        (FIELD.to_owned(), 5, "dkim.verified"),
        (FIELD.to_owned(), 4, "dkim.partial-body"),
        (FIELD.to_owned(), 6, "dkim.body-too-short"),
        (simple(), 7, "dkim.verified"),
        (simple(), 11, "dkim.body-too-short"),
    ] {
        let field = field.replace("s=sel;", &format!("s=sel; l={length};"));
        assert_eq!(told_of(&signed(&with_body(body), &field, &rsa()), &zone())[0].1, code, "{field}");
    }
}
