//! Lexical pieces that structured fields share: comments and folds, quoted strings (RFC 5322 §3.2).

use crate::octets::Malformed;

/// Where the next octet stands that is no white space, fold or comment (RFC 5322 §3.2.2). Depth is a number, so nesting
/// costs nothing.
///
/// # Errors
/// [`Malformed`] where a comment has no end.
pub(crate) fn after_cfws(text: &[u8], from: usize) -> Result<usize, Malformed> {
    let mut depth = 0_usize;
    let mut opened_at = from;
    let mut at = from;
    while let Some(&octet) = text.get(at) {
        match octet {
            b'(' => {
                if depth == 0 {
                    opened_at = at;
                }
                depth += 1;
            }
            b')' if depth > 0 => depth -= 1,
            b'\\' if depth > 0 => at += 1,
            b' ' | b'\t' | b'\r' | b'\n' => {}
            _ if depth > 0 => {}
            _ => return Ok(at),
        }
        at += 1;
    }
    match depth {
        0 => Ok(text.len()),
        _ => Err(Malformed { what: "a comment without its end", at: opened_at }),
    }
}

/// The content of the quoted string that opens at `start`, and where it ends (RFC 5322 §3.2.4). Quoted pairs are resolved;
/// a fold inside keeps its blanks, and a line end vanishes, also behind a backslash.
///
/// # Errors
/// [`Malformed`] where the string has no end.
pub(crate) fn quoted_string(text: &[u8], start: usize) -> Result<(Vec<u8>, usize), Malformed> {
    let mut content = Vec::new();
    let mut octets = text.iter().copied().enumerate().skip(start + 1);
    while let Some((at, octet)) = octets.next() {
        match octet {
            b'"' => return Ok((content, at + 1)),
            b'\r' | b'\n' => {}
            b'\\' => {
                content.extend(octets.next().map(|(_, escaped)| escaped).filter(|escaped| !b"\r\n".contains(escaped)))
            }
            _ => content.push(octet),
        }
    }
    Err(Malformed { what: "a quoted string without its end", at: start })
}
