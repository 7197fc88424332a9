//! What a name server sent, read strictly: an answer and how long it holds, or why it is none (RFC 1035 §4.1).
//!
//! Anybody may have sent these octets. They must bring the question back octet by octet before anything else is looked
//! at; then every record of every section must lie within them, and nothing after the last.

use std::net::{Ipv4Addr, Ipv6Addr};

use super::wire::{Cursor, Malformed, WireName};
use super::{Answer, Name, Record, RecordType, Records};

/// What came under the identifier of a query.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Response {
    /// An answer, good for this many seconds; 0 is for this once.
    Heard {
        answer: Answer,
        ttl_seconds: u32,
    },
    Other(Other),
}

/// What came is no answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Other {
    /// It is to another question, or to none.
    Stray,
    /// The whole of it comes over TCP (RFC 7766 §5).
    Truncated,
    /// It is to this question, and cannot be read.
    Damaged,
    /// The server does not understand EDNS (RFC 6891 §7).
    NoEdns,
    /// The server cannot tell.
    ServFail,
    /// The server will not.
    Refused,
}

impl Other {
    pub const ALL: [Self; 6] =
        [Self::Stray, Self::Truncated, Self::Damaged, Self::NoEdns, Self::ServFail, Self::Refused];

    pub const fn word(self) -> &'static str {
        match self {
            Self::Stray => "stray",
            Self::Truncated => "truncated",
            Self::Damaged => "damaged",
            Self::NoEdns => "no-edns",
            Self::ServFail => "servfail",
            Self::Refused => "refused",
        }
    }
}

/// Aliases that are followed within one answer; common resolvers stop between 8 and 16.
const MAX_ALIASES: usize = 16;

const HEADER_OCTETS: usize = 12;
const IN: u16 = 1;
const CNAME: u16 = 5;
const SOA: u16 = 6;
const OPT: u16 = 41;

mod code {
    pub const NO_ERROR: u16 = 0;
    pub const FORM_ERR: u16 = 1;
    pub const NX_DOMAIN: u16 = 3;
    pub const NOT_IMP: u16 = 4;
    pub const REFUSED: u16 = 5;
    pub const BAD_VERS: u16 = 16;
}

/// Reads what came under the identifier of a query.
///
/// `section` is the question section that was sent; it must have come back as it was spelled (RFC 1035 §7.3,
/// RFC 5452 §9.1). What the codes say is in RFC 1035 §4.1.1.
pub fn read(octets: &[u8], section: &[u8], record_type: RecordType) -> Response {
    match heard(octets, section, record_type) {
        Ok((answer, ttl_seconds)) => Response::Heard { answer, ttl_seconds },
        Err(other) => Response::Other(other),
    }
}

impl From<Malformed> for Other {
    fn from(_: Malformed) -> Self {
        Self::Damaged
    }
}

fn heard(octets: &[u8], section: &[u8], record_type: RecordType) -> Result<(Answer, u32), Other> {
    let Some((header, rest)) = octets.split_first_chunk::<HEADER_OCTETS>() else { return Err(Other::Stray) };
    let is_response_to_query = header[2] & 0xf8 == 0x80;
    let low_code = u16::from(header[3] & 0x0f);
    let [questions, answers, authorities, additionals] =
        [4, 6, 8, 10].map(|at| u16::from_be_bytes([header[at], header[at + 1]]));
    if !is_response_to_query {
        return Err(Other::Stray);
    }
    if questions == 0 && matches!(low_code, code::FORM_ERR | code::NOT_IMP) {
        return Err(Other::NoEdns);
    }
    if questions != 1 || !rest.starts_with(section) {
        return Err(Other::Stray);
    }
    if header[2] & 0x02 != 0 {
        return Err(Other::Truncated);
    }
    refused(low_code)?;
    let mut cursor = Cursor::new(octets, HEADER_OCTETS + section.len());
    let answers = entries(&mut cursor, answers)?;
    let authorities = entries(&mut cursor, authorities)?;
    let additionals = entries(&mut cursor, additionals)?;
    cursor.end()?;
    // The upper bits of the code stand where a time to live would (RFC 6891 §6.1.3).
    let upper = additionals.iter().find(|entry| entry.kind == OPT).map_or(0, |option| (option.ttl_bits >> 24) as u16);
    let whole_code = (upper << 4) | low_code;
    refused(whole_code)?;
    let sections = Sections { octets, answers, authorities, is_secure: header[3] & 0x20 != 0 };
    let owner = Cursor::new(octets, HEADER_OCTETS).name()?;
    sections.answer(owner, record_type, whole_code == code::NX_DOMAIN)
}

fn refused(code: u16) -> Result<(), Other> {
    match code {
        code::NO_ERROR | code::NX_DOMAIN => Ok(()),
        code::FORM_ERR | code::NOT_IMP | code::BAD_VERS => Err(Other::NoEdns),
        code::REFUSED => Err(Other::Refused),
        _ => Err(Other::ServFail),
    }
}

/// One resource record (RFC 1035 §4.1.3); its data lie at `begin..end` of the message.
struct Entry {
    owner: WireName,
    kind: u16,
    class: u16,
    ttl_bits: u32,
    begin: usize,
    end: usize,
}

impl Entry {
    /// A time to live with its highest bit set is none (RFC 2181 §8).
    fn ttl_seconds(&self) -> u32 {
        if self.ttl_bits > i32::MAX as u32 { 0 } else { self.ttl_bits }
    }

    fn is(&self, kind: u16, owner: &WireName) -> bool {
        self.kind == kind && self.class == IN && self.owner == *owner
    }
}

fn entries(cursor: &mut Cursor<'_>, count: u16) -> Result<Vec<Entry>, Malformed> {
    (0..count).map(|_| entry(cursor)).collect()
}

fn entry(cursor: &mut Cursor<'_>) -> Result<Entry, Malformed> {
    let owner = cursor.name()?;
    let (kind, class, ttl_bits) = (cursor.u16()?, cursor.u16()?, cursor.u32()?);
    let length = usize::from(cursor.u16()?);
    let begin = cursor.at();
    cursor.take(length)?;
    Ok(Entry { owner, kind, class, ttl_bits, begin, end: begin + length })
}

struct Sections<'a> {
    octets: &'a [u8],
    answers: Vec<Entry>,
    authorities: Vec<Entry>,
    is_secure: bool,
}

impl Sections<'_> {
    /// The records at the end of the aliases, which the server followed; or that there are none (RFC 2308 §2.1, §2.2).
    /// The shortest time to live on the way counts (RFC 2181 §5.2).
    fn answer(&self, owner: WireName, record_type: RecordType, denies_name: bool) -> Result<(Answer, u32), Other> {
        let kind = number_of(record_type);
        let (owner, ttl_seconds) = self.end_of_aliases(owner, kind)?;
        let of_owner = || self.answers.iter().filter(|entry| entry.is(kind, &owner));
        if of_owner().next().is_none() {
            return Ok(self.denial(&owner, denies_name, ttl_seconds));
        }
        if denies_name {
            return Err(Other::Damaged);
        }
        let records: Result<Vec<_>, _> =
            of_owner().filter_map(|entry| self.record(entry, record_type).transpose()).collect();
        let ttl_seconds = of_owner().map(Entry::ttl_seconds).fold(ttl_seconds, u32::min);
        Ok((Answer::Found { records: Records::from(records?), is_secure: self.is_secure }, ttl_seconds))
    }

    /// The name that has the records, or to which no alias leads on, and the time to live of the aliases before it.
    fn end_of_aliases(&self, mut owner: WireName, kind: u16) -> Result<(WireName, u32), Other> {
        let mut ttl_seconds = u32::MAX;
        for _ in 0..=MAX_ALIASES {
            let alias = self.answers.iter().find(|entry| entry.is(CNAME, &owner));
            let is_end = self.answers.iter().any(|entry| entry.is(kind, &owner));
            let Some(alias) = alias.filter(|_| !is_end) else {
                return Ok((owner, ttl_seconds));
            };
            ttl_seconds = ttl_seconds.min(alias.ttl_seconds());
            owner = self.data(alias).whole(Cursor::name)?;
        }
        Err(Other::Damaged)
    }

    /// Without an SOA record nobody says how long it holds (RFC 2308 §5).
    fn denial(&self, owner: &WireName, denies_name: bool, ttl_seconds: u32) -> (Answer, u32) {
        let is_secure = self.is_secure;
        let answer = if denies_name { Answer::NxDomain { is_secure } } else { Answer::NoData { is_secure } };
        let zones = self.authorities.iter().filter(|entry| entry.kind == SOA && entry.class == IN);
        let ours = zones.filter(|entry| owner.is_within(&entry.owner));
        let said = ours.filter_map(|entry| {
            let minimum = self.data(entry).whole(Cursor::soa_minimum).ok()?;
            Some(entry.ttl_seconds().min(minimum))
        });
        (answer, said.min().map_or(0, |seconds| seconds.min(ttl_seconds)))
    }

    /// The record (RFC 1035 §3.3.9, §3.3.12, §3.3.14); `None` for one that names what we could not ask for.
    fn record(&self, entry: &Entry, record_type: RecordType) -> Result<Option<Record>, Malformed> {
        let mut data = self.data(entry);
        let record = match record_type {
            RecordType::A => Some(Record::A(Ipv4Addr::from(data.array::<4>()?))),
            RecordType::Aaaa => Some(Record::Aaaa(Ipv6Addr::from(data.array::<16>()?))),
            RecordType::Ptr => data.name()?.to_name().map(Record::Ptr),
            RecordType::Txt => Some(Record::Txt(data.strings()?)),
            RecordType::Mx => {
                let preference = data.u16()?;
                host(&data.name()?).map(|exchange| Record::Mx { preference, exchange })
            }
            RecordType::Srv => {
                let (priority, weight, port) = (data.u16()?, data.u16()?, data.u16()?);
                host(&data.name()?).map(|target| Record::Srv { priority, weight, port, target })
            }
        };
        data.end()?;
        Ok(record)
    }

    fn data(&self, entry: &Entry) -> Cursor<'_> {
        Cursor::new(&self.octets[..entry.end], entry.begin)
    }
}

/// A host, or that there is none (the root); outer `None` where it cannot be written as a name that we ask for.
#[expect(clippy::option_option, reason = "the root is a value of its own (RFC 7505 §3, RFC 2782)")]
fn host(name: &WireName) -> Option<Option<Name>> {
    if name.is_root() { Some(None) } else { name.to_name().map(Some) }
}

const fn number_of(record_type: RecordType) -> u16 {
    match record_type {
        RecordType::A => 1,
        RecordType::Ptr => 12,
        RecordType::Mx => 15,
        RecordType::Txt => 16,
        RecordType::Aaaa => 28,
        RecordType::Srv => 33,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dns::wire::MAX_POINTERS;

    const SECTION: &[u8] = b"\x03kEy\x07eXample\x00\x00\x10\x00\x01";

    /// A response to the question for `kEy.eXample TXT`: flags, counts after the question's, and the rest.
    fn message(flags: [u8; 2], counts: [u8; 3], rest: &[u8]) -> Vec<u8> {
        let [answers, authorities, additionals] = counts;
        let header = [0x12, 0x34, flags[0], flags[1], 0, 1, 0, answers, 0, authorities, 0, additionals];
        [&header[..], SECTION, rest].concat()
    }

    fn record(owner: &[u8], kind: u8, ttl_bits: u32, data: &[u8]) -> Vec<u8> {
        let length = u16::try_from(data.len()).expect("few octets").to_be_bytes();
        [owner, &[0, kind, 0, 1], &ttl_bits.to_be_bytes(), &length, data].concat()
    }

    /// The name that was asked for, by a pointer.
    const ASKED: &[u8] = b"\xc0\x0c";
    const GOOD: [u8; 2] = [0x81, 0x80];

    fn txt(octets: &[u8]) -> Response {
        read(octets, SECTION, RecordType::Txt)
    }

    fn found(text: &[u8], ttl_seconds: u32) -> Response {
        let records = vec![Record::Txt(text.to_vec())].into();
        Response::Heard { answer: Answer::Found { records, is_secure: false }, ttl_seconds }
    }

    // proves: RFC 2181 §5.2, RFC 2181 §8, RFC 2308 §5, RFC 2308 §2.1, RFC 2308 §2.2, RFC 4035 §3.2.3
    // proves: RFC 2308 §4
    #[test]
    fn an_answer_has_its_records_and_the_shortest_time_to_live() {
        let text = |ttl_bits, text: &[u8]| record(ASKED, 16, ttl_bits, text);
        let alias = record(ASKED, 5, 7, b"\x01A\xc0\x10");
        let target = record(b"\x01a\x07EXAMPLE\x00", 16, 60, b"\x01x");
        let soa = |ttl_bits, minimum: u8| {
            let numbers = [&[0; 19][..], &[minimum]].concat();
            record(b"\xc0\x10", 6, ttl_bits, &[b"\x00\x00", &numbers[..]].concat())
        };
        let nx = |ttl_seconds| Response::Heard { answer: Answer::NxDomain { is_secure: false }, ttl_seconds };
        let no_data = |ttl_seconds| Response::Heard { answer: Answer::NoData { is_secure: false }, ttl_seconds };
        let secure = Response::Heard { answer: Answer::NoData { is_secure: true }, ttl_seconds: 0 };
        for (octets, expected, why) in [
            (message(GOOD, [1, 0, 0], &text(60, b"\x01a\x02bc")), found(b"abc", 60), "strings are joined"),
            (message(GOOD, [1, 0, 0], &text(1 << 31, b"\x00")), found(b"", 0), "a time to live that is none"),
            (message(GOOD, [2, 0, 0], &[alias.clone(), target].concat()), found(b"x", 7), "an alias, in any case"),
            (message(GOOD, [1, 0, 0], &record(ASKED, 1, 60, &[1; 4])), no_data(0), "another type, and no SOA"),
            (message(GOOD, [0, 1, 0], &soa(50, 9)), no_data(9), "as long as the SOA says"),
            (message([0x81, 0x83], [0, 1, 0], &soa(5, 9)), nx(5), "and not longer than the SOA itself"),
            (message([0x81, 0x83], [1, 1, 0], &[alias, soa(50, 9)].concat()), nx(7), "the alias is the shortest"),
            (message([0x81, 0xa0], [0, 0, 0], b""), secure, "the AD bit"),
        ] {
            assert_eq!(txt(&octets), expected, "{why}");
        }
    }

    // proves: RFC 1035 §7.3, RFC 1035 §4.1.2, RFC 5452 §9.1, RFC 6891 §6.1.3, RFC 6891 §7, RFC 1035 §4.1.1
    #[test]
    fn what_is_no_answer_says_why() {
        let good = message(GOOD, [1, 0, 0], &record(ASKED, 16, 60, b"\x01x"));
        let with = |at: usize, octet: u8| {
            let mut octets = good.clone();
            octets[at] = octet;
            octets
        };
        let option = |upper: u8| [&b"\x00\x00\x29\x04\xd0"[..], &[upper, 0, 0, 0, 0, 0]].concat();
        let loops = record(ASKED, 5, 60, ASKED);
        let answered_denial = message([0x81, 0x83], [1, 0, 0], &record(ASKED, 16, 60, b"\x01x"));
        for (octets, other, why) in [
            (good[..11].to_vec(), Other::Stray, "shorter than a header"),
            (with(2, 0x01), Other::Stray, "a query"),
            (with(2, 0xa9), Other::Stray, "another kind of operation"),
            (with(5, 0), Other::Stray, "no question"),
            (with(5, 2), Other::Stray, "two questions"),
            (with(14, b'e'), Other::Stray, "another spelling"),
            (with(26, 1), Other::Stray, "another type"),
            (with(2, 0x83), Other::Truncated, "cut off"),
            (with(3, 0x82), Other::ServFail, "a failure"),
            (with(3, 0x85), Other::Refused, "a refusal"),
            (with(3, 0x81), Other::NoEdns, "not understood"),
            (with(3, 0x84), Other::NoEdns, "not implemented"),
            (b"\x12\x34\x80\x01\0\0\0\0\0\0\0\0".to_vec(), Other::NoEdns, "not even the question"),
            (message(GOOD, [0, 0, 1], &option(1)), Other::NoEdns, "another version of EDNS: BADVERS"),
            (message(GOOD, [0, 0, 1], &option(2)), Other::ServFail, "a code of more than four bits"),
            (message(GOOD, [1, 0, 0], &loops), Other::Damaged, "an alias of itself"),
            (answered_denial, Other::Damaged, "the name that does not exist has records"),
        ] {
            assert_eq!(txt(&octets), Response::Other(other), "{why}");
        }
    }

    // proves: RFC 1035 §4.1.4, RFC 1035 §4.1.3, RFC 1035 §2.3.4
    #[test]
    fn what_lies_not_within_the_message_is_damage() {
        let far = [&b"\x3f"[..], &[b'x'; 63]].concat().repeat(4);
        for (rest, why) in [
            (record(ASKED, 16, 60, b""), "a TXT record without a string"),
            (record(ASKED, 16, 60, b"\x02x"), "a string beyond the record"),
            (record(ASKED, 16, 60, b"\x01x")[..13].to_vec(), "a record beyond the message"),
            ([record(ASKED, 16, 60, b"\x01x"), vec![0]].concat(), "octets after the last record"),
            (record(b"\xc0\x1d", 16, 60, b"\x01x"), "a pointer to itself"),
            (record(b"\xc0\xff", 16, 60, b"\x01x"), "a pointer forward"),
            (record(b"\x40x\x00", 16, 60, b"\x01x"), "a label of no known kind"),
            (record(&[&far[..], b"\x00"].concat(), 16, 60, b"\x01x"), "a name of more than 255 octets"),
            (vec![], "no record where one should be"),
        ] {
            assert_eq!(txt(&message(GOOD, [1, 0, 0], &rest)), Response::Other(Other::Damaged), "{why}");
        }
    }

    #[test]
    fn pointers_to_pointers_and_aliases_of_aliases_have_a_limit() {
        let data_at = HEADER_OCTETS + SECTION.len() + 11;
        let pointer = |to: usize| (0xc000 | u16::try_from(to).expect("near")).to_be_bytes();
        let chain: Vec<u8> = (0..200).flat_map(|at| pointer(data_at + if at == 0 { 0 } else { 2 * at - 1 })).collect();
        let chain = record(b"\x00", 99, 60, &[&[0], &chain[..]].concat());
        for (pointers, is_good) in [(MAX_POINTERS, true), (MAX_POINTERS + 1, false)] {
            let owner = pointer(data_at + 1 + 2 * (pointers - 2));
            let octets = message(GOOD, [2, 0, 0], &[&chain[..], &record(&owner, 1, 60, &[1; 4])].concat());
            assert_eq!(matches!(txt(&octets), Response::Heard { .. }), is_good, "{pointers}");
        }
        for (aliases, is_good) in [(MAX_ALIASES, true), (MAX_ALIASES + 1, false)] {
            let name = |number: usize| [1, b'a' + u8::try_from(number).expect("few"), 0xc0, 0x0c];
            let first = record(ASKED, 5, 60, &name(1));
            let rest = (1..aliases).flat_map(|number| record(&name(number), 5, 60, &name(number + 1)));
            let rest: Vec<u8> = first.into_iter().chain(rest).chain(record(&name(aliases), 16, 60, b"\x01x")).collect();
            let octets = message(GOOD, [u8::try_from(aliases + 1).expect("few"), 0, 0], &rest);
            assert_eq!(txt(&octets) == found(b"x", 60), is_good, "{aliases}");
        }
    }

    // proves: RFC 1035 §3.3.9, RFC 1035 §3.3.12, RFC 4343 §2.1
    #[test]
    fn each_type_of_record_is_read() {
        let host = || Name::parse("mx.key.example");
        for (record_type, kind, data, expected) in [
            (RecordType::A, 1, &b"\xc0\x00\x02\x01"[..], Some(Record::A(Ipv4Addr::new(192, 0, 2, 1)))),
            (
                RecordType::Aaaa,
                28,
                &[0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1],
                Some(Record::Aaaa(Ipv6Addr::LOCALHOST)),
            ),
            (RecordType::Mx, 15, b"\x00\x0a\x02MX\xc0\x0c", Some(Record::Mx { preference: 10, exchange: host() })),
            (RecordType::Mx, 15, b"\x00\x00\x00", Some(Record::Mx { preference: 0, exchange: None })),
            (RecordType::Mx, 15, b"\x00\x00\x03a.b\x00", None),
            (RecordType::Ptr, 12, b"\x02mx\xc0\x0c", host().map(Record::Ptr)),
            (RecordType::Ptr, 12, b"\x02\xffx\xc0\x0c", None),
            (
                RecordType::Srv,
                33,
                b"\x00\x01\x00\x02\x00\x19\x02mx\xc0\x0c",
                Some(Record::Srv { priority: 1, weight: 2, port: 25, target: host() }),
            ),
        ] {
            let octets = message(GOOD, [1, 0, 0], &record(ASKED, kind, 60, data));
            let answer = Answer::Found { records: expected.into_iter().collect(), is_secure: false };
            assert_eq!(read(&octets, SECTION, record_type), Response::Heard { answer, ttl_seconds: 60 });
            let short = message(GOOD, [1, 0, 0], &record(ASKED, kind, 60, &data[..data.len() - 1]));
            assert_eq!(read(&short, SECTION, record_type), Response::Other(Other::Damaged));
            let long = message(GOOD, [1, 0, 0], &record(ASKED, kind, 60, &[data, b"x"].concat()));
            assert_eq!(read(&long, SECTION, record_type), Response::Other(Other::Damaged));
        }
    }
}
