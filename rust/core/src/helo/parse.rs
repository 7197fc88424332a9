//! The argument of EHLO or HELO (RFC 5321 §4.1.1.1, §4.1.3).

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use crate::dns::Name;

/// What the client may call itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Argument {
    Domain(Name),
    /// Address literals are for clients without a name.
    Address(IpAddr),
}

/// What spoils it; what it shows completes "the client's name for itself ...".
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Malformed {
    Empty,
    BareAddress,
    Literal,
    Name,
}

impl std::fmt::Display for Malformed {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str(match self {
            Self::Empty => "is empty",
            Self::BareAddress => "is an address without its brackets",
            Self::Literal => "has brackets with no IPv4 or IPv6 address between them",
            Self::Name => "is no domain name",
        })
    }
}

/// Reads the argument. A domain has letters, digits and hyphens (RFC 5321 §4.1.2); underscores are read too, as many hosts
/// of no ill will have them. U-labels are those of SMTPUTF8.
///
/// # Errors
/// [`Malformed`] where it is neither a domain nor an address literal.
pub fn parse(helo: &str) -> Result<Argument, Malformed> {
    if helo.is_empty() {
        return Err(Malformed::Empty);
    }
    if let Some(rest) = helo.strip_prefix('[') {
        let address = rest.strip_suffix(']').and_then(address).ok_or(Malformed::Literal)?;
        return Ok(Argument::Address(address));
    }
    if helo.parse::<IpAddr>().is_ok() {
        return Err(Malformed::BareAddress);
    }
    let name = Name::parse(helo).filter(|name| name.labels().all(is_label)).ok_or(Malformed::Name)?;
    Ok(Argument::Domain(name))
}

/// `192.0.2.1` or `IPv6:2001:db8::1`, the literals that are registered (RFC 5321 §4.1.3).
fn address(literal: &str) -> Option<IpAddr> {
    match literal.get(..5).filter(|tag| tag.eq_ignore_ascii_case("IPv6:")) {
        Some(_) => literal[5..].parse::<Ipv6Addr>().ok().map(IpAddr::V6),
        None => literal.parse::<Ipv4Addr>().ok().map(IpAddr::V4),
    }
}

fn is_label(label: &str) -> bool {
    let is_plain = label.bytes().all(|octet| octet.is_ascii_alphanumeric() || b"-_".contains(&octet));
    is_plain && !label.starts_with('-') && !label.ends_with('-')
}
