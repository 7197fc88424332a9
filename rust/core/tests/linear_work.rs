//! Twice the octets are twice the work, whatever they are: counted, never timed.
//!
//! `make rust` builds this and the core with a counter in every block of code (`counted.sh`). What is compared is how
//! often all blocks together ran for an input and for one twice as large. Built otherwise there is nothing to compare.

#![cfg(counted)]

#[path = "../fuzz/entries.rs"]
mod entries;

use std::fmt::Write as _;

use trustlane_core::arc::{ChainStatus, SealRequest, seal_message};
use trustlane_core::crypto::SigningKey;
use trustlane_core::dkim::{SigningRequest, sign_message};
use trustlane_core::dns::Name;
use trustlane_core::message::Canonicalization::{self, Relaxed, Simple};
use trustlane_core::message::LineEnds;

/// Twice, and a tenth for what is sorted.
const MAX_RATIO: f64 = 2.2;

/// Repetitions in the smaller input.
const MANY: usize = 2_000;

/// The same where one repetition is little work, so that what every mail costs does not hide it.
const VERY_MANY: usize = 20_000;

#[test]
fn twice_the_input_is_at_most_twice_the_work() {
    assert!(squares_are_seen());
    let mut wrong = Vec::new();
    let mut table = String::new();
    for (what, count, work) in shapes() {
        let (once, twice) = (blocks_run(work(count)), blocks_run(work(2 * count)));
        assert!(once > count as u64, "{what}: blocks are counted");
        let ratio = twice as f64 / once as f64;
        let _ = writeln!(table, "{ratio:6.2}  {twice:>11}  {what}");
        if ratio > MAX_RATIO {
            wrong.push(what);
        }
    }
    println!(" ratio       blocks  shape\n{table}");
    assert!(wrong.is_empty(), "more than {MAX_RATIO} times the work for twice the input: {wrong:?}\n{table}");
}

/// That work which grows with the square would be seen.
fn squares_are_seen() -> bool {
    let square = |count: usize| -> Work {
        let octets = vec![b'x'; count];
        Box::new(move || assert!(!octets.iter().any(|one| octets.iter().any(|other| one != other))))
    };
    blocks_run(square(200)) as f64 / blocks_run(square(100)) as f64 > 1.5 * MAX_RATIO
}

type Work = Box<dyn FnOnce()>;
type Shape = (&'static str, usize, Box<dyn Fn(usize) -> Work>);

/// What may be repeated in mail and in records, how often at first, and the work that it makes.
fn shapes() -> Vec<Shape> {
    let mut shapes = in_mail();
    shapes.extend(in_values());
    shapes
}

fn in_mail() -> Vec<Shape> {
    let header = |more: &str| format!("From: ann@firm.example\r\n{more}");
    let subject = move |value: String| header(&format!("Subject: {value}x\r\n\r\nbody\r\n"));
    let body = move |body: String| header(&format!("\r\n{body}x\r\n"));
    let numbered = |count: usize, text: fn(usize) -> String| (0..count).map(text).collect::<String>();
    vec![
        shape("blanks in a field, relaxed", VERY_MANY, move |n| signed(&subject(" ".repeat(n)), Relaxed)),
        shape("blanks in a field, simple", VERY_MANY, move |n| signed(&subject(" ".repeat(n)), Simple)),
        shape("single blanks in a field", VERY_MANY, move |n| signed(&subject("a ".repeat(n)), Relaxed)),
        shape("blanks and tabs in turn in a field", VERY_MANY, move |n| signed(&subject(" \t".repeat(n)), Relaxed)),
        shape("blanks before lone returns in a field", VERY_MANY, move |n| octets(&subject(" \r".repeat(n)))),
        shape("folds", MANY, move |n| signed(&subject("\r\n y".repeat(n)), Relaxed)),
        shape("empty folds", VERY_MANY, move |n| signed(&subject("\r\n ".repeat(n)), Relaxed)),
        shape("fields of other names", MANY, move |n| {
            signed(&header(&(numbered(n, |at| format!("X-{at}: y\r\n")) + "\r\nbody\r\n")), Relaxed)
        }),
        shape("fields of one name", MANY, move |n| {
            signed(&header(&("List-Id: y\r\n".repeat(n.min(900)) + &"X: y\r\n".repeat(n) + "\r\nbody\r\n")), Relaxed)
        }),
        shape("lines without a colon", MANY, move |n| octets(&header(&"no colon\r\n".repeat(n)))),
        shape("From fields", MANY, |n| octets(&"From: ann@firm.example\r\n".repeat(n))),
        shape("signatures that cannot be read", MANY, move |n| octets(&header(&"DKIM-Signature: v\r\n".repeat(n)))),
        shape("signatures that pass, then too many", 500, move |n| {
            let mail = subject("x".into());
            let field = field_of(&mail, Relaxed);
            let mail = [field.repeat(n), mail.into_bytes()].concat();
            fed(mail, LineEnds::AsIs, usize::MAX)
        }),
        shape("names in h= without a field", 480, move |n| names_in_h(&numbered(n, |at| format!(":X-{at}")), "")),
        shape("names in h= with a field each", 480, move |n| {
            names_in_h(&numbered(n, |at| format!(":X-{at}")), &numbered(n, |at| format!("X-{at}: y\r\n")))
        }),
        shape("one name in h= again and again", 480, |n| names_in_h(&":X".repeat(n), &"X: y\r\n".repeat(n))),
        shape("the signature's own name in h=", 480, |n| names_in_h(&":DKIM-Signature".repeat(n), "")),
        shape("blanks in h=", VERY_MANY, |n| names_in_h(&format!(":{}To", " ".repeat(n)), "")),
        shape("copied fields in z=", MANY, |n| octets(&format!("DKIM-Signature: z=a{}\r\n", "|a:b".repeat(n)))),
        shape("sets of a chain", 12, |n| chain(n, "")),
        shape("sets of a chain under much mail", 12, |n| chain(n, &"X: y\r\n".repeat(40 * n))),
        shape("octets of sealed results", VERY_MANY, |n| chain(3, &"y".repeat(n))),
        shape("comments before the instance", VERY_MANY, |n| {
            octets(&format!("ARC-Authentication-Results:{} i=1; x\r\n", "(y)".repeat(n)))
        }),
        shape("fields of ARC over the limit", MANY, |n| octets(&"ARC-Seal: i=1; cv=none\r\n".repeat(n))),
        shape("fields of ARC of one set", 24, |n| {
            octets(&"ARC-Seal: i=1\r\nARC-Message-Signature: i=1\r\nARC-Authentication-Results: i=1; x\r\n".repeat(n))
        }),
        shape("copies of fields that changed", 480, |n| {
            let mail = format!("{}From: ann@firm.example\r\n\r\nbody\r\n", "X: y\r\n".repeat(n));
            let field = String::from_utf8(field_of(&mail, Relaxed)).expect("a field is text");
            octets(&format!("{}{mail}", field.replace("; b=", &format!("; z={}X:z; b=", "X:z|".repeat(n)))))
        }),
        shape("empty lines in the body, relaxed", VERY_MANY, move |n| signed(&body("\r\n".repeat(n)), Relaxed)),
        shape("empty lines in the body, simple", VERY_MANY, move |n| signed(&body("\r\n".repeat(n)), Simple)),
        shape("empty lines at the end", VERY_MANY, move |n| signed(&(body("y".into()) + &"\r\n".repeat(n)), Relaxed)),
        shape("blanks in a line", VERY_MANY, move |n| signed(&body(" ".repeat(n)), Relaxed)),
        shape("blanks at the end of a line", VERY_MANY, move |n| signed(&body(" ".repeat(n) + "\r\n"), Relaxed)),
        shape("single blanks in a line", VERY_MANY, move |n| signed(&body("a ".repeat(n)), Relaxed)),
        shape("lines of blanks", VERY_MANY, move |n| signed(&body(" \r\n".repeat(n)), Relaxed)),
        shape("lines of blanks at the end", VERY_MANY, move |n| {
            signed(&(body("y".into()) + &" \r\n".repeat(n)), Relaxed)
        }),
        shape("lone returns in the body", VERY_MANY, move |n| octets(&body("\r".repeat(n)))),
        shape("blanks before lone returns in the body", VERY_MANY, move |n| octets(&body(" \r".repeat(n)))),
        shape("lone line feeds made CRLF", VERY_MANY, move |n| {
            fed(body("\n".repeat(n)).into_bytes(), LineEnds::FixCrlf, usize::MAX)
        }),
        shape("a header in chunks of one octet", MANY, move |n| chunks(&subject("a ".repeat(n)))),
        shape("folds in chunks of one octet", MANY, move |n| chunks(&subject("\r\n ".repeat(n)))),
        shape("a body in chunks of one octet", MANY, move |n| chunks(&body("a \r\n".repeat(n)))),
        shape("blanks in chunks of one octet", MANY, move |n| chunks(&body(" ".repeat(n)))),
        shape("empty lines in chunks of one octet", MANY, move |n| chunks(&body("\r\n".repeat(n)))),
    ]
}

fn in_values() -> Vec<Shape> {
    vec![
        shape("records of a DNS response", MANY, |n| response(n, b"\x00", n)),
        shape("records with names of pointers", MANY, |n| response(n, &chain_of_pointers(), 119)),
        shape("pointers in the name of each record", 60, |n| response(1_000, &chain_of_pointers(), n)),
        shape("vouchers", MANY, |n| {
            entry("vbr_info", &format!("md=a.example;mc=all;mv={}b.c", "v.example:".repeat(n)))
        }),
        shape("tags", 50, |n| entry("tag_list", &tags(n))),
        shape("tags over the limit", MANY, |n| entry("tag_list", &tags(n))),
        shape("octets in a tag", MANY, |n| entry("tag_list", &format!("v=1; b={}", "x".repeat(n)))),
        shape("folds in a tag", MANY, |n| entry("tag_list", &format!("v=1; b={}x", "\r\n ".repeat(n)))),
        shape("blanks before a tag", MANY, |n| entry("tag_list", &format!("v=1;{}b=", " ".repeat(n)))),
        shape("tags of a key record", 50, |n| entry("key_record", &(tags(n - 1) + "p=YWI="))),
        shape("blanks in p=", MANY, |n| entry("key_record", &format!("p=Y{}WI=", " ".repeat(n)))),
        shape("services of a key", MANY, |n| entry("key_record", &format!("s={}email; p=YWI=", "x:".repeat(n)))),
        shape("flags of a key", MANY, |n| entry("key_record", &format!("t={}y; p=YWI=", "x:".repeat(n)))),
        shape("SPF terms", MANY, |n| entry("spf_record", &format!("v=spf1{} -all", " ip4:198.51.100.1".repeat(n)))),
        shape("SPF terms that ask", MANY, |n| entry("spf_record", &format!("v=spf1{} -all", " a".repeat(n)))),
        shape("SPF modifiers", MANY, |n| entry("spf_record", &format!("v=spf1{} -all", " x=y".repeat(n)))),
        shape("blanks between SPF terms", MANY, |n| entry("spf_record", &format!("v=spf1{}-all", " ".repeat(n)))),
        shape("SPF macros", MANY, |n| entry("spf_record", &format!("v=spf1 exists:{}.x -all", "%{l1r-}.".repeat(n)))),
        shape("pairs of Received-SPF", MANY, |n| entry("received_spf", &format!("pass {}", "a=b; ".repeat(n)))),
        shape("comments in Received-SPF", MANY, |n| entry("received_spf", &format!("pass {}a=b", "(x)".repeat(n)))),
        shape("a quoted value of Received-SPF", MANY, |n| {
            entry("received_spf", &format!("pass a=\"{}\"", "\\\"".repeat(n)))
        }),
        shape("tags of a DMARC record", 50, |n| entry("dmarc_record", &format!("v=DMARC1; p=none; {}", tags(n - 2)))),
        shape("addresses of a DMARC record", MANY, |n| {
            entry("dmarc_record", &format!("v=DMARC1; p=none; rua={}", "mailto:a@b.example,".repeat(n)))
        }),
        shape("authors", MANY, |n| entry("address_list", &list(n, |at| format!("a@d{at}.example")))),
        shape("authors of one domain", MANY, |n| entry("address_list", &list(n, |_| "a@b.example".into()))),
        shape("members of a group", MANY, |n| {
            entry("address_list", &format!("g: {};", list(n, |_| "a@b.example".into())))
        }),
        shape("comments side by side", MANY, |n| entry("address_list", &format!("{}a@b.example", "(x) ".repeat(n)))),
        shape("comments within comments", MANY, |n| {
            entry("address_list", &format!("{}{} a@b.example", "(".repeat(n), ")".repeat(n)))
        }),
        shape("comments that do not end", MANY, |n| entry("address_list", &"(".repeat(n))),
        shape("quoted pairs", MANY, |n| entry("address_list", &format!("\"{}\" <a@b.example>", "\\x".repeat(n)))),
        shape("words of a display name", MANY, |n| entry("address_list", &format!("{}<a@b.example>", "x ".repeat(n)))),
        shape("labels of a domain", MANY, |n| entry("address_list", &format!("a@{}b", "b.".repeat(n)))),
        shape("addresses before brackets", MANY, |n| {
            entry("address_list", &list(n, |_| "a@b.example <a@b.example>".into()))
        }),
        shape("folds between addresses", MANY, |n| {
            entry("address_list", &format!("a@b.example{},", "\r\n ".repeat(n)))
        }),
        shape("open angles", MANY, |n| entry("address_list", &"<".repeat(n))),
        shape("resent fields", MANY, |n| {
            entry("purported_address", &format!("{}From: a@b.example\r\n", "Resent-From:\r\nReceived: x\r\n".repeat(n)))
        }),
        shape("results", MANY, |n| {
            entry("authentication_results", &format!("mx.example{}", ";\r\n dkim=pass header.d=b.example".repeat(n)))
        }),
        shape("properties of a result", MANY, |n| {
            entry("authentication_results", &format!("mx.example; dkim=pass{}", " header.d=b.example".repeat(n)))
        }),
        shape("comments in results", MANY, |n| {
            entry("authentication_results", &format!("mx.example; dkim=pass {}", "(x)".repeat(n)))
        }),
        shape("a quoted reason", VERY_MANY, |n| {
            entry("authentication_results", &format!("mx.example; dkim=pass reason=\"{}\"", "\\\"".repeat(n)))
        }),
    ]
}

fn shape(what: &'static str, count: usize, work: impl Fn(usize) -> Work + 'static) -> Shape {
    (what, count, Box::new(work))
}

fn list(count: usize, item: fn(usize) -> String) -> String {
    (0..count).map(item).collect::<Vec<_>>().join(", ")
}

fn tags(count: usize) -> String {
    (0..count).map(|at| format!("t{at}=x; ")).collect()
}

fn entry(name: &str, text: &str) -> Work {
    let (_, entry) = *entries::ENTRIES.iter().find(|(known, _)| *known == name).expect("there is such an entry");
    let octets = text.as_bytes().to_vec();
    Box::new(move || entry(&octets))
}

/// The examination of a mail as it stands.
fn octets(mail: &str) -> Work {
    fed(mail.as_bytes().to_vec(), LineEnds::AsIs, usize::MAX)
}

/// The examination of a mail that is signed in these forms, and passes.
fn signed(mail: &str, form: Canonicalization) -> Work {
    fed([field_of(mail, form), mail.as_bytes().to_vec()].concat(), LineEnds::AsIs, usize::MAX)
}

/// The same, relaxed, and octet by octet.
fn chunks(mail: &str) -> Work {
    fed([field_of(mail, Relaxed), mail.as_bytes().to_vec()].concat(), LineEnds::AsIs, 1)
}

/// A response with a first record whose data are `data`, and then `count` records whose owner is the pointer at `which`
/// in it, or the root.
fn response(count: usize, data: &[u8], which: usize) -> Work {
    let owner = if data.len() > 1 { pointer(DATA_AT + 1 + 2 * which.min(119)).to_vec() } else { vec![0] };
    let answers = u16::try_from(count + 1).expect("few records").to_be_bytes();
    let mut octets = [&b"\x12\x34\x81\x80\x00\x01"[..], &answers, b"\x00\x00\x00\x00"].concat();
    let length = u16::try_from(data.len()).expect("few octets").to_be_bytes();
    octets.extend([&b"\x00\x00\x63\x00\x01\x00\x00\x00\x00"[..], &length, data].concat());
    for _ in 0..count {
        octets.extend([&owner[..], b"\x00\x01\x00\x01\x00\x00\x00\x3c\x00\x04\xc0\x00\x02\x01"].concat());
    }
    Box::new(move || entries::dns_response(&octets))
}

/// Where the data of the first record stand, after the question that the entry puts in.
const DATA_AT: usize = 12 + 17 + 11;

/// A root, then pointers, each to the place before it.
fn chain_of_pointers() -> Vec<u8> {
    let places = (0..120).map(|number| DATA_AT + if number == 0 { 0 } else { 2 * number - 1 });
    [vec![0], places.flat_map(pointer).collect()].concat()
}

fn pointer(to: usize) -> [u8; 2] {
    (0xc000 | u16::try_from(to).expect("near the beginning")).to_be_bytes()
}

/// A signature with more names in h= over more fields; its body hash is right, so that the header is hashed.
fn names_in_h(names: &str, fields: &str) -> Work {
    let mail = format!("{fields}From: ann@firm.example\r\n\r\nbody\r\n");
    let field = String::from_utf8(field_of(&mail, Relaxed)).expect("a field is text");
    let (before, rest) = field.split_once("h=").expect("the field has h=");
    let (_, after) = rest.split_once(';').expect("another tag follows");
    octets(&format!("{before}h=From{names};{after}{mail}"))
}

/// The examination of a chain of so many sets that passes, with more in its header.
fn chain(sets: usize, more: &str) -> Work {
    let key = SigningKey::from_pem(entries::PEM).expect("a good key");
    let name = |text| Name::parse(text).expect("a name");
    let mut mail = format!("From: ann@firm.example\r\nX-More: {more}\r\n\r\nbody\r\n").into_bytes();
    for number in 0..sets {
        let status = if number == 0 { ChainStatus::None } else { ChainStatus::Pass };
        let request =
            SealRequest { status, ..SealRequest::new(name("firm.example"), name("s1"), &key, "mx.example.org") };
        let sealed = seal_message(&mail, LineEnds::AsIs, &request).expect("the mail is sealed");
        mail = [sealed.octets(), mail].concat();
    }
    fed(mail, LineEnds::AsIs, usize::MAX)
}

fn fed(mail: Vec<u8>, line_ends: LineEnds, chunk_octets: usize) -> Work {
    Box::new(move || {
        let chunks: Vec<_> = mail.chunks(chunk_octets.min(mail.len())).collect();
        entries::examined(&chunks, line_ends).findings().expect("every question was answered");
    })
}

/// A signature by the key of RFC 8463 §A.2, which the entries' DNS publishes under every name.
fn field_of(mail: &str, form: Canonicalization) -> Vec<u8> {
    let key = SigningKey::from_pem(entries::PEM).expect("a good key");
    let name = |text| Name::parse(text).expect("a name");
    let request = SigningRequest {
        header_canonicalization: form,
        body_canonicalization: form,
        ..SigningRequest::new(name("firm.example"), name("s1"), &key)
    };
    sign_message(mail.as_bytes(), &request).expect("the mail is signed")
}

/// How often the blocks of this crate and of the core ran, all together.
#[expect(
    unsafe_code,
    reason = "the counters are an array of the profiling runtime; the core itself forbids unsafe code"
)]
fn blocks_run(work: Work) -> u64 {
    unsafe extern "C" {
        safe fn __llvm_profile_reset_counters();
        safe fn __llvm_profile_begin_counters() -> *const u64;
        safe fn __llvm_profile_end_counters() -> *const u64;
    }
    __llvm_profile_reset_counters();
    work();
    let (begin, end) = (__llvm_profile_begin_counters(), __llvm_profile_end_counters());
    // SAFETY: both point into the one array of counters that lives as long as the program, and no other thread runs: there is one test.
    let counters = unsafe { std::slice::from_raw_parts(begin, end.offset_from(begin).unsigned_abs()) };
    counters.iter().sum()
}
