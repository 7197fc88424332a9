//! Received-SPF (RFC 7208 §9.1): the trace field in which a check is written down, read, and known where a stranger wrote it.

use std::net::IpAddr;

use crate::cfws::{after_cfws, quoted_string};
use crate::dns::Name;
use crate::finding::{self, Finding, ResultWord, Value};
use crate::octets::Malformed;
use crate::spf::Reason;

/// Name of the field.
pub const FIELD_NAME: &str = "Received-SPF";

/// Longest value that is written whole, so that a pair stays on one line of 998 octets (RFC 5322 §2.1.1) even where all of it
/// must be escaped. Paths (256, RFC 5321 §4.5.3.1.3) fit.
const MAX_VALUE_OCTETS: usize = 400;

/// Pairs that are read; RFC 7208 §9.1 names seven keys.
pub const MAX_PAIRS: usize = 50;

/// Columns after which a line is folded where it can be (RFC 5322 §2.1.1).
const COLUMNS: usize = 78;

/// Where a line begins that was folded with a tab.
const TAB_COLUMNS: usize = 8;

/// One field: its result and its pairs, in their order; comments are for people, and not kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReceivedSpf {
    pub result: ResultWord,
    pub pairs: Vec<(String, String)>,
}

/// What a check was told that its finding does not hold.
#[derive(Debug, Clone, Copy)]
pub struct Circumstances<'a> {
    pub client_ip: IpAddr,
    pub helo: Option<&'a str>,
    pub mail_from: Option<&'a str>,
    /// Our own name.
    pub receiver: &'a str,
}

/// The value of the field for one finding: enough to evaluate it again (RFC 7208 §9.1). `None` where nothing was evaluated.
pub fn write_received(finding: &Finding, told: &Circumstances<'_>) -> Option<String> {
    let finding::Reason::Spf(reason) = &finding.reason else { return None };
    if matches!(reason, Reason::NotEvaluated { .. }) {
        return None;
    }
    let is_error = matches!(finding.result, ResultWord::TempError | ResultWord::PermError);
    let fact = |wanted| finding.facts.iter().find(|(name, _)| *name == wanted).map(|(_, value)| value);
    let text = |wanted| match fact(wanted) {
        Some(Value::Text(text)) => Some(text.clone()),
        _ => None,
    };
    let mail_from = told.mail_from.map(|path| if path.is_empty() { "<>" } else { path });
    let pairs = [
        ("receiver", Some(told.receiver.to_owned())),
        ("client-ip", Some(told.client_ip.to_canonical().to_string())),
        ("envelope-from", mail_from.map(str::to_owned)),
        ("helo", told.helo.map(str::to_owned)),
        ("identity", text("identity")),
        ("mechanism", Some(text("mechanism").unwrap_or_else(|| "default".to_owned()))),
        ("problem", is_error.then(|| reason.to_string())),
    ];
    let pairs = pairs.into_iter().filter_map(|(key, value)| Some((key.to_owned(), value?))).collect();
    Some(write(&ReceivedSpf { result: finding.result, pairs }, &format!("{}: {reason}", told.receiver)))
}

/// The value of a field, with a comment for people.
pub fn write(field: &ReceivedSpf, comment: &str) -> String {
    let mut text = format!("{} ({})", field.result.word(), escaped(comment, &['(', ')', '\\']));
    let mut column = FIELD_NAME.len() + 2 + text.len();
    for (key, value) in &field.pairs {
        let pair = format!("{key}={};", value_text(value));
        let is_full = column + 1 + pair.len() > COLUMNS;
        text += if is_full { "\r\n\t" } else { " " };
        column = if is_full { TAB_COLUMNS } else { column + 1 } + pair.len();
        text += &pair;
    }
    text
}

/// Reads the value of a field.
///
/// # Errors
/// A result that is none of the seven, a pair without its sign, an open comment or quoted string, more than [`MAX_PAIRS`].
pub fn parse_received(value: &[u8]) -> Result<ReceivedSpf, Malformed> {
    let start = after_cfws(value, 0)?;
    let end = start + length(&value[start..], is_key_octet);
    let word = std::str::from_utf8(&value[start..end]).unwrap_or_default();
    let result = RESULTS.into_iter().find(|result| word.eq_ignore_ascii_case(result.word()));
    let result = result.ok_or(Malformed { what: "a result", at: start })?;
    let mut pairs = Vec::new();
    let mut at = after_cfws(value, end)?;
    while at < value.len() {
        if pairs.len() == MAX_PAIRS {
            return Err(Malformed { what: "number of pairs", at });
        }
        let (pair, end) = pair(value, at)?;
        pairs.push(pair);
        at = after_cfws(value, end)?;
        if value.get(at) == Some(&b';') {
            at = after_cfws(value, at + 1)?;
        } else if at < value.len() {
            return Err(Malformed { what: "a semicolon", at });
        }
    }
    Ok(ReceivedSpf { result, pairs })
}

/// Whether a field from outside speaks in our name, or in nobody's: a reader might then take it for ours.
pub fn is_forged(field_name: &[u8], value: &[u8], ours: &[&str]) -> bool {
    if !field_name.eq_ignore_ascii_case(FIELD_NAME.as_bytes()) {
        return false;
    }
    let Ok(field) = parse_received(value) else { return true };
    let receiver = field.pairs.iter().find(|(key, _)| key.eq_ignore_ascii_case("receiver"));
    receiver.is_none_or(|(_, theirs)| ours.iter().any(|ours| compared(ours) == compared(theirs)))
}

const RESULTS: [ResultWord; 7] = [
    ResultWord::Pass,
    ResultWord::Fail,
    ResultWord::SoftFail,
    ResultWord::Neutral,
    ResultWord::None,
    ResultWord::TempError,
    ResultWord::PermError,
];

fn pair(value: &[u8], at: usize) -> Result<((String, String), usize), Malformed> {
    let end = at + length(&value[at..], is_key_octet);
    let key = String::from_utf8_lossy(&value[at..end]).into_owned();
    let equals = after_cfws(value, end)?;
    if key.is_empty() || value.get(equals) != Some(&b'=') {
        return Err(Malformed { what: "a pair", at });
    }
    let start = after_cfws(value, equals + 1)?;
    let (content, end) = match value.get(start) {
        Some(b'"') => quoted_string(value, start)?,
        _ => {
            let end = start + length(&value[start..], is_value_octet);
            (value[start..end].to_vec(), end)
        }
    };
    Ok(((key, String::from_utf8_lossy(&content).into_owned()), end))
}

fn length(text: &[u8], is_part: impl Fn(u8) -> bool) -> usize {
    text.iter().take_while(|&&octet| is_part(octet)).count()
}

const fn is_key_octet(octet: u8) -> bool {
    octet.is_ascii_alphanumeric() || matches!(octet, b'-' | b'_' | b'.')
}

/// Wider than a dot-atom: fields in use have colons and slashes without quotes.
const fn is_value_octet(octet: u8) -> bool {
    octet >= 0x80 || (octet.is_ascii_graphic() && !matches!(octet, b';' | b'(' | b')' | b'"' | b'\\'))
}

fn value_text(value: &str) -> String {
    let value = shortened(value);
    let is_atom = |part: &str| !part.is_empty() && part.bytes().all(|octet| is_key_octet(octet) && octet != b'.');
    match value.split('.').all(is_atom) {
        true => value.to_owned(),
        false => format!("\"{}\"", escaped(value, &['"', '\\'])),
    }
}

/// Text in which nothing ends early: what is special gets its backslash, what breaks lines becomes a question mark.
fn escaped(text: &str, special: &[char]) -> String {
    let mut escaped = String::new();
    for letter in shortened(text).chars() {
        match letter {
            letter if letter.is_control() || matches!(letter, '\u{2028}' | '\u{2029}') => escaped.push('?'),
            letter if special.contains(&letter) => escaped.extend(['\\', letter]),
            letter => escaped.push(letter),
        }
    }
    escaped
}

fn shortened(text: &str) -> &str {
    let end = (0..=MAX_VALUE_OCTETS.min(text.len())).rev().find(|&end| text.is_char_boundary(end));
    end.and_then(|end| text.get(..end)).unwrap_or_default()
}

fn compared(name: &str) -> String {
    let name = name.trim();
    Name::parse(name).map_or_else(|| name.to_lowercase(), |name| name.to_string())
}
