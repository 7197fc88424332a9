//! Floods: each limit is reached, and still there is an answer.

use super::fixture::{FIELD, MAIL, examine, mail_signed_with, no_bodies, rsa, signed, told, zone};
use crate::dkim::evaluate::MAX_SIGNATURES;
use crate::dkim::parse::MAX_SIGNED_NAMES;
use crate::dkim::{Evaluation, KeyCache, Limits};
use crate::dns::{Answers, Lookups, Wait};
use crate::message::header::{MAX_HEADER_FIELDS, MAX_HEADER_OCTETS};
use crate::message::{Header, HeaderLimits};

// proves: RFC 6376 §6.1
#[test]
fn as_many_signatures_as_the_limit_are_evaluated_and_each_has_its_finding() {
    let mail = mail_signed_with("v=1", "v=1");
    let field = &mail[..mail.find("From: Ann").unwrap_or(0)];
    let examined = examine(format!("{}{MAIL}", field.repeat(2_000)).as_bytes(), &zone());
    let told = told(&examined);
    assert_eq!(told.len(), 2_000);
    assert!(told[..MAX_SIGNATURES].iter().all(|told| *told == ("pass", "dkim.verified")));
    assert!(told[MAX_SIGNATURES..].iter().all(|told| *told == ("policy", "dkim.too-many-signatures")));
    assert_eq!((examined.questions.len(), examined.verifications), (1, 10));
}

#[test]
fn a_thousand_signed_names_over_thousands_of_fields_are_picked_and_one_more_is_refused() {
    let fields: String = (0..4_900).map(|number| format!("X-{}: {number}\r\n", number % 600)).collect();
    let names: String = (0..MAX_SIGNED_NAMES - 3).map(|number| format!(":X-{}", number % 600)).collect();
    let mail = format!("{fields}{MAIL}");
    let field = FIELD.replace("h=From:To:Subject", &format!("h=From:To:Subject{names}"));
    assert_eq!(told(&examine(signed(&mail, &field, &rsa()).as_bytes(), &zone())), [("pass", "dkim.verified")]);
    let one_more = format!("DKIM-Signature: {}\r\n{mail}", field.replace("h=From", "h=From:Cc"));
    assert_eq!(told(&examine(one_more.as_bytes(), &zone())), [("policy", "dkim.too-many-signed-names")]);
}

#[test]
fn a_header_over_its_limits_has_one_finding_that_says_so() {
    let sent = mail_signed_with("v=1", "v=1");
    let grown = |more: &str, count| sent.replacen("Subject: ", &format!("{}Subject: ", more.repeat(count)), 1);
    for (mail, code) in [
        (grown("X: y\r\n", MAX_HEADER_FIELDS), "dkim.too-many-fields"),
        (grown("X: y\r\n", 100_000), "dkim.too-many-fields"),
        (grown(&format!("X: {}\r\n", "y".repeat(MAX_HEADER_OCTETS)), 1), "dkim.header-too-large"),
        (grown(&format!("X: {}\r\n", "y".repeat(10_000_000)), 1), "dkim.header-too-large"),
    ] {
        assert_eq!(told(&examine(mail.as_bytes(), &zone())), [("permerror", code)]);
    }
}

#[test]
fn a_tag_of_64_kilobytes_is_read_like_any_other() {
    let junk = "x".repeat(64 * 1024);
    for (tag, value, result) in [
        ("b", &junk, "fail"),
        ("bh", &junk, "neutral"),
        ("d", &junk, "neutral"),
        ("i", &junk, "neutral"),
        ("h", &junk, "permerror"),
        ("z", &junk, "fail"),
    ] {
        let good = mail_signed_with("v=1;", "v=1; i=@example.com; z=y;");
        let (head, rest) = good.split_once(&format!(" {tag}=")).expect("the tag is there");
        let end = rest.find([';', '\r']).unwrap_or(rest.len());
        let mail = format!("{head} {tag}={value}{}", &rest[end..]);
        assert_eq!(told(&examine(mail.as_bytes(), &zone()))[0].0, result, "{tag}");
    }
}

#[test]
fn a_signature_that_still_waits_is_a_temporary_error() {
    let mail = mail_signed_with("v=1", "v=1");
    let header = Header::scan(mail.into_bytes(), HeaderLimits::default());
    let mut evaluation = Evaluation::begin(&header, super::fixture::NOW, &Limits::default());
    let answers = Answers::default();
    assert_eq!(evaluation.advance(&header, no_bodies(), &KeyCache::default(), &mut Lookups::new(&answers)), Err(Wait));
    let findings = evaluation.findings();
    assert_eq!((findings[0].result.word(), findings[0].reason.code()), ("temperror", "dkim.unfinished"));
}
