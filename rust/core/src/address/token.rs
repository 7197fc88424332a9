//! Lexical tokens of structured fields (RFC 5322 §3.2); blanks, folds and comments vanish between them.

use crate::address::Malformed;
use crate::cfws::{after_cfws, quoted_string};

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Token {
    Atom(Vec<u8>),
    /// The content, quoted pairs resolved.
    Quoted(Vec<u8>),
    /// A domain literal with its brackets.
    Literal(Vec<u8>),
    /// One of `. @ < > : ; ,`.
    Special(u8),
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Placed {
    pub token: Token,
    pub at: usize,
    /// Whether blanks or a comment stood before it.
    pub is_apart: bool,
}

/// Cuts a value into tokens in one pass, whatever nests in it.
pub(super) fn tokens(value: &[u8]) -> Result<Vec<Placed>, Malformed> {
    let mut tokens = Vec::new();
    let mut at = 0;
    loop {
        let start = after_cfws(value, at)?;
        let Some(&first) = value.get(start) else { return Ok(tokens) };
        let (token, end) = match first {
            b'"' => {
                let (content, end) = quoted_string(value, start)?;
                (Token::Quoted(content), end)
            }
            b'[' => literal(value, start)?,
            b'.' | b'@' | b'<' | b'>' | b':' | b';' | b',' => (Token::Special(first), start + 1),
            octet if is_atext(octet) => atom(value, start),
            _ => return Err(Malformed { what: "a character that must be quoted", at: start }),
        };
        tokens.push(Placed { token, at: start, is_apart: start > at });
        at = end;
    }
}

/// RFC 5322 §3.2.3, and any octet of UTF-8 (RFC 6532 §3.2).
pub(super) const fn is_atext(octet: u8) -> bool {
    octet.is_ascii_alphanumeric()
        || octet >= 0x80
        || matches!(octet, b'!' | b'#'..=b'\'' | b'*' | b'+' | b'-' | b'/' | b'=' | b'?' | b'^'..=b'`' | b'{'..=b'~')
}

fn atom(value: &[u8], start: usize) -> (Token, usize) {
    let length = value[start..].iter().take_while(|&&octet| is_atext(octet)).count();
    (Token::Atom(value[start..start + length].to_vec()), start + length)
}

/// RFC 5322 §3.4.1.
fn literal(value: &[u8], start: usize) -> Result<(Token, usize), Malformed> {
    let length = value[start..].iter().position(|&octet| octet == b']');
    let end = length
        .map(|length| start + length + 1)
        .ok_or(Malformed { what: "a domain literal without its end", at: start })?;
    let text = value[start..end].iter().copied().filter(|octet| !octet.is_ascii_whitespace());
    Ok((Token::Literal(text.collect()), end))
}
