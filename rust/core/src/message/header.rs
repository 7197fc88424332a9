//! Scanning a header block into fields, without copying (RFC 5322 §2.2).

use std::ops::Range;

/// The header block of one message: its octets and where each field lies.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Header {
    octets: Vec<u8>,
    fields: Vec<Field>,
}

/// Where one field lies in the header's octets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Field {
    /// The whole field with its line end.
    pub whole: Range<usize>,
    /// The name, without blanks before the colon; empty where the line has no colon.
    pub name: Range<usize>,
    /// All that follows the colon, without the final line end.
    pub value: Range<usize>,
}

impl Header {
    pub fn octets(&self) -> &[u8] {
        &self.octets
    }

    pub fn fields(&self) -> &[Field] {
        &self.fields
    }
}
