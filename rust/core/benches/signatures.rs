//! One mail with one signature, from octets to its finding, and the signing of it.

use std::hint::black_box;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use criterion::{BenchmarkId, Criterion, criterion_group, criterion_main};
use trustlane_core::crypto::{KeyKind, SigningKey};
use trustlane_core::dkim::{SignedMail, SigningRequest, VerifyOptions, sign_message};
use trustlane_core::dns::{Answer, Name, Record};

const KEYS: [(&str, &str); 2] = [
    ("RSA-2048", include_str!("../src/dkim/tests/rsa2048.pem")),
    ("Ed25519", include_str!("../src/dkim/tests/ed25519.pem")),
];

const NOW_SECONDS: u64 = 1_800_000_000;

fn mail() -> Vec<u8> {
    let header = "Received: from mx.example.com by mx.example.org\r\n\twith ESMTPS id 4fXq\r\nFrom: Ann <ann@example.com>\r\n\
        To: Bob <bob@example.org>\r\nSubject: Lunch\r\nDate: Fri, 15 Jan 2027 08:00:00 +0000\r\n\
        Message-ID: <1@example.com>\r\nMIME-Version: 1.0\r\nContent-Type: text/plain\r\n\r\n";
    let body = "A letter as people write them, five kilobytes of it.\r\n".repeat(95);
    [header, &body].concat().into_bytes()
}

fn request(key: &SigningKey) -> SigningRequest<'_> {
    let name = |text| Name::parse(text).expect("a name");
    SigningRequest { signed_seconds: Some(NOW_SECONDS), ..SigningRequest::new(name("example.com"), name("sel"), key) }
}

fn verification(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("verification");
    for (kind, pem) in KEYS {
        let key = SigningKey::from_pem(pem).expect("a good key");
        let mail = [sign_message(&mail(), &request(&key)).expect("it is signed"), mail()].concat();
        let word = if key.kind() == KeyKind::Rsa { "rsa" } else { "ed25519" };
        let record = format!("v=DKIM1; k={word}; p={}", STANDARD.encode(key.public_octets()));
        let answer = Answer::Found { records: vec![Record::Txt(record.into_bytes())].into(), is_secure: false };
        let options = VerifyOptions { now_seconds: NOW_SECONDS, ..VerifyOptions::default() };
        group.bench_function(BenchmarkId::from_parameter(kind), |bencher| {
            bencher.iter(|| {
                let mut mail = SignedMail::whole(black_box(&mail), options.clone());
                for question in mail.questions() {
                    mail.learn(question, answer.clone());
                }
                mail.questions();
                mail.findings().expect("all is answered")
            });
        });
    }
    group.finish();
}

fn signing(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("signing");
    for (kind, pem) in KEYS {
        let (key, mail) = (SigningKey::from_pem(pem).expect("a good key"), mail());
        group.bench_function(BenchmarkId::from_parameter(kind), |bencher| {
            bencher.iter(|| sign_message(black_box(&mail), &request(&key)).expect("it is signed"));
        });
    }
    group.finish();
}

criterion_group!(benches, verification, signing);
criterion_main!(benches);
