//! The purported responsible address: who the header says brought the mail into the stream last (RFC 4407 §2).

use crate::address::{Mailbox, Malformed, mailboxes};
use crate::dns::Name;
use crate::message::{Field, Header};
use crate::octets::is_fws;

/// The one mailbox that the algorithm chose.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PurportedAddress {
    /// The name of the field it stands in, lower case.
    pub field: &'static str,
    /// Quotes removed.
    pub local_part: String,
    pub domain: Name,
}

impl PurportedAddress {
    pub fn address(&self) -> String {
        format!("{}@{}", self.local_part, self.domain)
    }
}

/// Why there is none (RFC 4407 §2, step 6). The next candidate is never tried: it would be another address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NoAddress {
    /// Neither From nor anything above it holds more than blanks.
    NoField,
    Several {
        field: &'static str,
    },
    Unreadable {
        field: &'static str,
        what: Malformed,
    },
    NotOneMailbox {
        field: &'static str,
        found: usize,
    },
    NoDomain {
        field: &'static str,
    },
}

impl std::fmt::Display for NoAddress {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::NoField => write!(out, "no field could hold it"),
            Self::Several { field } => write!(out, "there is more than one {field} field"),
            Self::Unreadable { field, what } => write!(out, "the {field} field has {} at {}", what.what, what.at),
            Self::NotOneMailbox { field, found } => write!(out, "the {field} field has {found} mailboxes, not one"),
            Self::NoDomain { field } => write!(out, "the address in the {field} field has no domain name"),
        }
    }
}

/// Chooses a field, then reads it (RFC 4407 §2). The field names are compared whatever their letter case; a field of
/// blanks counts as absent.
///
/// # Errors
/// [`NoAddress`] where the message is ill-formed.
pub fn purported_address(header: &Header) -> Result<PurportedAddress, NoAddress> {
    let (name, field) = chosen(header)?;
    read(name, header.value(field))
}

/// Steps 1 to 4.
fn chosen(header: &Header) -> Result<(&'static str, &Field), NoAddress> {
    match ResentBlock::first(header) {
        ResentBlock::Sender(field) => return Ok(("resent-sender", field)),
        ResentBlock::From(field) => return Ok(("resent-from", field)),
        ResentBlock::Absent => {}
    }
    if let Some(sender) = the_one(header, "sender")? {
        return Ok(("sender", sender));
    }
    the_one(header, "from")?.map(|from| ("from", from)).ok_or(NoAddress::NoField)
}

/// Which field speaks for the first resent block (RFC 4407 §2, steps 1 and 2).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ResentBlock<'h> {
    Sender(&'h Field),
    From(&'h Field),
    Absent,
}

impl<'h> ResentBlock<'h> {
    /// In one pass from the top: a Resent-From stands in another block than the Resent-Sender below it where a trace
    /// field lies between them.
    pub fn first(header: &'h Header) -> Self {
        let mut resent_from = None;
        let mut has_trace_since = false;
        for field in header.fields() {
            let name = header.name(field);
            if is_named(name, &["resent-sender"]) && is_filled(header, field) {
                return match resent_from {
                    Some(resent_from) if has_trace_since => Self::From(resent_from),
                    _ => Self::Sender(field),
                };
            }
            if resent_from.is_none() && is_named(name, &["resent-from"]) && is_filled(header, field) {
                resent_from = Some(field);
            }
            has_trace_since |= resent_from.is_some() && is_named(name, &["received", "return-path"]);
        }
        resent_from.map_or(Self::Absent, Self::From)
    }
}

fn is_named(name: &[u8], wanted: &[&str]) -> bool {
    wanted.iter().any(|wanted| name.eq_ignore_ascii_case(wanted.as_bytes()))
}

/// Whether a field holds more than blanks.
fn is_filled(header: &Header, field: &Field) -> bool {
    !header.value(field).iter().all(|&octet| is_fws(octet))
}

fn the_one<'h>(header: &'h Header, name: &'static str) -> Result<Option<&'h Field>, NoAddress> {
    let mut filled = header.named(name).filter(|field| is_filled(header, field));
    match (filled.next(), filled.next()) {
        (_, Some(_)) => Err(NoAddress::Several { field: name }),
        (field, None) => Ok(field),
    }
}

/// Step 5: one mailbox, with a domain name.
fn read(field: &'static str, value: &[u8]) -> Result<PurportedAddress, NoAddress> {
    let found = mailboxes(value).map_err(|what| NoAddress::Unreadable { field, what })?;
    let [mailbox] =
        <[Mailbox; 1]>::try_from(found).map_err(|found| NoAddress::NotOneMailbox { field, found: found.len() })?;
    let domain = Name::parse(&mailbox.domain).filter(|_| !mailbox.domain.starts_with('['));
    let domain = domain.ok_or(NoAddress::NoDomain { field })?;
    Ok(PurportedAddress { field, local_part: mailbox.local_part, domain })
}
