//! Octets of a DNS message, taken one piece after the other (RFC 1035 §4.1.3, §4.1.4).

use super::Name;

/// They do not say what they should.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Malformed;

/// Octets of a name with the length of each label (RFC 1035 §2.3.4).
const MAX_NAME_OCTETS: usize = 255;

/// Compression pointers followed in one name: more than it can have labels. Without it, pointers to pointers could cost
/// more than the message is long, in each name anew.
pub const MAX_POINTERS: usize = 128;

/// A place in a message; names may point back to what stands before.
pub struct Cursor<'a> {
    octets: &'a [u8],
    at: usize,
}

impl<'a> Cursor<'a> {
    pub fn new(octets: &'a [u8], at: usize) -> Self {
        Self { octets, at }
    }

    pub fn at(&self) -> usize {
        self.at
    }

    pub fn take(&mut self, count: usize) -> Result<&'a [u8], Malformed> {
        let taken = self.octets.get(self.at..).and_then(|rest| rest.get(..count)).ok_or(Malformed)?;
        self.at += count;
        Ok(taken)
    }

    pub fn array<const N: usize>(&mut self) -> Result<[u8; N], Malformed> {
        self.take(N)?.try_into().map_err(|_| Malformed)
    }

    pub fn u16(&mut self) -> Result<u16, Malformed> {
        self.array().map(u16::from_be_bytes)
    }

    pub fn u32(&mut self) -> Result<u32, Malformed> {
        self.array().map(u32::from_be_bytes)
    }

    /// Nothing may be left.
    pub fn end(&self) -> Result<(), Malformed> {
        if self.at == self.octets.len() { Ok(()) } else { Err(Malformed) }
    }

    /// Reads one thing that is all there is.
    pub fn whole<T>(mut self, read: impl FnOnce(&mut Self) -> Result<T, Malformed>) -> Result<T, Malformed> {
        let value = read(&mut self)?;
        self.end().map(|()| value)
    }

    /// A name, in lower case; pointers lead back only (RFC 1035 §4.1.4).
    pub fn name(&mut self) -> Result<WireName, Malformed> {
        let mut name = Vec::with_capacity(64);
        let mut after = None;
        let mut before = self.at;
        let mut pointers = 0;
        loop {
            let [length] = self.array()?;
            match length {
                0 => break,
                1..=63 => {
                    name.push(length);
                    name.extend(self.take(usize::from(length))?.iter().map(u8::to_ascii_lowercase));
                }
                0xc0.. => {
                    let [low] = self.array()?;
                    let target = usize::from(u16::from_be_bytes([length & 0x3f, low]));
                    pointers += 1;
                    if target >= before || pointers > MAX_POINTERS {
                        return Err(Malformed);
                    }
                    after.get_or_insert(self.at);
                    (self.at, before) = (target, target);
                }
                _ => return Err(Malformed),
            }
            if name.len() >= MAX_NAME_OCTETS {
                return Err(Malformed);
            }
        }
        self.at = after.unwrap_or(self.at);
        Ok(WireName(name))
    }

    /// The strings of a TXT record, one at least, joined (RFC 1035 §3.3.14); they fill the rest.
    pub fn strings(&mut self) -> Result<Vec<u8>, Malformed> {
        let mut text = Vec::with_capacity(self.octets.len() - self.at);
        loop {
            let [length] = self.array()?;
            text.extend_from_slice(self.take(usize::from(length))?);
            if self.at == self.octets.len() {
                return Ok(text);
            }
        }
    }

    /// How long an SOA record has denials hold (RFC 2308 §4).
    pub fn soa_minimum(&mut self) -> Result<u32, Malformed> {
        self.name()?;
        self.name()?;
        self.take(16)?;
        self.u32()
    }
}

/// A name as labels, each after its length, in lower case, without the root's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WireName(Vec<u8>);

impl WireName {
    pub fn is_root(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether this is the other name or lies below it.
    pub fn is_within(&self, other: &Self) -> bool {
        let mut rest = self.0.as_slice();
        loop {
            if rest == other.0 {
                return true;
            }
            let Some((&length, after)) = rest.split_first() else { return false };
            rest = &after[usize::from(length)..];
        }
    }

    /// The name as we ask for names; `None` for one with a dot, a blank, a control or an octet beyond US-ASCII within a
    /// label: written plainly, it would be read as another name (RFC 4343 §2.1).
    pub fn to_name(&self) -> Option<Name> {
        let mut text = String::with_capacity(self.0.len());
        let mut rest = self.0.as_slice();
        while let Some((&length, after)) = rest.split_first() {
            let (label, others) = after.split_at(usize::from(length));
            if !label.iter().all(|&octet| octet.is_ascii_graphic() && octet != b'.') {
                return None;
            }
            text.extend(label.iter().map(|&octet| char::from(octet)));
            text.push('.');
            rest = others;
        }
        Name::parse(&text)
    }
}
