//! The places where a stranger's octets enter the core, and what must hold there for any octets.
//!
//! The fuzz targets call one each; `tests/any_octets.rs` calls all of them on every test run. None may panic.

#![allow(dead_code, reason = "a fuzz target calls one entry")]

use std::collections::hash_map::DefaultHasher;
use std::hash::{Hash, Hasher};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use trustlane_core::arc::{self, ChainStatus, SealRequest};
use trustlane_core::crypto::SigningKey;
use trustlane_core::dkim::{self, Algorithm, KeyRecord};
use trustlane_core::dns::response::{self, Other, Response};
use trustlane_core::dns::{Answer, Answers, Lookups, Name, Question, Record, RecordType, Unavailable, Wait};
use trustlane_core::examination::{Checks, Examination, Options, SessionFacts};
use trustlane_core::finding::{Finding, Method, ResultWord};
use trustlane_core::message::{ArrivalOptions, Header, HeaderLimits, LineEnds};
use trustlane_core::{address, authres, batv, dmarc, dna, helo, senderid, spf, tags, vbr};

pub type Entry = fn(&[u8]);

/// Every entry under the name of its fuzz target.
pub const ENTRIES: [(&str, Entry); 15] = [
    ("message", message),
    ("tag_list", tag_list),
    ("key_record", key_record),
    ("spf_record", spf_record),
    ("received_spf", received_spf),
    ("dmarc_record", dmarc_record),
    ("address_list", address_list),
    ("authentication_results", authentication_results),
    ("arc_set", arc_set),
    ("dns_response", dns_response),
    ("purported_address", purported_address),
    ("bounce_address", bounce_address),
    ("helo_argument", helo_argument),
    ("accreditation", accreditation),
    ("vbr_info", vbr_info),
];

/// The question to which [`dns_response`] is the response.
const SECTION: &[u8] = b"\x03kEy\x07eXample\x00\x00\x10\x00\x01";

/// After what golden mails are dated.
const NOW_SECONDS: u64 = 1_800_000_000;

/// A mail has the same findings however it is cut, each signature exactly one, and all of them can be written into an
/// Authentication-Results field that reads as written.
pub fn message(octets: &[u8]) {
    let digest = digest(octets);
    let line_ends = [LineEnds::AsIs, LineEnds::FixCrlf, LineEnds::Reject][place(digest, 3)];
    let (first, second) = octets.split_at(place(digest >> 2, octets.len() + 1));
    let (whole, cut) = (examined(&[octets], line_ends), examined(&[first, second], line_ends));
    let findings = whole.findings().expect("every question was answered");
    assert_eq!(Some(&findings), cut.findings().as_ref(), "cut at {}", first.len());
    let header = whole.arrival().header().expect("the message is whole");
    let signatures = findings.iter().filter(|finding| finding.method == Method::Dkim).count();
    let fields = header.named(dkim::FIELD_NAME).count().max(1);
    assert!(signatures == fields || (signatures == 1 && header.overflow().is_some()), "{signatures} of {fields}");
    reads_as_written(&findings);
}

/// A claim that reads can be written, and reads as written.
pub fn vbr_info(octets: &[u8]) {
    let Ok(claim) = vbr::parse(octets) else { return };
    assert!(claim.vouchers.len() <= vbr::MAX_VOUCHERS);
    assert_eq!(vbr::parse(vbr::write(&claim).as_bytes()).as_ref(), Ok(&claim));
}

/// Tags lie side by side inside the text they were read from.
pub fn tag_list(octets: &[u8]) {
    let Ok(list) = tags::parse(octets) else { return };
    let mut end = 0;
    for tag in &list {
        assert!(tag.span.start > end && octets[tag.span.clone()].len() >= tag.value.len());
        assert_eq!(octets[tag.span.start - 1], b'=');
        end = tag.span.end;
    }
}

/// A record gives a key or a reason.
pub fn key_record(octets: &[u8]) {
    let Ok(record) = KeyRecord::parse(octets) else { return };
    for algorithm in Algorithm::ALL {
        let key = record.public_key(algorithm);
        assert!(key.is_err() || !record.octets.is_empty());
    }
}

/// The evaluation of a record that every name publishes ends within its budget.
pub fn spf_record(octets: &[u8]) {
    for client_ip in [IpAddr::V4(Ipv4Addr::new(192, 0, 2, 7)), IpAddr::V6(Ipv6Addr::LOCALHOST)] {
        let request = spf::Request {
            client_ip,
            identity: spf::Identity::MailFrom,
            sender: spf::Sender::from_path("\"odd one\"+tag@mail.firm.example"),
            helo: "mail.firm.example",
            receiver: "mx.example.org",
            now_seconds: NOW_SECONDS,
        };
        answered(|lookups| spf::evaluate(&request, lookups), octets);
    }
}

/// What was read of a Received-SPF field says whether it speaks in our name.
pub fn received_spf(octets: &[u8]) {
    let is_forged = spf::is_forged(b"Received-SPF", octets, &["mx.example.org"]);
    match spf::parse_received(octets) {
        Ok(field) => assert!(field.pairs.iter().any(|(key, _)| key.eq_ignore_ascii_case("receiver")) || is_forged),
        Err(_) => assert!(is_forged),
    }
}

/// A record that every name publishes gives one finding for the author.
pub fn dmarc_record(octets: &[u8]) {
    let authors = address::author_domains(&[b"ann@a.b.c.d.e.f.g.firm.example"]);
    let passed = Name::parse("mail.firm.example").expect("a name");
    let passed = dmarc::Identifier { method: Method::Dkim, domain: passed, outcome: dmarc::Outcome::Pass };
    for identifiers in [&[][..], &[passed]] {
        let input = dmarc::Input { authors: &authors, identifiers, discovery: &dmarc::Discovery::TreeWalk };
        assert_eq!(answered(|lookups| dmarc::evaluate(&input, lookups), octets).len(), 1);
    }
}

/// Every author's domain stands in the mailboxes that were read, and these read the same when they are written.
pub fn address_list(octets: &[u8]) {
    let authors = address::author_domains(&[octets]);
    match address::mailboxes(octets) {
        Ok(mailboxes) => {
            assert!(authors.domains.len() <= mailboxes.len());
            let written = address::write(&mailboxes);
            assert_eq!(address::mailboxes(written.as_bytes()), Ok(mailboxes), "{written:?}");
        }
        Err(_) => assert!(authors.domains.is_empty() && authors.damage.is_some()),
    }
}

/// What was read can be written, and what was written reads the same.
pub fn authentication_results(octets: &[u8]) {
    authres::claims(b"Authentication-Results", octets, &["mx.example.org", "bücher.example"]);
    let Ok(read) = authres::parse(octets) else { return };
    let field = authres::write(&read.authserv_id, &read.results);
    let again = authres::parse(value_of(&field)).expect("what is written can be read");
    assert_eq!(again.results.len(), read.results.len());
}

/// Above a letter, fields of ARC have one finding, however they are cut. Whoever seals that mail by what was found adds
/// the next set: the chain then passes, or is told as broken, and is not sealed again.
pub fn arc_set(octets: &[u8]) {
    let letter = b"From: Ann <ann@firm.example>\r\nSubject: hi\r\n\r\nhello\r\n";
    let mail = [octets, letter].concat();
    let cut = place(digest(octets), mail.len() + 1);
    let (found, again) = (chain_of(&[&mail]), chain_of(&[&mail[..cut], &mail[cut..]]));
    assert_eq!(found, again, "cut at {cut}");
    let status = match found.as_ref().map(|finding| finding.result) {
        None => ChainStatus::None,
        Some(ResultWord::Pass) => ChainStatus::Pass,
        Some(_) => ChainStatus::Fail,
    };
    let key = SigningKey::from_pem(PEM).expect("a good key");
    let name = |text| Name::parse(text).expect("a name");
    let request = SealRequest { status, ..SealRequest::new(name("firm.example"), name("s1"), &key, "mx.example.org") };
    let Ok(sealed) = arc::seal_message(&mail, LineEnds::AsIs, &request) else { return };
    let mail = [sealed.octets(), mail].concat();
    let chain = chain_of(&[&mail]).expect("there is a chain now");
    match status {
        ChainStatus::Fail => assert_eq!(chain.reason.code(), "arc.broken-before"),
        ChainStatus::None | ChainStatus::Pass => assert_eq!(chain.result, ResultWord::Pass, "{}", chain.reason),
    }
    if status == ChainStatus::Fail {
        assert!(arc::seal_message(&mail, LineEnds::AsIs, &request).is_err());
    }
}

fn chain_of(chunks: &[&[u8]]) -> Option<Finding> {
    let findings = examined(chunks, LineEnds::AsIs).findings().expect("every question was answered");
    let mut chains = findings.into_iter().filter(|finding| finding.method == Method::Arc);
    let chain = chains.next();
    assert!(chains.next().is_none(), "a mail has one chain at most");
    chain
}

/// The private key of RFC 8463 §A.2, whose public one this DNS publishes under most names.
pub const PEM: &str = "-----BEGIN PRIVATE KEY-----
MC4CAQAwBQYDK2VwBCIEIJ1hsZ3v/VpguoRK9JLsLMREScVpezJpGXA7rAMcrn9g
-----END PRIVATE KEY-----
";

/// Octets without their question section, put in its place after the header, are read as a response: no record comes
/// from nowhere, and an answer to a question that was spelled otherwise is none.
pub fn dns_response(octets: &[u8]) {
    let (header, rest) = octets.split_at(octets.len().min(12));
    let whole = [header, SECTION, rest].concat();
    let other_spelling = SECTION.to_ascii_lowercase();
    for record_type in RecordType::ALL {
        let read = response::read(&whole, SECTION, record_type);
        if let Response::Heard { answer, .. } = &read {
            assert!(answer.octets() <= 100 * whole.len(), "{answer:?}");
            assert_eq!(response::read(&whole, &other_spelling, record_type), Response::Other(Other::Stray));
        }
    }
}

/// The address that a header puts forward is one that can be announced, and that DNS can be asked about.
pub fn purported_address(octets: &[u8]) {
    let header = Header::scan(octets.to_vec(), HeaderLimits::default());
    let Ok(pra) = senderid::purported_address(&header) else { return };
    assert_eq!(Name::parse(pra.domain.as_str()).as_ref(), Some(&pra.domain));
    let value = senderid::submitter_value(&pra);
    assert!(value.bytes().all(|octet| octet.is_ascii_graphic() && octet != b'='), "{value}");
}

/// What is tagged is valid and gives its address back; what bears a tag loses it once.
pub fn bounce_address(octets: &[u8]) {
    let path = String::from_utf8_lossy(octets);
    let below = batv::untagged(&path);
    assert!(below.len() <= path.len());
    let key = batv::RingKey { number: 1, first_day: 0, secret: &[7; batv::MIN_SECRET_OCTETS] };
    let domain = path.rsplit_once('@').and_then(|(_, domain)| Name::parse(domain));
    let ring = batv::Ring::new(&[key], domain.into_iter().collect(), batv::LIFETIME_DAYS, 0).expect("a good ring");
    let Ok(tagged) = batv::tag(&ring, &path, 20_000) else { return };
    let verdict = batv::verdict(&ring, &tagged, 20_000);
    assert_eq!((verdict.word(), verdict.address()), ("valid", Some(&*path)));
}

/// What a client calls itself is a name, an address, or neither.
pub fn helo_argument(octets: &[u8]) {
    let text = String::from_utf8_lossy(octets);
    if let Ok(helo::Argument::Address(address)) = helo::parse(&text) {
        assert_eq!(helo::parse(&helo::literal(address)), Ok(helo::Argument::Address(address)));
    }
}

/// A report is written as it was read.
pub fn accreditation(octets: &[u8]) {
    let Some(recommendation) = dna::parse(octets) else { return };
    assert_eq!(dna::parse(dna::write(recommendation).as_bytes()), Some(recommendation));
}

/// One mail to its end in a DNS where most names publish something.
pub fn examined(chunks: &[&[u8]], line_ends: LineEnds) -> Examination {
    let facts = SessionFacts {
        client_ip: Some(Ipv4Addr::new(192, 0, 2, 7).into()),
        helo: Some("mail.firm.example".to_owned()),
        mail_from: Some("ann@firm.example".to_owned()),
        receiver: "mx.example.org".to_owned(),
        ..SessionFacts::default()
    };
    let sender_id = Some(senderid::Options { spf1: senderid::Spf1Records::ForPraToo });
    let checks = Checks { helo: true, csa: true, sender_id, batv: None };
    let arrival = ArrivalOptions { line_ends, ..ArrivalOptions::default() };
    let mut examination =
        Examination::new(facts, Options { now_seconds: NOW_SECONDS, arrival, checks, ..Options::default() });
    chunks.iter().for_each(|chunk| examination.feed(chunk));
    examination.finish();
    loop {
        let questions = examination.questions();
        if questions.is_empty() {
            return examination;
        }
        for question in questions {
            let answer = answer(&question, record_of(&question));
            examination.learn(question, answer);
        }
    }
}

/// Runs an evaluation to its end in a DNS where every name publishes this text.
fn answered<T>(mut evaluate: impl FnMut(&mut Lookups<'_>) -> Result<T, Wait>, text: &[u8]) -> T {
    let mut answers = Answers::default();
    loop {
        let mut lookups = Lookups::new(&answers);
        let outcome = evaluate(&mut lookups);
        let missing = lookups.into_missing();
        match outcome {
            Ok(outcome) => return outcome,
            Err(Wait) => assert!(!missing.is_empty(), "an evaluation that waits has questions"),
        }
        for question in missing {
            let answer = answer(&question, text);
            answers.learn(question, answer);
        }
    }
}

/// DNS without a network: most names have what is asked for, some have nothing, some are out of reach.
fn answer(question: &Question, text: &[u8]) -> Answer {
    let name = |text| Name::parse(text).expect("a name");
    let record = match question.record_type {
        RecordType::Txt => return txt(text),
        _ if place(digest(question.name.as_str()), 7) == 0 => return Answer::NxDomain { is_secure: false },
        _ if place(digest(question.name.as_str()), 11) == 0 => return Answer::Unavailable(Unavailable::Timeout),
        RecordType::A => Record::A(Ipv4Addr::new(192, 0, 2, 7)),
        RecordType::Aaaa => Record::Aaaa(Ipv6Addr::LOCALHOST),
        RecordType::Mx => Record::Mx { preference: 10, exchange: Some(name("mx.firm.example")) },
        RecordType::Ptr => Record::Ptr(name("mail.firm.example")),
        RecordType::Srv => Record::Srv { priority: 1, weight: 2, port: 25, target: Some(name("mail.firm.example")) },
    };
    Answer::Found { records: vec![record].into(), is_secure: false }
}

/// What the golden cases publish under names like this one: RFC 8463 §A.2, and policies.
fn record_of(question: &Question) -> &'static [u8] {
    let name = question.name.as_str();
    match () {
        () if name.starts_with("test._domainkey.") => RSA_KEY,
        () if name.contains("._domainkey.") => ED25519_KEY,
        () if name.starts_with("_dmarc.") => b"v=DMARC1; p=reject; rua=mailto:d@firm.example",
        () => b"v=spf1 a mx include:other.%{d} exists:%{ir}.%{l1r-}.%{v}.firm.example ptr -all",
    }
}

const ED25519_KEY: &[u8] = b"v=DKIM1; k=ed25519; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=";

const RSA_KEY: &[u8] = b"v=DKIM1; k=rsa; p=MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQDkHlOQoBTzWR\
iGs5V6NpP3idY6Wk08a5qhdR6wy5bdOKb2jLQiY/J16JYi0Qvx/byYzCNb3W91y3FutAC\
DfzwQ/BC/e/8uBsCR+yz1Lxj+PL6lHvqMKrM3rG4hstT5QjvHO9PzoxZyVYLzBfO2EeC3\
Ip3G+2kryOTIKT+l/K4w3QIDAQAB";

fn txt(text: &[u8]) -> Answer {
    Answer::Found { records: vec![Record::Txt(text.to_vec())].into(), is_secure: false }
}

fn reads_as_written(findings: &[Finding]) {
    let lines: Vec<_> = findings.iter().map(result_line).collect();
    let field = authres::write("mx.example.org", &lines);
    let read = authres::parse(value_of(&field)).expect("what is written can be read");
    let told = |lines: &[authres::ResultLine]| -> Vec<_> {
        lines.iter().map(|line| (line.method.clone(), line.result.clone(), line.properties.len())).collect()
    };
    assert_eq!(told(&read.results), told(&lines));
}

fn result_line(finding: &Finding) -> authres::ResultLine {
    let properties = finding.properties.iter().map(|property| authres::ReportedProperty {
        ptype: property.ptype.to_owned(),
        name: property.name.to_owned(),
        value: property.value.clone(),
    });
    authres::ResultLine {
        method: finding.method.word().to_owned(),
        method_version: 1,
        result: finding.result.word().to_owned(),
        reason: Some(finding.reason.to_string()),
        properties: properties.collect(),
    }
}

fn value_of(field: &[u8]) -> &[u8] {
    field.strip_prefix(b"Authentication-Results:").expect("the field has its name")
}

fn digest(text: impl Hash) -> u64 {
    let mut hasher = DefaultHasher::new();
    text.hash(&mut hasher);
    hasher.finish()
}

fn place(digest: u64, count: usize) -> usize {
    usize::try_from(digest % count as u64).expect("less than a count")
}
