//! Sealing: what is sealed verifies, and what must not be sealed is refused.

use super::fixture::{MAIL, chain, examine, key, request, sealed_by};
use crate::arc::{ChainStatus, MAX_INSTANCES, SealRequest, SealingError, seal_message};
use crate::crypto::SigningKey;
use crate::dkim::{SignedNames, SigningError};
use crate::message::LineEnds;

fn sealed(message: &str, request: &SealRequest<'_>) -> Result<String, SealingError> {
    let sealed = seal_message(message.as_bytes(), LineEnds::AsIs, request)?;
    Ok(String::from_utf8(sealed.octets()).expect("fields are ASCII"))
}

// proves: RFC 8617 §5.1, RFC 8617 §4.1.1, RFC 8617 §4.1.2, RFC 8617 §4.1.3, RFC 8617 §4.2
#[test]
fn a_set_is_three_fields_of_one_instance_folded_before_their_lines_get_too_long() {
    let key = key();
    let fields = sealed(MAIL, &request("one.example", &key, ChainStatus::None)).expect("it is sealed");
    let starts: Vec<_> = fields.split("\r\n").filter(|line| !line.starts_with([' ', '\t'])).collect();
    let tags = "i=1; a=ed25519-sha256; d=one.example; s=sel; t=1800000000;";
    assert!(starts[0].starts_with(&format!("ARC-Seal: {tags}")), "{fields}");
    assert!(starts[1].starts_with("ARC-Message-Signature: i=1; a=ed25519-sha256; d=one.example; s=sel;"), "{fields}");
    assert_eq!(starts[2], "ARC-Authentication-Results: i=1; mx.here.example; none");
    assert!(fields.split("\r\n").all(|line| line.len() <= 78), "{fields}");
    assert!(fields.contains("DKIM-Signature;"), "the DKIM signature that is there is signed: {fields}");
    assert!(!fields.contains(" v=") && !fields.contains("h=ARC"), "{fields}");
}

#[test]
fn an_rsa_key_seals_too() {
    let rsa = SigningKey::from_pem(include_str!("../../dkim/tests/rsa2048.pem")).expect("a good key");
    let fields = sealed(MAIL, &request("one.example", &rsa, ChainStatus::None)).expect("it is sealed");
    assert_eq!(fields.matches("a=rsa-sha256;").count(), 2);
}

// proves: RFC 8617 §5.1.2, RFC 8617 §5.1.3, RFC 8617 §5.1
#[test]
fn arc_pitfall_04_a_broken_chain_is_sealed_once_over_the_own_set_alone_and_never_again() {
    let broken = chain(&["one.example", "two.example"]).replace("At noon", "At ten");
    assert_eq!(examine(broken.as_bytes()).told().0, "fail");
    let marked = sealed_by(&broken, "three.example", ChainStatus::Fail);
    assert!(marked.contains("ARC-Seal: i=3;") && marked.contains("cv=fail;"));
    assert_eq!(examine(marked.as_bytes()).code(), "arc.broken-before");
    assert_eq!(marked.matches("ARC-Seal: i=").count(), 3);
    let key = key();
    for status in ChainStatus::ALL {
        let again = sealed(&marked, &request("four.example", &key, status));
        assert_eq!(again, Err(SealingError::BrokenBefore), "{status:?}");
    }
}

/// The signature of a seal with cv=fail must not need the sets below it (RFC 8617 §5.1.2).
// proves: RFC 8617 §5.1.2
#[test]
fn what_stands_below_a_seal_that_says_fail_has_no_part_in_its_signature() {
    let key = key();
    let seal_of = |below: &str| {
        let request = SealRequest { status: ChainStatus::Fail, ..request("three.example", &key, ChainStatus::Fail) };
        let fields = sealed(&format!("{below}{MAIL}"), &request).expect("it is sealed");
        fields.split("ARC-Message-Signature").next().unwrap_or_default().to_owned()
    };
    let (one, other) = ("ARC-Seal: i=1; cv=none\r\n", "ARC-Seal: i=1; cv=none; x=y\r\n");
    assert_eq!(seal_of(one), seal_of(other));
}

// proves: RFC 8617 §4.2.1, RFC 8617 §5.1, RFC 8617 §4.1.2
#[test]
fn what_must_not_be_sealed_is_refused() {
    let (key, one) = (key(), chain(&["one.example"]));
    let full = chain(&["one.example"; MAX_INSTANCES as usize]);
    let request = |status| request("two.example", &key, status);
    let listed = |names: &[&str]| SealRequest {
        signed_names: SignedNames::Listed(names.iter().map(|name| (*name).to_owned()).collect()),
        ..request(ChainStatus::None)
    };
    for (message, request, error) in [
        (&one[..], request(ChainStatus::None), SealingError::StatusContradicts),
        (MAIL, request(ChainStatus::Pass), SealingError::StatusContradicts),
        (MAIL, request(ChainStatus::Fail), SealingError::StatusContradicts),
        (&one.replace("ARC-Seal", "X"), request(ChainStatus::Pass), SealingError::StatusContradicts),
        (&full, request(ChainStatus::Pass), SealingError::Full),
        (&full, request(ChainStatus::Fail), SealingError::Full),
        (MAIL, listed(&["From", "ARC-Seal"]), SealingError::SignsTrace),
        (MAIL, listed(&["From", "authentication-results"]), SealingError::SignsTrace),
        (MAIL, listed(&["To"]), SealingError::Unsignable(SigningError::FromNotListed)),
        ("To: bob\r\n\r\n", request(ChainStatus::None), SealingError::Unsignable(SigningError::NoFrom)),
        ("From: a\r\n\r\nx\ny", request(ChainStatus::None), SealingError::Unsignable(SigningError::BareLineEnd)),
    ] {
        assert_eq!(sealed(message, &request), Err(error), "{message}");
    }
    let malformed = format!("ARC-Seal: nonsense\r\n{MAIL}");
    assert!(sealed(&malformed, &request(ChainStatus::Fail)).expect("it is sealed").contains("ARC-Seal: i=1;"));
}

// proves: RFC 8617 §5.1.1
#[test]
fn arc_pitfall_02_each_seal_signs_every_set_below_it() {
    let mail = chain(&["one.example", "two.example"]);
    let other = mail.replacen("i=1; mx.here.example", "i=1; mx.other.example", 1);
    assert_ne!(mail, other);
    assert_eq!(
        examine(other.as_bytes()).told().1,
        "the seal of instance 2 does not count: the signed header fields are not the ones that were signed"
    );
}

// proves: RFC 8617 §5.1, §4.1.2
#[test]
fn arc_pitfall_07_what_is_changed_after_sealing_breaks_the_chain_and_a_dkim_signature_is_part_of_the_message() {
    let one = chain(&["one.example"]);
    for (old, new) in [("DKIM-Signature: v=1", "DKIM-Signature: v=2"), ("Subject: Lunch", "Subject: [one] Lunch")] {
        let changed = one.replace(old, new);
        assert_ne!(changed, one);
        assert_eq!(examine(changed.as_bytes()).code(), "arc.message-signature-refused", "{new}");
        assert_eq!(
            examine(sealed_by(&MAIL.replace(old, new), "one.example", ChainStatus::None).as_bytes()).told().0,
            "pass"
        );
    }
}
