//! Tags made, tags checked, tags of others: input, result and reason on one row.

use proptest::prelude::*;

use crate::batv::{
    BadRing, Bounce, LIFETIME_DAYS, MAX_LOCAL_PART_OCTETS, MAX_RECIPIENTS, MIN_SECRET_OCTETS, NotTagged, Ring, RingKey,
    Tagged, evaluate, is_bounce_sender, parse, tag, untagged, verdict,
};
use crate::zone::name;

const DAY: u64 = 20_999;
const OLD: &[u8] = b"an older key of many octets";
const NEW: &[u8] = b"the key that signs by now";

/// Key 3 signed until the day before yesterday, key 4 signs since; the run-in is over.
fn ring() -> Ring {
    let keys = [
        RingKey { number: 4, first_day: DAY - 1, secret: NEW },
        RingKey { number: 3, first_day: DAY - 300, secret: OLD },
    ];
    Ring::new(&keys, vec![name("example.com"), name("b\u{fc}cher.example")], LIFETIME_DAYS, DAY - 290)
        .expect("a good ring")
}

fn told(mail_from: &str, recipients: &[&str], day: u64) -> Vec<String> {
    let recipients: Vec<String> = recipients.iter().map(|&path| path.to_owned()).collect();
    let findings = evaluate(&ring(), &Bounce { mail_from, recipients: &recipients }, day * 86_400 + 7);
    findings.iter().map(|one| format!("{} {}", one.result.word(), one.reason)).collect()
}

fn tagged(path: &str, day: u64) -> String {
    tag(&ring(), path, day).expect("it is tagged")
}

// proves: draft-levine-smtp-batv §4.1
#[test]
fn batv_pitfall_2_a_tag_is_a_digit_a_day_and_an_hmac_over_both_and_the_whole_address() {
    // Reckoned beforehand with Python's hmac: "4006joe@example.com" under the key, first three octets of SHA-1.
    assert_eq!(tagged("joe@example.com", DAY), "prvs=40068030a6=joe@example.com");
    assert_eq!(tagged("joe@EXAMPLE.com", DAY), "prvs=40068030a6=joe@EXAMPLE.com");
    assert_ne!(tagged("Joe@example.com", DAY), "prvs=40068030a6=Joe@example.com");
    let shouted = tagged("joe@example.com", DAY).replace("prvs", "PRVS").replace("8030a6", "8030A6");
    assert_eq!(verdict(&ring(), &shouted, DAY).word(), "valid");
}

// proves: draft-levine-smtp-batv §4.2.2
#[test]
fn batv_pitfall_1_the_day_is_that_of_expiry_and_day_numbers_come_round() {
    for (made, checked, expected) in [
        (DAY, DAY, "valid"),
        (DAY, DAY + 7, "valid"),
        (DAY, DAY + 8, "expired"),
        (DAY, DAY + 999, "expired"),
        // Tags of tomorrow, from a clock ahead of ours, are no tags of a thousand days ago.
        (DAY + 1, DAY, "expired"),
        (21_000 - 3, 21_000 - 3, "valid"),
        (21_000 - 3, 21_000 + 4, "valid"),
        (21_000 - 3, 21_000 + 5, "expired"),
    ] {
        let path = tag(&single(0), "joe@example.com", made).expect("it is tagged");
        assert_eq!(verdict(&single(0), &path, checked).word(), expected, "made on {made}, checked on {checked}");
    }
}

fn single(number: u8) -> Ring {
    let keys = [RingKey { number, first_day: 0, secret: NEW }];
    Ring::new(&keys, vec![name("example.com")], LIFETIME_DAYS, 0).expect("a good ring")
}

// proves: draft-levine-smtp-batv §2.4.1, draft-levine-smtp-batv §5, RFC 5321 §4.5.3.1.1
#[test]
fn batv_pitfall_3_nothing_is_tagged_twice_nor_for_others_and_retries_see_the_same_tag() {
    let once = tagged("joe@example.com", DAY);
    assert_eq!(once, tagged("joe@example.com", DAY), "a second try has the same path");
    let longest = "x".repeat(MAX_LOCAL_PART_OCTETS - 16);
    for (path, expected) in [
        (once.as_str(), Err(NotTagged::AlreadyTagged)),
        ("prvs=1234abcdef=joe@example.com", Err(NotTagged::AlreadyTagged)),
        ("btv1==0123456789a==joe@example.com", Err(NotTagged::AlreadyTagged)),
        ("pub3=x-y=joe@example.com", Err(NotTagged::AlreadyTagged)),
        ("", Err(NotTagged::NoAddress)),
        ("postmaster", Err(NotTagged::NoAddress)),
        ("@example.com", Err(NotTagged::NoAddress)),
        ("joe@example.net", Err(NotTagged::NotOurs)),
        ("joe@sub.example.com", Err(NotTagged::NotOurs)),
        (&format!("x{longest}@example.com"), Err(NotTagged::TooLong)),
        (&format!("{longest}@example.com"), Ok(())),
        ("joe@xn--bcher-kva.example", Ok(())),
        ("\"joe doe\"@example.com", Ok(())),
        ("joe+a=b@example.com", Ok(())),
    ] {
        assert_eq!(tag(&ring(), path, DAY).map(|_| ()), expected, "{path}");
    }
    assert_eq!(tag(&ring(), "joe@example.com", DAY - 301), Err(NotTagged::NoKey));
}

// proves: draft-levine-smtp-batv §2.4.2
#[test]
fn batv_pitfall_4_only_bounces_are_judged_and_untagged_ones_fail_after_the_run_in() {
    let good = tagged("joe@example.com", DAY);
    let forged = good.replace("prvs=4006", "prvs=4005");
    let long = format!("{}@example.com", "x".repeat(MAX_LOCAL_PART_OCTETS - 15));
    let table = [
        (good.as_str(), DAY, "pass joe@example.com sent mail that this bounce may answer".to_owned()),
        (&good, DAY + 8, "fail the tag of joe@example.com is good for 7 days, and these have passed".to_owned()),
        (&forged, DAY, "fail the tag of joe@example.com is none that we made".to_owned()),
        (
            "prvs=9006abcdef=joe@example.com",
            DAY,
            "fail the tag of joe@example.com names key 9, which we do not use".to_owned(),
        ),
        ("joe@example.com", DAY, "fail joe@example.com bears no tag, and we tag all mail that it sends".to_owned()),
        (
            "joe@example.com",
            DAY - 291,
            "neutral joe@example.com bears no tag, but mail from before we tagged may still bounce".to_owned(),
        ),
        (&long, DAY, format!("neutral {long} bears no tag, but it is of a kind that we cannot tag")),
        (
            "pub3=abc=joe@example.com",
            DAY,
            "neutral joe@example.com bears a tag of the scheme pub3, which is not ours".to_owned(),
        ),
    ];
    for (path, day, expected) in table {
        for bounce in ["", "MAILER-DAEMON@mx.example.net"] {
            assert_eq!(told(bounce, &[path], day), [expected.as_str()], "{path} on {day}");
        }
        assert!(told("ann@example.net", &[path], day).is_empty(), "ordinary mail to {path} is not judged");
    }
    assert!(told("", &["joe@example.net"], DAY).is_empty(), "another's bounces are his to judge");
}

// proves: draft-levine-smtp-batv §3, draft-levine-smtp-batv §5
#[test]
fn batv_pitfall_5_the_tags_of_others_fall_away_from_keys_of_history() {
    let table = [
        ("prvs=1234abcdef=joe@example.net", "joe@example.net"),
        ("PRVS=1234ABCDEF=joe@example.net", "joe@example.net"),
        ("prvs=joe=1234abcdef@example.net", "joe@example.net"),
        ("prvs=joe=012345678a@example.net", "joe@example.net"),
        ("prvs=joe/1234abcdef@example.net", "joe@example.net"),
        ("prvs=j.o.e/1234abcdef@example.net", "j.o.e@example.net"),
        ("prvs=j.o.e=1234abcdef@example.net", "j.o.e@example.net"),
        ("btv1==012d52edd2a==joe@example.net", "joe@example.net"),
        ("msprvs1=17a2b3c4d=bounces-1-2@example.net", "bounces-1-2@example.net"),
        ("\"prvs=1234abcdef=joe doe\"@example.net", "\"joe doe\"@example.net"),
        ("prvs=1234abcdef=a=b=c@example.net", "a=b=c@example.net"),
        ("joe@example.net", "joe@example.net"),
        ("joe=a.example@example.net", "joe=a.example@example.net"),
        ("prvs=joe@example.net", "prvs=joe@example.net"),
        ("prvs==joe@example.net", "prvs==joe@example.net"),
        ("btv1=x=@example.net", "btv1=x=@example.net"),
        ("prvs=1234abcdef=@example.net", "prvs=1234abcdef=@example.net"),
        ("", ""),
        ("postmaster", "postmaster"),
    ];
    for (path, expected) in table {
        assert_eq!(untagged(path), expected, "{path}");
    }
    assert!(matches!(parse("prvs=1234abcdef=x").map(|read| read.tagged), Some(Tagged::Private(_))));
    assert!(matches!(parse("prvs=joe/1234abcdef").map(|read| read.tagged), Some(Tagged::Foreign { scheme: "prvs" })));
    assert!(matches!(parse("a=b=c").map(|read| read.tagged), Some(Tagged::OtherScheme { scheme: "a" })));
}

// proves: draft-levine-smtp-batv §4.1
#[test]
fn batv_pitfall_6_an_old_key_is_good_for_a_lifetime_after_its_successor_began() {
    let by_old = tagged("joe@example.com", DAY - 2);
    assert!(by_old.starts_with("prvs=3004"), "{by_old}");
    assert_eq!(verdict(&ring(), &by_old, DAY).word(), "valid");
    // Somebody who has the old key now makes a tag with it.
    let old_alone = Ring::new(
        &[RingKey { number: 3, first_day: DAY - 300, secret: OLD }],
        vec![name("example.com")],
        LIFETIME_DAYS,
        0,
    )
    .expect("a good ring");
    let late = |day| tag(&old_alone, "joe@example.com", day).expect("it is tagged");
    assert_eq!(verdict(&ring(), &late(DAY + 6), DAY + 6).word(), "valid");
    assert_eq!(verdict(&ring(), &late(DAY + 7), DAY + 7).word(), "unknown-key");
    // A key that does not sign yet has made no tags.
    assert_eq!(verdict(&ring(), &tagged("joe@example.com", DAY), DAY - 2).word(), "unknown-key");
}

#[test]
fn no_ring_is_made_of_keys_that_could_be_guessed_or_mistaken() {
    let key = |number, first_day, secret| RingKey { number, first_day, secret };
    let table = [
        (vec![], 7, BadRing::Empty),
        (vec![key(10, 0, NEW)], 7, BadRing::Number(10)),
        (vec![key(1, 0, NEW), key(1, 5, OLD)], 7, BadRing::Repeated(1)),
        (vec![key(1, 5, NEW), key(2, 5, OLD)], 7, BadRing::SameDay(5)),
        (vec![key(1, 0, &NEW[..MIN_SECRET_OCTETS - 1])], 7, BadRing::Short { number: 1, octets: 19 }),
        (vec![key(1, 0, NEW)], 0, BadRing::Lifetime(0)),
        (vec![key(1, 0, NEW)], 366, BadRing::Lifetime(366)),
    ];
    for (keys, lifetime_days, expected) in table {
        assert_eq!(Ring::new(&keys, Vec::new(), lifetime_days, 0).map(|_| ()), Err(expected));
    }
    assert!(Ring::new(&[key(1, 0, &NEW[..MIN_SECRET_OCTETS])], Vec::new(), 365, 0).is_ok());
}

// proves: RFC 3464 §2
#[test]
fn recipients_beyond_the_limit_are_one_finding() {
    let recipients = vec!["joe@example.com"; MAX_RECIPIENTS];
    assert_eq!(told("", &recipients, DAY).len(), MAX_RECIPIENTS);
    let found = told("", &[recipients, vec!["joe@example.com"]].concat(), DAY);
    assert_eq!(found.len(), MAX_RECIPIENTS + 1);
    assert_eq!(found[MAX_RECIPIENTS], "policy only the first 10 recipients of a bounce are looked at");
}

// proves: draft-levine-smtp-batv §2.4.2
#[test]
fn bounces_are_told_by_their_reverse_path() {
    for (mail_from, expected) in [
        ("", true),
        ("mailer-daemon@example.net", true),
        ("Mailer-Daemon@example.net", true),
        ("mailer-daemon", false),
        ("mailer-daemon-2@example.net", false),
        ("ann@example.net", false),
    ] {
        assert_eq!(is_bounce_sender(mail_from), expected, "{mail_from}");
    }
}

proptest! {
    #[test]
    fn whatever_is_tagged_is_valid_for_its_lifetime_and_gives_its_address_back(
        local_part in "[a-zA-Z0-9.+_=/-]{1,48}", made in 0..40_000_u64, age in 0..=LIFETIME_DAYS
    ) {
        let path = format!("{local_part}@example.com");
        if let Ok(tagged) = tag(&single(7), &path, made) {
            let found = verdict(&single(7), &tagged, made + age);
            prop_assert_eq!(found.word(), "valid");
            prop_assert_eq!(found.address(), Some(path.as_str()));
            prop_assert_eq!(untagged(&tagged), path);
            prop_assert_eq!(tag(&single(7), &tagged, made), Err(NotTagged::AlreadyTagged));
            prop_assert_eq!(verdict(&single(7), &tagged, made + LIFETIME_DAYS + 1).word(), "expired");
        }
    }

    #[test]
    fn another_address_or_digit_never_passes(position in 0..6_usize, flip in 1..16_u32) {
        let good = tag(&single(7), "joe@example.com", DAY).expect("it is tagged");
        let mut octets = good.clone().into_bytes();
        let digit = char::from(octets[9 + position]).to_digit(16).expect("a digit");
        octets[9 + position] = char::from_digit(digit ^ flip, 16).map(|digit| digit as u8).expect("a digit");
        let forged = String::from_utf8(octets).expect("text");
        prop_assert_eq!(verdict(&single(7), &forged, DAY).word(), "forged");
        let moved = good.replace("joe", "ann");
        prop_assert_eq!(verdict(&single(7), &moved, DAY).word(), "forged");
    }

    #[test]
    fn any_path_is_taken_apart_or_left(path in "([prvs]{4}|btv1|[=/@\"a0-9f]){0,30}") {
        let _ = untagged(&path);
        let _ = verdict(&ring(), &path, DAY);
    }
}
