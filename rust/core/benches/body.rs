//! Canonical body hashes beside the bare digest, for the kinds of body that mail has.

use std::hint::black_box;

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use trustlane_core::crypto::Sha256;
use trustlane_core::message::{BodyHasher, BodySpec, Canonicalization};

const OCTETS: usize = 50_000;

fn repeated(text: &str) -> Vec<u8> {
    text.bytes().cycle().take(OCTETS).collect()
}

fn bodies() -> [(&'static str, Vec<u8>); 4] {
    [
        ("text", repeated("single blanks between the words of a letter, and lines of usual length\r\n")),
        ("stray blanks", repeated("two  blanks, or one at the end \r\n")),
        ("html", repeated("            <td align=\"left\" style=\"font-size: 14px\">\r\n              your order\r\n")),
        ("base64", repeated("TWFpbCBpcyBvY3RldHMsIGFuZCBvY3RldHMgaGF2ZSBubyBtZWFuaW5nIG9mIHRoZWlyIG93bi4g\r\n")),
    ]
}

fn hashes(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("body");
    group.throughput(Throughput::Bytes(OCTETS as u64));
    for (kind, body) in bodies() {
        group.bench_with_input(BenchmarkId::new("bare SHA-256", kind), &body, |bencher, body| {
            bencher.iter(|| Sha256::digest(black_box(body)));
        });
        for canonicalization in [Canonicalization::Simple, Canonicalization::Relaxed] {
            group.bench_with_input(BenchmarkId::new(canonicalization.word(), kind), &body, |bencher, body| {
                bencher.iter(|| hashed(black_box(body), canonicalization));
            });
        }
    }
    group.finish();
}

fn hashed(body: &[u8], canonicalization: Canonicalization) -> trustlane_core::message::BodyHash {
    let mut hasher = BodyHasher::new(BodySpec { canonicalization, limit_octets: None });
    hasher.feed(body);
    hasher.finish()
}

criterion_group!(benches, hashes);
criterion_main!(benches);
