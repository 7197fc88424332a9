//! Which TXT records speak for a scope (RFC 4406 §3.1, §4.4).

use crate::spf::{Selection, Spf1, WithoutName};

/// What a record may be used for (RFC 4406 §3.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Scope {
    /// The reverse-path.
    MailFrom,
    /// The purported responsible address.
    Pra,
}

impl Scope {
    /// The scope-id.
    pub const fn word(self) -> &'static str {
        match self {
            Self::MailFrom => "mfrom",
            Self::Pra => "pra",
        }
    }
}

/// Whether SPF records speak for the purported responsible address too.
///
/// RFC 4406 §3.4 says so where there is no other record. Their owners wrote them for MAIL FROM and HELO, and the IESG
/// warned of it on the standard's first page; so a site must ask for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Spf1Records {
    #[default]
    ForMailFromOnly,
    ForPraToo,
}

/// The selection of RFC 4406 §4.4 for one scope.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rules {
    pub scope: Scope,
    pub spf1: Spf1Records,
}

impl Selection for Rules {
    /// Records of version 2 that name the scope; where there is none, those of SPF, if they count. A record for another
    /// scope alone does not silence them (§4.4, steps 4 and 5, which are the letter; §3.4 is looser).
    fn select<'t>(&self, texts: &mut dyn Iterator<Item = &'t [u8]>) -> Vec<&'t [u8]> {
        let (second, others): (Vec<&[u8]>, Vec<&[u8]>) = texts.partition(|text| is_record(text, self.scope));
        let is_spf_heard = self.scope == Scope::MailFrom || self.spf1 == Spf1Records::ForPraToo;
        if second.is_empty() && is_spf_heard { Spf1.select(&mut others.into_iter()) } else { second }
    }

    /// A purported responsible address in a domain that does not exist fails (RFC 4406 §4.3).
    fn without_name(&self) -> WithoutName {
        match self.scope {
            Scope::Pra => WithoutName::Fail,
            Scope::MailFrom => WithoutName::Nothing,
        }
    }
}

/// Whether a TXT record is one of version 2 that names this scope: `spf2.0/mfrom,pra`, then a space or the end. Any minor
/// version does (§4.4, step 2); scopes are compared as whole words (§4.4, step 3).
pub fn is_record(text: &[u8], scope: Scope) -> bool {
    let section = text.split(|&octet| octet == b' ').next().unwrap_or_default();
    let Some(rest) = section.get(..5).filter(|start| start.eq_ignore_ascii_case(b"spf2.")).map(|_| &section[5..])
    else {
        return false;
    };
    let mut parts = rest.splitn(2, |&octet| octet == b'/');
    let (minor, scopes) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
    let is_number = !minor.is_empty() && minor.iter().all(u8::is_ascii_digit);
    let mut scopes = scopes.split(|&octet| octet == b',');
    is_number && scopes.clone().all(is_scope) && scopes.any(|id| id.eq_ignore_ascii_case(scope.word().as_bytes()))
}

/// A name as modifiers have them (RFC 7208 §4.6.1), which a scope-id is (RFC 4406 §3.1).
fn is_scope(id: &[u8]) -> bool {
    let goes_on_well = |octet: &u8| octet.is_ascii_alphanumeric() || b"-_.".contains(octet);
    id.first().is_some_and(u8::is_ascii_alphabetic) && id.iter().all(goes_on_well)
}
