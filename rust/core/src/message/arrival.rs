//! A message while it arrives.

use super::Header;

/// What is done with a CR or LF that stands alone; declared once per input, never guessed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum LineEnds {
    /// Octets are taken as they are.
    #[default]
    AsIs,
    /// A lone LF becomes CRLF (a file or a pipe).
    FixCrlf,
    /// A lone CR or LF makes the message unacceptable (RFC 5321 §2.3.8).
    Reject,
}

#[derive(Debug, Default)]
pub struct Arrival {
    header: Option<Header>,
}

impl Arrival {
    pub fn header(&self) -> Option<&Header> {
        self.header.as_ref()
    }
}
