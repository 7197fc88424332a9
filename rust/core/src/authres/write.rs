//! Results become a header field that no value can break out of (RFC 8601 §2.2, RFC 5322 §2.1.1).

use crate::authres::{ReportedProperty, ResultLine, is_keyword, is_token_octet};

/// Longest value that is written whole. Quoted and escaped it may double, and with its property's name it must stay on one
/// line of 998 octets (RFC 5322 §2.1.1). Names (253) and reverse-paths (256, RFC 5321 §4.5.3.1.3) fit.
pub const MAX_VALUE_OCTETS: usize = 400;

/// Columns after which a line is folded where it can be (RFC 5322 §2.1.1).
const COLUMNS: usize = 78;

/// The complete field with its line end; `none` where there are no results.
///
/// Control characters become `?`, long values are cut, and what is no keyword where one must stand is left out, so that
/// neither a sender nor a finding can add a line or a result.
pub fn write(authserv_id: &str, results: &[ResultLine]) -> Vec<u8> {
    write_after(Folded::new("Authentication-Results:"), authserv_id, results)
}

/// The same as an ARC-Authentication-Results field of this instance (RFC 8617 §4.1.1).
pub fn write_instance(instance: u32, authserv_id: &str, results: &[ResultLine]) -> Vec<u8> {
    let mut field = Folded::new("ARC-Authentication-Results:");
    field.word(&format!("i={instance};"));
    write_after(field, authserv_id, results)
}

fn write_after(mut field: Folded, authserv_id: &str, results: &[ResultLine]) -> Vec<u8> {
    let lines = results.iter().filter(|line| is_keyword(&line.method) && is_keyword(&line.result));
    let mut lines = lines.peekable();
    field.word(&(value(authserv_id) + ";"));
    if lines.peek().is_none() {
        field.word("none");
    }
    while let Some(line) = lines.next() {
        let mut words = words(line);
        if let (Some(last), true) = (words.last_mut(), lines.peek().is_some()) {
            last.push(';');
        }
        field.fold();
        words.iter().for_each(|word| field.word(word));
    }
    field.text += "\r\n";
    field.text.into_bytes()
}

fn words(line: &ResultLine) -> Vec<String> {
    let version = if line.method_version == 1 { String::new() } else { format!("/{}", line.method_version) };
    let mut words = vec![format!("{}{version}={}", line.method, line.result)];
    words.extend(line.reason.as_ref().map(|reason| format!("reason={}", quoted(shortened(reason)))));
    let properties =
        line.properties.iter().filter(|property| is_keyword(&property.ptype) && is_keyword(&property.name));
    words.extend(properties.map(property));
    words
}

fn property(property: &ReportedProperty) -> String {
    let value = address(&property.value).unwrap_or_else(|| value(&property.value));
    format!("{}.{}={value}", property.ptype, property.name)
}

/// An address keeps its form, with only the local part quoted (RFC 8601 §2.2, pvalue).
fn address(text: &str) -> Option<String> {
    let (local_part, domain) = text.rsplit_once('@').filter(|_| text.len() <= MAX_VALUE_OCTETS)?;
    let is_plain_label = |octet: u8| octet.is_ascii_alphanumeric() || octet >= 0x80 || matches!(octet, b'-' | b'_');
    let is_plain = |label: &str| !label.is_empty() && label.bytes().all(is_plain_label);
    if !domain.split('.').all(is_plain) || has_unusual_blank(domain) {
        return None;
    }
    let is_atom = |part: &str| !part.is_empty() && part.bytes().all(is_token_octet);
    let is_dot_atom = local_part.split('.').all(is_atom) && !has_unusual_blank(local_part);
    let local_part = if is_dot_atom || local_part.is_empty() { local_part.to_owned() } else { quoted(local_part) };
    Some(format!("{local_part}@{domain}"))
}

/// A value: bare where it is a token, quoted otherwise (RFC 2045 §5.1).
fn value(text: &str) -> String {
    let text = shortened(text);
    let is_token = !text.is_empty() && text.bytes().all(is_token_octet) && !has_unusual_blank(text);
    if is_token { text.to_owned() } else { quoted(text) }
}

/// Blanks and line ends that are no ASCII; a reader might take them for the end of a value.
fn has_unusual_blank(text: &str) -> bool {
    text.chars().any(|letter| letter.is_control() || letter.is_whitespace())
}

/// Controls, and the line ends of Unicode.
fn breaks_lines(letter: char) -> bool {
    letter.is_control() || matches!(letter, '\u{2028}' | '\u{2029}')
}

fn quoted(text: &str) -> String {
    let mut quoted = String::from("\"");
    for letter in text.chars() {
        match letter {
            '"' | '\\' => quoted.extend(['\\', letter]),
            letter if breaks_lines(letter) => quoted.push('?'),
            letter => quoted.push(letter),
        }
    }
    quoted.push('"');
    quoted
}

fn shortened(text: &str) -> &str {
    let end = (0..=MAX_VALUE_OCTETS.min(text.len())).rev().find(|&end| text.is_char_boundary(end));
    end.and_then(|end| text.get(..end)).unwrap_or_default()
}

/// Text with folds before words that would pass the last column.
struct Folded {
    text: String,
    column: usize,
}

impl Folded {
    fn new(start: &str) -> Self {
        Self { text: start.to_owned(), column: start.len() }
    }

    fn word(&mut self, word: &str) {
        if self.column > 1 && self.column + 1 + word.len() > COLUMNS {
            self.fold();
        } else if self.column > 1 {
            self.append(" ");
        }
        let mut rest = word;
        while !rest.is_empty() {
            let (piece, after) = rest.split_at(piece_length(rest));
            self.piece(piece);
            rest = after;
        }
    }

    /// Blanks and what follows them, inside a quoted string: a fold goes before the last blank, which stays in the value.
    fn piece(&mut self, piece: &str) {
        let visible = piece.trim_start_matches(' ');
        let has_blank = visible.len() < piece.len();
        if !has_blank || visible.is_empty() || self.column + piece.len() <= COLUMNS {
            return self.append(piece);
        }
        self.append(&piece[..piece.len() - visible.len() - 1]);
        self.text += "\r\n ";
        self.column = 1;
        self.append(visible);
    }

    fn append(&mut self, text: &str) {
        self.text += text;
        self.column += text.len();
    }

    fn fold(&mut self) {
        self.text += "\r\n\t";
        self.column = 1;
    }
}

fn piece_length(text: &str) -> usize {
    let blanks = text.len() - text.trim_start_matches(' ').len();
    text[blanks..].find(' ').map_or(text.len(), |length| blanks + length)
}
