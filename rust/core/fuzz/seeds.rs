//! What fuzzing starts from: the golden mails, their signature fields, and the records of their zones.

use std::fs;
use std::path::{Path, PathBuf};

use trustlane_core::arc::{ChainStatus, SealRequest, seal_message};
use trustlane_core::crypto::SigningKey;
use trustlane_core::dns::Name;
use trustlane_core::message::{Header, HeaderLimits, LineEnds};
use trustlane_core::octets::base64_octets;

/// Octets that are good for an entry, and the name of that entry.
pub struct Seed {
    pub entry: &'static str,
    pub octets: Vec<u8>,
}

/// The seeds of all golden cases, in the same order every time.
pub fn seeds() -> Vec<Seed> {
    let golden = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/golden");
    let listed = fs::read_dir(golden).expect("the golden cases are there");
    let mut cases: Vec<PathBuf> = listed.flatten().map(|case| case.path()).filter(|case| case.is_dir()).collect();
    cases.sort();
    let mut seeds: Vec<Seed> = cases.iter().flat_map(|case| seeds_of(case)).collect();
    seeds.extend(chains().into_iter().map(|octets| Seed { entry: "arc_set", octets }));
    seeds.extend(ODD_ONES.iter().map(|(entry, text)| Seed { entry, octets: text.as_bytes().to_vec() }));
    seeds.extend(RESPONSES.iter().map(|octets| Seed { entry: "dns_response", octets: octets.to_vec() }));
    seeds
}

/// The sets of chains that pass, as they stand above the letter of the entry, by the key of RFC 8463 §A.2.
fn chains() -> Vec<Vec<u8>> {
    let seed = base64_octets(b"nWGxne/9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A").expect("good base64");
    let seed = seed.as_slice().try_into().expect("32 octets");
    let key = SigningKey::from_ed25519_seed(seed).expect("a good key");
    let name = |text| Name::parse(text).expect("a name");
    let letter = b"From: Ann <ann@firm.example>\r\nSubject: hi\r\n\r\nhello\r\n";
    let mut sets = Vec::new();
    let mut chains = Vec::new();
    for status in [ChainStatus::None, ChainStatus::Pass, ChainStatus::Pass] {
        let request =
            SealRequest { status, ..SealRequest::new(name("firm.example"), name("s1"), &key, "mx.example.org") };
        let mail = [&sets[..], letter].concat();
        let sealed = seal_message(&mail, LineEnds::AsIs, &request).expect("the letter is sealed");
        sets = [sealed.octets(), sets].concat();
        chains.push(sets.clone());
    }
    chains
}

fn seeds_of(case: &Path) -> Vec<Seed> {
    let Ok(mail) = fs::read(case.join("mail.eml")) else { return Vec::new() };
    let zone = fs::read_to_string(case.join("zone.txt")).unwrap_or_default();
    let header = Header::scan(mail.clone(), HeaderLimits::default());
    let mut seeds = vec![Seed { entry: "message", octets: mail }];
    for (name, entry) in [("DKIM-Signature", "tag_list"), ("From", "address_list"), ("To", "address_list")] {
        seeds.extend(header.named(name).map(|field| Seed { entry, octets: header.value(field).to_vec() }));
    }
    let zone = zone.replace("\"\n", "\"").replace("\" \"", "");
    for text in zone.split('"').skip(1).step_by(2) {
        let entry = match text.split([' ', ';']).next() {
            Some("v=spf1") => "spf_record",
            Some("v=DMARC1") => "dmarc_record",
            _ => "key_record",
        };
        seeds.push(Seed { entry, octets: text.as_bytes().to_vec() });
    }
    seeds
}

/// What golden mails have little of.
const ODD_ONES: [(&str, &str); 31] = [
    ("vbr_info", " mv=voucher.example; md = firm.example ;mc=all"),
    ("vbr_info", "md=somebank.example; MC=transaction;\r\n mv=certifier-a.example:certifier-b.example; x=y;"),
    ("arc_set", "arc-authentication-results:(a(b)) i = 01 (c) ;mx; none\r\nARC-Seal : cv=fail; i=1;\r\n"),
    ("arc_set", "ARC-Seal: i=2; cv=pass; h=x\r\nARC-Message-Signature: i=51; h=ARC-Seal\r\nARC-Seal:\r\n"),
    ("tag_list", " v = 1 ;\r\n\ta=rsa-sha256 ; b=\r\n AAAA ;"),
    ("key_record", "v=DKIM1; h=sha1:sha256; s=*:email; t=y:s; n=a note; k=rsa; p= Y W\t I ="),
    ("spf_record", "v=spf1 ip4:192.0.2.0/24 ip6:2001:db8::/32 a:mail.%{d}/24//64 mx ptr:firm.example ?all"),
    ("spf_record", "v=spf1 exists:%{ir}.%{l1r+-}._spf.%{d2} include:%{o} redirect=%{h} exp=why.%{d}"),
    (
        "received_spf",
        "pass (mx.example.org: yes) receiver=mx.example.org; client-ip=\"2001:db8::1\"; helo = a.example ; mechanism=mx;",
    ),
    ("received_spf", "fail identity=mailfrom; envelope-from=\"\\\"a;b\\\"@firm.example\"; problem=\"(x)\""),
    ("spf_record", "100%% of %{S} from %{c} at %{t} by %{r} was%_wrong%-here"),
    ("dmarc_record", "v=DMARC1; p=none; sp=quarantine; np=reject; adkim=s; aspf=r; psd=y; t=y; fo=1:d:s"),
    ("dmarc_record", "v=DMARC1; p=wrong; rua=mailto:a@firm.example!10m, https://firm.example/r; ruf=mailto:b@x"),
    ("address_list", "\"Ann (x)\" <ann@firm.example>, A group: b@c.example, (note (nested)) d@[192.0.2.1];, e @ f . g"),
    ("address_list", "=?utf-8?q?J=C3=B6rg?= <jörg@bücher.example>, <@route.example:ann@firm.example>"),
    ("authentication_results", " mx.example.org; none"),
    ("authentication_results", " mx.example.org 1; spf=pass smtp.mailfrom=ann@firm.example"),
    (
        "authentication_results",
        "(a) \"mx\\\".example\" (b(c)) ;\r\n dkim=fail/1 reason=\"a;b\" header.d=firm.example (x)",
    ),
    (
        "authentication_results",
        " mx.example.org; dkim/1=pass policy.\"p\"=x; dmarc = pass header . from = firm.example",
    ),
    ("message", "From: a@b.example\r\nFrom: c@d.example\r\nDKIM-Signature: v=1\r\n\tb\r\r\n\r\n.\n \t\r\n\0"),
    (
        "purported_address",
        "Resent-From: b@c.example\r\nReceived: x\r\nResent-Sender: d@e.example\r\nFrom: a@b.example\r\n",
    ),
    ("purported_address", "Sender: \"a b\" (x) <a.b@firm.example>\r\nFrom: a@b.example, c@d.example\r\n"),
    ("bounce_address", "prvs=1006abcdef=ann@firm.example"),
    ("bounce_address", "prvs=ann/1006abcdef@firm.example"),
    ("bounce_address", "btv1==012d52edd2a==ann@firm.example"),
    ("bounce_address", "\"ann b\"@firm.example"),
    ("helo_argument", "mail.firm.example"),
    ("helo_argument", "[IPv6:2001:db8::1]"),
    ("accreditation", "MARID,1,B;since 2004"),
    ("accreditation", "MARID,1,E"),
    ("accreditation", "WEB,,A"),
];

/// Responses of name servers without their question section: TXT records and an option; an alias and what it leads to;
/// a denial with an SOA record; a name of pointers; no EDNS.
const RESPONSES: [&[u8]; 5] = [
    b"\x12\x34\x81\xa0\x00\x01\x00\x02\x00\x00\x00\x01\
      \xc0\x0c\x00\x10\x00\x01\x00\x00\x00\x3c\x00\x05\x01a\x02bc\
      \xc0\x0c\x00\x10\x00\x01\x00\x00\x00\x05\x00\x01\x00\x00\x00\x29\x04\xd0\x00\x00\x00\x00\x00\x00",
    b"\x12\x34\x81\x80\x00\x01\x00\x03\x00\x00\x00\x00\
      \xc0\x0c\x00\x05\x00\x01\x00\x00\x00\x3c\x00\x04\x01a\xc0\x10\
      \xc0\x29\x00\x10\x00\x01\x00\x00\x00\x3c\x00\x02\x01x\
      \x01A\xc0\x10\x00\x01\x00\x01\x00\x00\x00\x3c\x00\x04\xc0\x00\x02\x01",
    b"\x12\x34\x81\x83\x00\x01\x00\x00\x00\x01\x00\x00\
      \xc0\x10\x00\x06\x00\x01\x00\x00\x0e\x10\x00\x18\xc0\x10\xc0\x10\
      \x00\x00\x00\x01\x00\x00\x00\x02\x00\x00\x00\x03\x00\x00\x00\x04\x00\x00\x00\x1e",
    b"\x12\x34\x81\x80\x00\x01\x00\x01\x00\x00\x00\x00\
      \xc0\x0c\x00\x0f\x00\x01\x80\x00\x00\x00\x00\x06\x00\x0a\x02mx\xc0\x0c\xc0\x2b",
    b"\x12\x34\x80\x01\x00\x00\x00\x00\x00\x00\x00\x00",
];
