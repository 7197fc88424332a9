//! What holds for any mail.

use proptest::prelude::*;

use super::fixture::{ED25519_PUBLIC, NOW, ed25519, examine, examine_chunks, told, txt, zone, zone_with};
use crate::dkim::{SigningRequest, sign_message};
use crate::dns::Name;
use crate::message::Canonicalization::{Relaxed, Simple};
use crate::message::LineEnds;

/// Mail of odd but legal lines, without lone line ends.
fn mails() -> impl Strategy<Value = String> {
    let word = prop_oneof![Just(" "), Just("\t"), Just("x"), Just("word"), Just(":"), Just("ü"), Just("="), Just(";")];
    let text = prop::collection::vec(word, 0..12).prop_map(|words| words.concat());
    let field = (prop_oneof![Just("Subject"), Just("To"), Just("X-Other"), Just("from2")], text.clone());
    let header = prop::collection::vec(field, 0..6);
    let body = prop::collection::vec(text, 0..10);
    (header, body).prop_map(|(header, body)| {
        let fields: String = header.iter().map(|(name, value)| format!("{name}:{value}\r\n .{value}\r\n")).collect();
        format!("From: ann@example.com\r\n{fields}\r\n{}", body.join("\r\n"))
    })
}

fn signed_mail(mail: &str, is_header_relaxed: bool, is_body_relaxed: bool) -> Vec<u8> {
    let key = ed25519();
    let form = |is_relaxed| if is_relaxed { Relaxed } else { Simple };
    let name = |text| Name::parse(text).expect("a good name");
    let request = SigningRequest {
        header_canonicalization: form(is_header_relaxed),
        body_canonicalization: form(is_body_relaxed),
        ..SigningRequest::new(name("example.com"), name("sel"), &key)
    };
    [sign_message(mail.as_bytes(), &request).expect("the mail is signed"), mail.as_bytes().to_vec()].concat()
}

fn ed25519_zone() -> super::fixture::Zone {
    zone_with(txt(&format!("k=ed25519; p={ED25519_PUBLIC}")))
}

fn chunks<'m>(mail: &'m [u8], cuts: &[usize]) -> Vec<&'m [u8]> {
    let mut cuts: Vec<_> = cuts.iter().map(|cut| cut % (mail.len() + 1)).collect();
    cuts.extend([0, mail.len()]);
    cuts.sort_unstable();
    cuts.windows(2).map(|pair| &mail[pair[0]..pair[1]]).collect()
}

const PIECES: [&[u8]; 18] = [
    b"DKIM-Signature: ",
    b"v=1; a=rsa-sha256; ",
    b"d=example.com; s=sel; ",
    b"h=From; ",
    b"bh=47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=; ",
    b"b=AAAA; ",
    b"l=1; ",
    b"i=@example.com; ",
    b"\r\n",
    b"\r\n ",
    b"\n",
    b"\r",
    b"From: a\r\n",
    b"\xff",
    b";",
    b"=",
    b"\0",
    b"\r\n\r\n",
];

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn what_is_signed_verifies_however_it_is_cut(
        mail in mails(),
        is_header_relaxed: bool,
        is_body_relaxed: bool,
        cuts in prop::collection::vec(any::<usize>(), 0..8),
    ) {
        let mail = signed_mail(&mail, is_header_relaxed, is_body_relaxed);
        let whole = examine(&mail, &ed25519_zone());
        prop_assert_eq!(told(&whole), [("pass", "dkim.verified")]);
        for line_ends in [LineEnds::AsIs, LineEnds::FixCrlf, LineEnds::Reject] {
            prop_assert_eq!(&examine_chunks(&chunks(&mail, &cuts), &ed25519_zone(), line_ends, NOW), &whole);
        }
    }

    #[test]
    fn a_changed_octet_of_what_simple_forms_sign_never_passes(mail in mails(), at in any::<usize>(), bit in 0u8..8) {
        let text = mail.replace("X-Other", "Subject").replace("from2", "To");
        let mut mail = signed_mail(&text, false, false);
        let last = mail.iter().rposition(|octet| !octet.is_ascii_whitespace()).unwrap_or(0);
        let at = at % (last + 1);
        mail[at] ^= 1 << bit;
        let told = told(&examine(&mail, &ed25519_zone()));
        prop_assert!(told.iter().all(|(result, _)| *result != "pass"), "{:?}", told);
    }

    #[test]
    fn any_octets_give_findings_and_any_cut_gives_the_same(
        pieces in prop::collection::vec(
            prop::sample::select(PIECES.to_vec()),
            0..30,
        ),
        cuts in prop::collection::vec(any::<usize>(), 0..8),
        line_ends in prop_oneof![Just(LineEnds::AsIs), Just(LineEnds::FixCrlf), Just(LineEnds::Reject)],
    ) {
        let mail = pieces.concat();
        let whole = examine_chunks(&[&mail], &zone(), line_ends, NOW);
        prop_assert!(!whole.findings.is_empty());
        prop_assert_eq!(examine_chunks(&chunks(&mail, &cuts), &zone(), line_ends, NOW), whole);
    }
}
