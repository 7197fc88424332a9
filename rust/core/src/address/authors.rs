//! The author domains of a message: what DMARC protects (RFC 9989 §5.3.1).

use std::collections::HashSet;

use crate::address::{Mailbox, Malformed, mailboxes};
use crate::dns::Name;

/// What the From fields of one message say. A message should have one field and one domain in it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AuthorDomains {
    /// How many From fields the message has (RFC 5322 §3.6 wants one).
    pub field_count: usize,
    /// Each domain once, as A-labels, in order of appearance.
    pub domains: Vec<Name>,
    /// The one author's address, lower case, where there is just one mailbox; a local part may matter to its own host
    /// alone (RFC 5321 §2.4), so this is a key of history and never an address to write to.
    pub address: Option<String>,
    /// The first thing that could not be read. Domains may stand beside it.
    pub damage: Option<Damage>,
}

/// What is wrong with a From field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Damage {
    Unreadable(Malformed),
    /// The address reads well, but what follows its `@` is no domain name: a literal, or labels that cannot be.
    NotADomain(String),
}

/// Reads all From fields of a message; an address in a display name is nobody's (RFC 9989 §11.4). A damaged field gives no domain, because two readers might see two authors in it.
pub fn author_domains(from_values: &[&[u8]]) -> AuthorDomains {
    let mut authors = AuthorDomains { field_count: from_values.len(), ..AuthorDomains::default() };
    let mut seen = HashSet::new();
    for value in from_values {
        match mailboxes(value) {
            Err(malformed) => authors.damaged(Damage::Unreadable(malformed)),
            Ok(mailboxes) => mailboxes.iter().for_each(|mailbox| authors.add(mailbox, &mut seen)),
        }
    }
    authors.address = the_address(from_values, &authors.domains);
    authors
}

fn the_address(from_values: &[&[u8]], domains: &[Name]) -> Option<String> {
    let ([value], [domain]) = (from_values, domains) else { return None };
    let [mailbox] = <[Mailbox; 1]>::try_from(mailboxes(value).ok()?).ok()?;
    Some(format!("{}@{domain}", mailbox.local_part.to_lowercase()))
}

impl AuthorDomains {
    fn add(&mut self, mailbox: &Mailbox, seen: &mut HashSet<Name>) {
        match Name::parse(&mailbox.domain).filter(is_of_hosts) {
            None => self.damaged(Damage::NotADomain(mailbox.domain.escape_debug().to_string())),
            Some(domain) if seen.insert(domain.clone()) => self.domains.push(domain),
            Some(_) => {}
        }
    }

    /// Whether two readers may see two authors in these fields, or none.
    pub fn is_ambiguous(&self) -> bool {
        self.field_count != 1 || self.damage.is_some()
    }

    fn damaged(&mut self, damage: Damage) {
        self.damage.get_or_insert(damage);
    }
}

/// Letters, digits, hyphens and underscores (RFC 5321 §4.1.2 Domain; underscores are in use). A literal is none of hosts, and
/// neither is what a reader might decode to another name.
fn is_of_hosts(name: &Name) -> bool {
    name.as_str().bytes().all(|octet| octet.is_ascii_alphanumeric() || b"-_.".contains(&octet))
}
