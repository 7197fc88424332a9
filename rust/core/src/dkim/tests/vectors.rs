//! The examples that the standards print.

use super::fixture::{examine, fact, property, signed, told, txt};
use crate::crypto::SigningKey;
use crate::dkim::tests::fixture::Zone;
use crate::finding::Value;
use crate::octets::base64_octets;

/// RFC 8463 §A.3.
const RFC_8463: &str = r"DKIM-Signature: v=1; a=ed25519-sha256; c=relaxed/relaxed;
 d=football.example.com; i=@football.example.com;
 q=dns/txt; s=brisbane; t=1528637909; h=from : to :
 subject : date : message-id : from : subject : date;
 bh=2jUSOH9NhtVGCQWNr9BrIAPreKQjO6Sn7XIkfJVOzv8=;
 b=/gCrinpcQOoIfuHNQIbq4pgh9kyIK3AQUdt9OdqQehSwhEIug4D11Bus
 Fa3bT3FY5OsU7ZbnKELq+eXdp1Q1Dw==
DKIM-Signature: v=1; a=rsa-sha256; c=relaxed/relaxed;
 d=football.example.com; i=@football.example.com;
 q=dns/txt; s=test; t=1528637909; h=from : to : subject :
 date : message-id : from : subject : date;
 bh=2jUSOH9NhtVGCQWNr9BrIAPreKQjO6Sn7XIkfJVOzv8=;
 b=F45dVWDfMbQDGHJFlXUNB2HKfbCeLRyhDXgFpEL8GwpsRe0IeIixNTe3
 DhCVlUrSjV4BwcVcOF6+FF3Zo9Rpo1tFOeS9mPYQTnGdaSGsgeefOsk2Jz
 dA+L10TeYt9BgDfQNZtKdN1WO//KgIqXP7OdEFE4LjFYNcUxZQ4FADY+8=
From: Joe SixPack <joe@football.example.com>
To: Suzie Q <suzie@shopping.example.net>
Subject: Is dinner ready?
Date: Fri, 11 Jul 2003 21:00:37 -0700 (PDT)
Message-ID: <20030712040037.46341.5F8J@football.example.com>

Hi.

We lost the game.  Are you hungry yet?

Joe.

";

/// RFC 8463 §A.2.
fn rfc_8463_zone() -> Zone {
    vec![
        (
            "brisbane._domainkey.football.example.com".into(),
            txt("v=DKIM1; k=ed25519; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo="),
        ),
        (
            "test._domainkey.football.example.com".into(),
            txt(concat!(
                "v=DKIM1; k=rsa; p=MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQDkHlOQoBTzWR",
                "iGs5V6NpP3idY6Wk08a5qhdR6wy5bdOKb2jLQiY/J16JYi0Qvx/byYzCNb3W91y3FutAC",
                "DfzwQ/BC/e/8uBsCR+yz1Lxj+PL6lHvqMKrM3rG4hstT5QjvHO9PzoxZyVYLzBfO2EeC3",
                "Ip3G+2kryOTIKT+l/K4w3QIDAQAB"
            )),
        ),
    ]
}

/// RFC 6376 §A.2, with the blanks that were signed: print has lost one of each fold and doubled one in the body.
const RFC_6376: &str = "DKIM-Signature: v=1; a=rsa-sha256; s=brisbane; d=example.com;
      c=simple/simple; q=dns/txt; i=joe@football.example.com;
      h=Received : From : To : Subject : Date : Message-ID;
      bh=2jUSOH9NhtVGCQWNr9BrIAPreKQjO6Sn7XIkfJVOzv8=;
      b=AuUoFEfDxTDkHlLXSZEpZj79LICEps6eda7W3deTVFOk4yAUoqOB
      4nujc7YopdG5dWLSdNg6xNAZpOPr+kHxt1IrE+NahM6L/LbvaHut
      KVdkLLkpVaVVQPzeRDI009SO2Il5Lu7rDNH6mZckBdrIx0orEtZV
      4bmp/YzhwvcubU4=;
Received: from client1.football.example.com  [192.0.2.1]
      by submitserver.example.com with SUBMISSION;
      Fri, 11 Jul 2003 21:01:54 -0700 (PDT)
From: Joe SixPack <joe@football.example.com>
To: Suzie Q <suzie@shopping.example.net>
Subject: Is dinner ready?
Date: Fri, 11 Jul 2003 21:00:37 -0700 (PDT)
Message-ID: <20030712040037.46341.5F8J@football.example.com>

Hi.

We lost the game. Are you hungry yet?

Joe.
";

/// RFC 6376 §C.
const RFC_6376_KEY: &str = concat!(
    "v=DKIM1; p=MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQ",
    "KBgQDwIRP/UC3SBsEmGqZ9ZJW3/DkMoGeLnQg1fWn7/zYt",
    "IxN2SnFCjxOCKG9v3b4jYfcTNh5ijSsq631uBItLa7od+v",
    "/RtdC2UzJ1lWT947qR+Rcac2gbto/NMqJ0fzfVjH4OuKhi",
    "tdY9tf6mcwGjaNBcWToIMmPSPDdQPNUYckcQ2QIDAQAB"
);

fn with_crlf(text: &str) -> String {
    text.replace('\n', "\r\n")
}

// proves: RFC 8463 §A, §A.2, §A.3, §3, §4.2
#[test]
fn both_signatures_of_rfc_8463_pass() {
    let examined = examine(with_crlf(RFC_8463).as_bytes(), &rfc_8463_zone());
    assert_eq!(told(&examined), [("pass", "dkim.verified"); 2]);
    assert_eq!(examined.verifications, 2);
    for (finding, selector, algorithm, start, bits) in [
        (&examined.findings[0], "brisbane", "ed25519-sha256", "/gCrinpc", 256),
        (&examined.findings[1], "test", "rsa-sha256", "F45dVWDf", 1024),
    ] {
        let shown = ["d", "i", "s", "a", "b"].map(|name| property(finding, name));
        let domain = "football.example.com";
        assert_eq!(shown, [domain, "@football.example.com", selector, algorithm, start].map(Some));
        assert_eq!(fact(finding, "domain"), Some(Value::from(domain)));
        assert_eq!(fact(finding, "key_bits"), Some(Value::Number(bits)));
        assert_eq!(fact(finding, "body_coverage"), Some(Value::from("whole")));
        assert_eq!(fact(finding, "is_testing"), Some(Value::Flag(false)));
    }
}

// proves: RFC 8463 §A, §A.3
#[test]
fn one_changed_word_breaks_both_signatures_of_rfc_8463() {
    for (old, new, code) in [("lost", "won", "dkim.body-hash-differs"), ("dinner", "lunch", "dkim.signature-differs")] {
        let examined = examine(with_crlf(RFC_8463).replace(old, new).as_bytes(), &rfc_8463_zone());
        assert_eq!(told(&examined), [("fail", code); 2], "{old}");
    }
}

// proves: RFC 6376 §A.2, §C, §3.3.2
#[test]
fn the_signature_of_rfc_6376_passes() {
    let zone = vec![("brisbane._domainkey.example.com".into(), txt(RFC_6376_KEY))];
    assert_eq!(told(&examine(with_crlf(RFC_6376).as_bytes(), &zone)), [("pass", "dkim.verified")]);
}

// proves: RFC 8463 §A.1, §A, §3
/// RFC 8463 §A.1 prints the seed; Ed25519 is deterministic, so the same mail gives the same signature.
#[test]
fn the_private_key_of_rfc_8463_makes_the_signature_that_it_prints() {
    let seed = base64_octets(b"nWGxne/9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A=").expect("good base64");
    let key = SigningKey::from_ed25519_seed(seed.as_slice().try_into().expect("32 octets")).expect("a good seed");
    let text = with_crlf(RFC_8463);
    let (own, mail) = text.split_once("From: Joe").expect("the author is there");
    let field = own.split("DKIM-Signature: ").nth(1).expect("a first signature");
    let (head, printed) = field.split_once(" b=").expect("b= is there");
    let (before, after) = head.split_once("bh=2jUSOH9NhtVGCQWNr9BrIAPreKQjO6Sn7XIkfJVOzv8=").expect("bh= is there");
    let made = signed(&format!("From: Joe{mail}"), &format!("{before}bh={{bh}}{after} b={{b}}"), &key);
    let printed: String = printed.split_whitespace().collect();
    assert!(made.contains(&format!(" b={printed}\r\nFrom: Joe")), "{made}");
}

// proves: RFC 6376 §3.4.5, §3.4.3, §3.4.4
/// The body of RFC 6376 §3.4.5; the fields are in `message/canonical.rs`.
#[test]
fn the_body_of_rfc_6376_section_3_4_5_has_its_canonical_octets() {
    use crate::crypto::Sha256;
    use crate::message::{BodyHasher, BodySpec, Canonicalization};
    let body = b" C \r\nD \t E\r\n\r\n\r\n";
    for (canonicalization, canonical) in
        [(Canonicalization::Relaxed, &b" C\r\nD E\r\n"[..]), (Canonicalization::Simple, b" C \r\nD \t E\r\n")]
    {
        let mut hasher = BodyHasher::new(BodySpec { canonicalization, limit_octets: None });
        hasher.feed(body);
        assert_eq!(hasher.finish().digest, Sha256::digest(canonical), "{canonicalization:?}");
    }
}
