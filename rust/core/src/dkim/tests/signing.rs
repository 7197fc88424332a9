//! Signing: what is signed verifies, and what cannot be signed is refused.

use super::fixture::{
    ED25519_PUBLIC, MAIL, NOW, RSA_PEM, RSA_PUBLIC, ed25519, examine, property, rsa, told, txt, zone_with,
};
use crate::crypto::{KeyError, KeyKind, SigningKey};
use crate::dkim::write::{Identity, OVERSIGNED};
use crate::dkim::{SignedNames, SigningError, SigningRequest, sign_message};
use crate::dns::Name;
use crate::message::Canonicalization::{self, Relaxed, Simple};

fn name(text: &str) -> Name {
    Name::parse(text).expect("a good name")
}

fn request(key: &SigningKey) -> SigningRequest<'_> {
    SigningRequest {
        domain: name("example.com"),
        selector: name("sel"),
        key,
        header_canonicalization: Relaxed,
        body_canonicalization: Relaxed,
        signed_names: SignedNames::Usual,
        signed_seconds: Some(NOW),
        expires_seconds: Some(NOW + 86_400),
        identity: Some(Identity { local_part: "ann o=neil;ü".into(), domain: name("mail.example.com") }),
    }
}

const FORMS: [(Canonicalization, Canonicalization); 4] =
    [(Relaxed, Relaxed), (Relaxed, Simple), (Simple, Relaxed), (Simple, Simple)];

#[test]
fn what_is_signed_verifies_in_every_form_with_every_key() {
    let keys = [
        (rsa(), format!("p={RSA_PUBLIC}")),
        (ed25519(), format!("k=ed25519; p={ED25519_PUBLIC}")),
        (SigningKey::from_pem(include_str!("rsa2048-pkcs1.pem")).expect("a good key"), format!("p={RSA_PUBLIC}")),
    ];
    for (key, record) in &keys {
        for (header_canonicalization, body_canonicalization) in FORMS {
            let request = SigningRequest { header_canonicalization, body_canonicalization, ..request(key) };
            let field = sign_message(MAIL.as_bytes(), &request).expect("the mail is signed");
            let mail = [field, MAIL.as_bytes().to_vec()].concat();
            let examined = examine(&mail, &zone_with(txt(record)));
            assert_eq!(told(&examined), [("pass", "dkim.verified")], "{header_canonicalization:?}");
            assert_eq!(property(&examined.findings[0], "i"), Some("ann=20o=3Dneil=3B=C3=BC@mail.example.com"));
        }
    }
}

#[test]
fn a_field_is_folded_before_its_lines_get_too_long_and_signing_is_repeatable() {
    let (rsa, mail) = (rsa(), MAIL.as_bytes());
    let field = sign_message(mail, &request(&rsa)).expect("the mail is signed");
    assert_eq!(sign_message(mail, &request(&rsa)), Ok(field.clone()));
    let text = String::from_utf8(field).expect("a field is ASCII");
    assert!(text.starts_with("DKIM-Signature: v=1; a=rsa-sha256; c=relaxed/relaxed; d=example.com;"));
    assert!(text.ends_with("\r\n"));
    let lines: Vec<_> = text.trim_end_matches("\r\n").split("\r\n").collect();
    assert!(lines.len() > 5 && lines.iter().all(|line| line.len() <= 78), "{text}");
    assert!(lines[1..].iter().all(|line| line.starts_with(' ') && line.trim().len() > 1), "{text}");
}

#[test]
fn the_usual_names_are_signed_as_often_as_present_and_some_once_more() {
    let mail = "From: a@example.com\r\nTo: b\r\nReferences: <c>\r\nX-Mine: d\r\nSubject: e\r\n\r\n";
    let key = ed25519();
    let field = sign_message(mail.as_bytes(), &request(&key)).expect("the mail is signed");
    let text = String::from_utf8(field).expect("a field is ASCII").replace("\r\n ", "");
    let names = text.split_once("h=").and_then(|(_, rest)| rest.split_once(';')).map(|(names, _)| names);
    let expected = "From:From:Reply-To:To:To:Cc:Subject:Subject:Date:Message-ID:Content-Type:References";
    assert_eq!(names, Some(expected));
}

#[test]
fn none_of_the_oversigned_fields_can_be_added_later() {
    let key = ed25519();
    let field = sign_message(MAIL.as_bytes(), &request(&key)).expect("the mail is signed");
    let zone = zone_with(txt(&format!("k=ed25519; p={ED25519_PUBLIC}")));
    for added in OVERSIGNED {
        let mail = [field.clone(), format!("{added}: x\r\n{MAIL}").into_bytes()].concat();
        assert_eq!(told(&examine(&mail, &zone))[0].0, "fail", "{added}");
    }
}

#[test]
fn what_must_not_be_signed_is_refused() {
    let key = ed25519();
    let listed = |names: &[&str]| SignedNames::Listed(names.iter().map(|&name| name.to_owned()).collect());
    let plain = || request(&key);
    for (mail, request, error) in [
        ("To: b\r\n\r\n", plain(), SigningError::NoFrom),
        ("From: a\r\n\r\nx\ny\r\n", plain(), SigningError::BareLineEnd),
        ("From: a\rb\r\n\r\n", plain(), SigningError::BareLineEnd),
        ("From: a\r\n\r\nx\r", plain(), SigningError::BareLineEnd),
        (MAIL, SigningRequest { signed_names: listed(&["To"]), ..plain() }, SigningError::FromNotListed),
        (MAIL, SigningRequest { signed_names: listed(&[]), ..plain() }, SigningError::FromNotListed),
        (MAIL, SigningRequest { signed_names: listed(&["From", "a:b"]), ..plain() }, SigningError::NotAFieldName),
        (MAIL, SigningRequest { signed_names: listed(&["From", "a;b"]), ..plain() }, SigningError::NotAFieldName),
        (MAIL, SigningRequest { domain: name("other.example"), ..plain() }, SigningError::IdentityOutsideDomain),
        (MAIL, SigningRequest { expires_seconds: Some(NOW), ..plain() }, SigningError::ExpiresBeforeSigned),
    ] {
        assert_eq!(sign_message(mail.as_bytes(), &request), Err(error), "{mail:?}");
    }
}

#[test]
fn keys_are_read_from_pem_der_and_seed() {
    let seed = [7; 32];
    for (key, kind) in [
        (SigningKey::from_pem(RSA_PEM), Ok(KeyKind::Rsa)),
        (SigningKey::from_pem(include_str!("ed25519.pem")), Ok(KeyKind::Ed25519)),
        (SigningKey::from_ed25519_seed(&seed), Ok(KeyKind::Ed25519)),
        (SigningKey::from_pem(include_str!("rsa1024.pem")), Err(KeyError::TooShort { bits: 1024, min: 2048 })),
        (SigningKey::from_pem("not PEM"), Err(KeyError::Malformed)),
        (SigningKey::from_der(b"not DER"), Err(KeyError::Malformed)),
        (SigningKey::from_der(&[]), Err(KeyError::Malformed)),
    ] {
        assert_eq!(key.map(|key| key.kind()), kind);
    }
}
