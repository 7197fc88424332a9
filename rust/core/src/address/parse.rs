//! Tokens become mailboxes (RFC 5322 §3.4, §4.4).

use std::vec::IntoIter;

use crate::address::token::{Placed, Token, tokens};
use crate::address::{Mailbox, Malformed};
use crate::octets::is_wsp;

/// The mailboxes of an address list, those inside groups too, in their order.
///
/// Obsolete syntax is read: empty list elements, routes, blanks around dots (RFC 5322 §4.4). So are dots in any place of
/// a local part, and an unquoted address as display name, which real mail has: `a@b.example <a@b.example>`. An empty group
/// gives nothing (RFC 6854 §2).
///
/// What some reader would show otherwise than it is read here is refused: controls, which cut a text short or move it; an
/// unquoted address of another domain before the one in brackets, of which some readers take the first; an encoded word
/// inside an address, which some decode though none may (RFC 2047 §5).
///
/// # Errors
/// [`Malformed`] where the value is no address list, or not the same one to every reader.
pub fn mailboxes(value: &[u8]) -> Result<Vec<Mailbox>, Malformed> {
    if let Some(at) = control_at(value) {
        return Err(Malformed { what: "a control character", at });
    }
    let mut rest = Rest { tokens: tokens(value)?.into_iter(), end: value.len() };
    let mut found = Vec::new();
    let mut words = Vec::new();
    let mut is_in_group = false;
    while let Some(placed) = rest.tokens.next() {
        match placed.token {
            Token::Special(b'<') => {
                let address = rest.inside_angles(placed.at)?;
                let mailbox = mailbox(display_name(&words), &address, placed.at)?;
                if let Some(at) = other_address(&words, &mailbox) {
                    return Err(Malformed { what: "an address before another one in brackets", at });
                }
                found.push(mailbox);
                words.clear();
                rest.at_boundary()?;
            }
            Token::Special(b':') if is_in_group || !is_phrase(&words) => {
                return Err(Malformed { what: "a colon that opens no group", at: placed.at });
            }
            Token::Special(b':') => {
                is_in_group = true;
                words.clear();
            }
            Token::Special(b';') if !is_in_group => {
                return Err(Malformed { what: "a semicolon that ends no group", at: placed.at });
            }
            Token::Special(b',' | b';') => {
                is_in_group &= placed.token == Token::Special(b',');
                found.extend(bare(&words)?);
                words.clear();
            }
            Token::Special(b'>') => {
                return Err(Malformed { what: "a closing bracket without its opening", at: placed.at });
            }
            _ => words.push(placed),
        }
    }
    found.extend(bare(&words)?);
    match is_in_group {
        true => Err(Malformed { what: "a group without its end", at: value.len() }),
        false => Ok(found),
    }
}

/// Where a control stands that is neither a tab nor part of a fold (RFC 5322 §2.2, §3.2.2).
fn control_at(value: &[u8]) -> Option<usize> {
    let is_fold = |at: usize| match value[at] {
        b'\r' => value.get(at + 1) == Some(&b'\n'),
        b'\n' => value.get(at + 1).is_none_or(|&next| is_wsp(next)),
        _ => false,
    };
    let is_control = |octet: u8| octet.is_ascii_control() && octet != b'\t';
    value.iter().enumerate().find(|&(at, &octet)| is_control(octet) && !is_fold(at)).map(|(at, _)| at)
}

/// Where, among the words of a display name, an unquoted address of another domain than the mailbox's ends its local part.
fn other_address(words: &[Placed], mailbox: &Mailbox) -> Option<usize> {
    let at_sign = words.iter().position(|placed| placed.token == Token::Special(b'@'))?;
    let same = domain_text(&words[at_sign + 1..], 0).is_ok_and(|other| other.eq_ignore_ascii_case(&mailbox.domain));
    (!same).then_some(words[at_sign].at)
}

/// Whether the words can be the name of a group: there are some, and none is part of an address.
fn is_phrase(words: &[Placed]) -> bool {
    let is_word = |placed: &Placed| matches!(placed.token, Token::Atom(_) | Token::Quoted(_) | Token::Special(b'.'));
    !words.is_empty() && words.iter().all(is_word)
}

struct Rest {
    tokens: IntoIter<Placed>,
    end: usize,
}

impl Rest {
    /// The tokens of the address in angle brackets, without the obsolete route (RFC 5322 §4.4).
    fn inside_angles(&mut self, opened_at: usize) -> Result<Vec<Placed>, Malformed> {
        let mut inside = Vec::new();
        for placed in self.tokens.by_ref() {
            match placed.token {
                Token::Special(b'>') => return Ok(inside),
                Token::Special(b':') if is_route(&inside) => inside.clear(),
                Token::Special(b'<' | b':' | b';') => {
                    return Err(Malformed { what: "a character that cannot stand in an address", at: placed.at });
                }
                _ => inside.push(placed),
            }
        }
        Err(Malformed { what: "an opening bracket without its closing", at: opened_at })
    }

    /// After a closing bracket, only a comma, a semicolon or the end may follow.
    fn at_boundary(&self) -> Result<(), Malformed> {
        match self.tokens.as_slice().first() {
            None => Ok(()),
            Some(Placed { token: Token::Special(b',' | b';'), .. }) => Ok(()),
            Some(placed) => Err(Malformed { what: "text after an address", at: placed.at.min(self.end) }),
        }
    }
}

fn is_route(inside: &[Placed]) -> bool {
    inside.first().is_some_and(|placed| placed.token == Token::Special(b'@'))
}

/// An address without brackets, or nothing between two commas.
fn bare(words: &[Placed]) -> Result<Option<Mailbox>, Malformed> {
    match words.first() {
        None => Ok(None),
        Some(first) => mailbox(None, words, first.at).map(Some),
    }
}

/// `local-part "@" domain` (RFC 5322 §3.4.1).
fn mailbox(display_name: Option<String>, address: &[Placed], at: usize) -> Result<Mailbox, Malformed> {
    let is_at_sign = |placed: &Placed| placed.token == Token::Special(b'@');
    let Some(split) = address.iter().position(is_at_sign) else {
        return Err(Malformed { what: "an address without its at sign", at });
    };
    if let Some(placed) = address.iter().find(|placed| is_encoded_word(&placed.token)) {
        return Err(Malformed { what: "an encoded word in an address", at: placed.at });
    }
    let (local_part, domain) = (&address[..split], &address[split + 1..]);
    Ok(Mailbox { display_name, local_part: local_part_text(local_part, at)?, domain: domain_text(domain, at)? })
}

/// The beginning of an encoded word; its end may lie behind a dot (RFC 2047 §2).
fn is_encoded_word(token: &Token) -> bool {
    match token {
        Token::Atom(text) | Token::Quoted(text) => text.windows(2).any(|pair| pair == b"=?"),
        _ => false,
    }
}

fn local_part_text(placed: &[Placed], at: usize) -> Result<String, Malformed> {
    let mut text = Vec::new();
    let mut follows_word = false;
    for placed in placed {
        let is_word = match &placed.token {
            Token::Atom(word) | Token::Quoted(word) => {
                text.extend_from_slice(word);
                true
            }
            Token::Special(b'.') => {
                text.push(b'.');
                false
            }
            _ => return Err(Malformed { what: "a local part with a stray character", at: placed.at }),
        };
        if is_word && follows_word {
            return Err(Malformed { what: "a local part of several words", at: placed.at });
        }
        follows_word = is_word;
    }
    match placed.is_empty() {
        true => Err(Malformed { what: "an address without its local part", at }),
        false => utf8(text, at),
    }
}

fn domain_text(placed: &[Placed], at: usize) -> Result<String, Malformed> {
    let mut text = Vec::new();
    let mut follows_label = false;
    for placed in placed {
        let is_label = match &placed.token {
            Token::Atom(label) => {
                text.extend_from_slice(label);
                true
            }
            Token::Literal(literal) if text.is_empty() => {
                text.extend_from_slice(literal);
                true
            }
            Token::Special(b'.') if follows_label => {
                text.push(b'.');
                false
            }
            _ => return Err(Malformed { what: "a domain with a stray character", at: placed.at }),
        };
        if is_label && follows_label {
            return Err(Malformed { what: "a domain of several words", at: placed.at });
        }
        follows_label = is_label;
    }
    match text.is_empty() {
        true => Err(Malformed { what: "an address without its domain", at }),
        false => utf8(text, at),
    }
}

fn utf8(text: Vec<u8>, at: usize) -> Result<String, Malformed> {
    String::from_utf8(text).map_err(|_| Malformed { what: "an address that is not UTF-8", at })
}

/// The phrase before an address, one blank where blanks stood.
fn display_name(words: &[Placed]) -> Option<String> {
    let mut name = Vec::new();
    for placed in words {
        if placed.is_apart && !name.is_empty() {
            name.push(b' ');
        }
        match &placed.token {
            Token::Atom(word) | Token::Quoted(word) | Token::Literal(word) => name.extend_from_slice(word),
            Token::Special(octet) => name.push(*octet),
        }
    }
    (!name.is_empty()).then(|| String::from_utf8_lossy(&name).into_owned())
}
