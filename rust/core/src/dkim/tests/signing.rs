//! Signing: what is signed verifies, and what cannot be signed is refused.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::fixture::{
    ED25519_PEM, ED25519_PUBLIC, MAIL, NOW, RSA_PEM, RSA_PUBLIC, ed25519, examine, fact, property, rsa, told, txt,
    zone_with,
};
use crate::crypto::{KeyError, KeyKind, SigningKey};
use crate::dkim::write::{OVERSIGNED, OVERSIGNED_WHERE_PRESENT};
use crate::dkim::{Identity, SignedNames, SigningError, SigningRequest, sign_message, sign_message_often};
use crate::dns::Name;
use crate::message::Canonicalization::{self, Relaxed, Simple};
use crate::message::LineEnds;

fn name(text: &str) -> Name {
    Name::parse(text).expect("a good name")
}

fn request(key: &SigningKey) -> SigningRequest<'_> {
    SigningRequest {
        signed_seconds: Some(NOW),
        expires_seconds: Some(NOW + 86_400),
        identity: Some(Identity { local_part: "ann o=neil;ü|".into(), domain: name("mail.example.com") }),
        ..SigningRequest::new(name("example.com"), name("sel"), key)
    }
}

const FORMS: [(Canonicalization, Canonicalization); 4] =
    [(Relaxed, Relaxed), (Relaxed, Simple), (Simple, Relaxed), (Simple, Simple)];

// proves: RFC 6376 §5, §3.4, §3.3.2, §2.11, §2.6, RFC 8463 §3
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
            assert_eq!(property(&examined.findings[0], "i"), Some("ann=20o=3Dneil=3B=C3=BC=7C@mail.example.com"));
        }
    }
}

// proves: RFC 5322 §2.1.1
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

// proves: RFC 6376 §5.4, §5.4.1
#[test]
fn the_usual_names_are_signed_as_often_as_present_and_some_once_more() {
    let mail = "From: a@example.com\r\nTo: b\r\nReferences: <c>\r\nX-Mine: d\r\nSubject: e\r\nList-Id: f\r\n\r\n";
    let key = ed25519();
    let field = sign_message(mail.as_bytes(), &request(&key)).expect("the mail is signed");
    let text = String::from_utf8(field).expect("a field is ASCII").replace("\r\n ", "");
    let names = text.split_once("h=").and_then(|(_, rest)| rest.split_once(';')).map(|(names, _)| names);
    let expected = "From:From:Reply-To:To:To:Cc:Subject:Subject:Content-Type:\
                    List-Id:List-Id:References";
    assert_eq!(names, Some(expected));
}

// proves: RFC 8058 §4
#[test]
fn a_second_field_of_a_list_cannot_be_put_beside_the_signed_one() {
    let key = ed25519();
    let zone = zone_with(txt(&format!("k=ed25519; p={ED25519_PUBLIC}")));
    for name in OVERSIGNED_WHERE_PRESENT {
        let mail = format!("{name}: y\r\n{MAIL}");
        let field = sign_message(mail.as_bytes(), &request(&key)).expect("the mail is signed");
        let added = [field, format!("{name}: x\r\n{mail}").into_bytes()].concat();
        assert_eq!(told(&examine(&added, &zone)), [("fail", "dkim.signature-differs")], "{name}");
    }
}

#[test]
fn several_keys_sign_one_message_and_none_signs_the_field_of_another() {
    let (rsa, ed25519) = (rsa(), ed25519());
    let requests = [
        SigningRequest { selector: name("rsa"), body_canonicalization: Simple, ..request(&rsa) },
        SigningRequest { selector: name("ed"), ..request(&ed25519) },
    ];
    let fields = sign_message_often(MAIL.as_bytes(), LineEnds::AsIs, &requests).expect("the mail is signed");
    let each: Result<Vec<_>, _> = requests.iter().map(|request| sign_message(MAIL.as_bytes(), request)).collect();
    assert_eq!(each.map(|each| each.concat()), Ok(fields.clone()));
    let zone = vec![
        ("rsa._domainkey.example.com".into(), txt(&format!("p={RSA_PUBLIC}"))),
        ("ed._domainkey.example.com".into(), txt(&format!("k=ed25519; p={ED25519_PUBLIC}"))),
    ];
    let mail = [fields, MAIL.as_bytes().to_vec()].concat();
    assert_eq!(told(&examine(&mail, &zone)), [("pass", "dkim.verified"); 2]);
}

#[test]
fn lone_line_feeds_are_signed_as_they_will_be_sent_where_that_was_chosen() {
    let key = ed25519();
    let (file, wire) = ("From: a\nTo: b\n\nx\n", "From: a\r\nTo: b\r\n\r\nx\r\n");
    let fixed = sign_message_often(file.as_bytes(), LineEnds::FixCrlf, &[request(&key)]);
    assert_eq!(fixed, sign_message(wire.as_bytes(), &request(&key)));
    let bare_cr = sign_message_often(b"From: a\n\nx\ry\n", LineEnds::FixCrlf, &[request(&key)]);
    assert_eq!(bare_cr, Err(SigningError::BareLineEnd));
}

// proves: RFC 6376 §3.5, §2.11
#[test]
fn the_length_of_the_body_and_copies_of_fields_are_told_on_wish() {
    let key = ed25519();
    let mail = "From: a|b\r\nSubject:  so \r\n  it = is; \r\nX-Mine: c\r\n\r\nbody  \r\n\r\n";
    let request = SigningRequest { tells_body_length: true, copies_fields: true, ..request(&key) };
    let field = sign_message(mail.as_bytes(), &request).expect("the mail is signed");
    let text = String::from_utf8(field.clone()).expect("a field is ASCII");
    assert!(text.split("\r\n").all(|line| line.len() <= 78), "{text}");
    let unfolded = text.replace("\r\n ", "");
    assert!(unfolded.contains("l=6;"), "{unfolded}");
    assert!(unfolded.contains("z=From:a=7Cb|Subject:so=20=0D=0A=20=20it=20=3D=20is=3B;"), "{unfolded}");
    let zone = zone_with(txt(&format!("k=ed25519; p={ED25519_PUBLIC}")));
    let mail = [field, mail.as_bytes().to_vec()].concat();
    let examined = examine(&mail, &zone);
    assert_eq!(told(&examined), [("pass", "dkim.verified")]);
    assert_eq!(fact(&examined.findings[0], "copied_fields"), Some(2u64.into()));
    let longer = [mail, b"more\r\n".to_vec()].concat();
    assert_eq!(told(&examine(&longer, &zone)), [("policy", "dkim.partial-body")]);
}

// proves: RFC 6376 §8.15, §5.4
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

// proves: RFC 6376 §5.3, §5.4
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
        (" b\r\nFrom: a\r\n\r\nx\r\n", plain(), SigningError::BeginsFolded),
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

// proves: RFC 8301 §3.2
#[test]
fn keys_are_read_in_every_form_they_are_kept_in() {
    let pkcs1 = include_str!("rsa2048-pkcs1.pem");
    let der = |pem: &str| {
        let content: String = pem.lines().filter(|line| !line.starts_with("-----")).collect();
        STANDARD.decode(content).expect("good base64")
    };
    let seed = [7; 32];
    let kind = |octets: &[u8]| SigningKey::from_octets(octets).map(|key| (key.kind(), key.bits()));
    let (rsa, ed25519) = (Ok((KeyKind::Rsa, 2048)), Ok((KeyKind::Ed25519, 256)));
    for (form, octets, read) in [
        ("PKCS#8 PEM", RSA_PEM.as_bytes().to_vec(), rsa),
        ("PKCS#8 DER", der(RSA_PEM), rsa),
        ("PKCS#1 PEM", pkcs1.as_bytes().to_vec(), rsa),
        ("PKCS#1 DER", der(pkcs1), rsa),
        ("Ed25519 PEM", ED25519_PEM.as_bytes().to_vec(), ed25519),
        ("Ed25519 DER", der(ED25519_PEM), ed25519),
        ("seed", seed.to_vec(), ed25519),
        ("seed in base64", STANDARD.encode(seed).into_bytes(), ed25519),
        ("seed in base64 and a line end", format!("{}\n", STANDARD.encode(seed)).into_bytes(), ed25519),
        ("short seed", STANDARD.encode(&seed[1..]).into_bytes(), Err(KeyError::Malformed)),
        ("nothing", Vec::new(), Err(KeyError::Malformed)),
        ("noise", vec![0xff; 40], Err(KeyError::Malformed)),
    ] {
        assert_eq!(kind(&octets), read, "{form}");
    }
}

#[test]
fn a_private_key_gives_what_its_record_carries() {
    assert_eq!(STANDARD.encode(rsa().public_octets()), RSA_PUBLIC);
    assert_eq!(STANDARD.encode(ed25519().public_octets()), ED25519_PUBLIC);
}

// proves: RFC 5958 §2, RFC 7468 §2, RFC 8017 §A.1.2
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
