//! Pointers to services, and their reports (draft-ietf-marid-csv-dna §4, §6).

use crate::dns::Name;

/// What a service says of a name (§6, item 5).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Recommendation {
    StronglyRecommended,
    Recommended,
    Unknown,
    NotRecommended,
    StronglyNotRecommended,
}

impl Recommendation {
    pub const ALL: [Self; 5] = [
        Self::StronglyRecommended,
        Self::Recommended,
        Self::Unknown,
        Self::NotRecommended,
        Self::StronglyNotRecommended,
    ];

    pub const fn letter(self) -> char {
        match self {
            Self::StronglyRecommended => 'A',
            Self::Recommended => 'B',
            Self::Unknown => 'C',
            Self::NotRecommended => 'D',
            Self::StronglyNotRecommended => 'E',
        }
    }
}

/// The service that a PTR record points to; `None` for a target without the prefix, which means something else
/// (draft-ietf-marid-csv-dna §7).
pub fn service_of(target: &Name) -> Option<Name> {
    Name::parse(target.as_str().strip_prefix("_vouch._smtp.")?)
}

/// Reads `MARID,1,A` and what may follow behind a semicolon; `None` for any other text, which must be ignored (§6).
pub fn parse(text: &[u8]) -> Option<Recommendation> {
    let report = text.split(|&octet| octet == b';').next().unwrap_or_default();
    let mut parts = report.trim_ascii_end().split(|&octet| octet == b',');
    let (service, level, letter) = (parts.next()?, parts.next()?, parts.next()?);
    if service != b"MARID" || level != b"1" || parts.next().is_some() {
        return None;
    }
    Recommendation::ALL.into_iter().find(|recommendation| letter == [recommendation.letter() as u8])
}
