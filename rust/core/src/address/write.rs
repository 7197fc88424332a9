//! Mailboxes become the value of a field that reads as the same mailboxes (RFC 5322 §3.4).

use crate::address::Mailbox;
use crate::address::token::is_atext;

/// Columns after which a list is folded where it can be (RFC 5322 §2.1.1); the first line also holds the field's name.
const COLUMNS: usize = 70;

/// An address list, folded between mailboxes. Controls become blanks, because no reader agrees with another on them.
pub fn write(mailboxes: &[Mailbox]) -> String {
    let mut text = String::new();
    let mut column = 0;
    for (number, mailbox) in mailboxes.iter().enumerate() {
        let written = one(mailbox);
        if number > 0 {
            let is_full = column + written.len() + 2 > COLUMNS;
            text += if is_full { ",\r\n " } else { ", " };
            column = if is_full { 1 } else { column + 2 };
        }
        column += written.len();
        text += &written;
    }
    text
}

fn one(mailbox: &Mailbox) -> String {
    let local_part = match mailbox.local_part.split('.').all(is_atom) {
        true => mailbox.local_part.clone(),
        false => quoted(&mailbox.local_part),
    };
    match &mailbox.display_name {
        None => format!("{local_part}@{}", mailbox.domain),
        Some(name) if name.split(' ').all(is_atom) => format!("{name} <{local_part}@{}>", mailbox.domain),
        Some(name) => format!("{} <{local_part}@{}>", quoted(name), mailbox.domain),
    }
}

fn is_atom(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(is_atext)
}

fn quoted(text: &str) -> String {
    let mut quoted = String::from("\"");
    for letter in text.chars() {
        match letter {
            '"' | '\\' => quoted.extend(['\\', letter]),
            letter if letter.is_ascii_control() && letter != '\t' => quoted.push(' '),
            letter => quoted.push(letter),
        }
    }
    quoted.push('"');
    quoted
}
