//! The public suffix list: how organizational domains were found before the tree walk (RFC 7489 §3.2).
//!
//! A legacy option. Nothing here fetches a list; the operator gives its text.

use std::fmt;

use publicsuffix::{List, Psl};

use crate::dns::Name;

/// A list in the format of publicsuffix.org, its private section included.
pub struct PublicSuffixes(List);

/// The text is no such list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NoSuffixList(pub String);

impl PublicSuffixes {
    /// Reads a list.
    ///
    /// # Errors
    /// [`NoSuffixList`] where the text has no rules between the marks of its sections, or one that is no name.
    pub fn parse(text: &[u8]) -> Result<Self, NoSuffixList> {
        List::from_bytes(text).map(Self).map_err(|why| NoSuffixList(why.to_string()))
    }

    /// One label below the longest suffix, or the name itself where it is a suffix.
    pub fn organizational_domain(&self, name: &Name) -> Name {
        let domain = self.0.domain(name.as_str().as_bytes());
        let text = domain.and_then(|domain| std::str::from_utf8(domain.as_bytes()).ok());
        text.and_then(Name::parse).unwrap_or_else(|| name.clone())
    }
}

impl fmt::Debug for PublicSuffixes {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("PublicSuffixes")
    }
}
