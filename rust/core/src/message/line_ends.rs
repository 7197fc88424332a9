//! Line ends as they arrive: what stands alone is noted, and made CRLF where that was chosen (RFC 5321 §2.3.8).

use super::scan::{Octets, is, pair_position};

/// What is done with a CR or LF that stands alone; declared once per input, never guessed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum LineEnds {
    /// Octets are taken as they are.
    #[default]
    AsIs,
    /// A lone LF becomes CRLF (a file or a pipe). A lone CR stays.
    FixCrlf,
    /// A lone CR or LF makes the message unacceptable (RFC 5321 §2.3.8). Octets are taken as they are, and the first
    /// offence is noted.
    Reject,
}

/// What stood alone in the octets so far, whatever the chunks.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Observed {
    octets: u64,
    is_after_cr: bool,
    pub has_bare_cr: bool,
    pub has_bare_lf: bool,
    pub has_nul: bool,
    /// Where the first lone CR or LF stood.
    pub first_bare_at: Option<u64>,
}

impl Observed {
    pub fn is_after_cr(&self) -> bool {
        self.is_after_cr
    }

    pub fn note(&mut self, octets: &[u8]) {
        let Some(&first) = octets.first() else { return };
        self.note_pair(self.is_after_cr, first, self.octets);
        let mut from = 0;
        while let Some(at) = self.next_oddity(octets, from) {
            self.note_pair(octets[at] == b'\r', octets[at + 1], self.octets + at as u64 + 1);
            from = at + 1;
        }
        self.is_after_cr = octets.last() == Some(&b'\r');
        self.octets += octets.len() as u64;
    }

    /// A CR at the very end stands alone.
    pub fn finish(&mut self) {
        if self.is_after_cr {
            self.is_after_cr = false;
            self.note_bare_cr(self.octets - 1);
        }
    }

    /// The next pair of octets whose second is NUL, or of which only one belongs to a CRLF; nothing where all is known.
    fn next_oddity(&self, octets: &[u8], from: usize) -> Option<usize> {
        if self.has_bare_cr && self.has_bare_lf && self.has_nul {
            return None;
        }
        let last = octets.len() - 1;
        let is_odd = |octet: Octets, next: Octets| (is(octet, b'\r') ^ is(next, b'\n')) | is(next, 0);
        pair_position(octets, from, is_odd).filter(|&at| at < last)
    }

    fn note_pair(&mut self, is_after_cr: bool, octet: u8, at: u64) {
        self.has_nul |= octet == 0;
        if is_after_cr && octet != b'\n' {
            self.note_bare_cr(at - 1);
        }
        if !is_after_cr && octet == b'\n' {
            self.has_bare_lf = true;
            self.first_bare_at.get_or_insert(at);
        }
    }

    fn note_bare_cr(&mut self, at: u64) {
        self.has_bare_cr = true;
        self.first_bare_at.get_or_insert(at);
    }
}

/// Appends `octets` with each lone LF as CRLF; `is_after_cr` says how the octets before them ended.
pub fn append_with_crlf(octets: &[u8], is_after_cr: bool, out: &mut Vec<u8>) {
    let mut from = 0;
    for at in memchr::memchr_iter(b'\n', octets) {
        let has_cr = if at == 0 { is_after_cr } else { octets[at - 1] == b'\r' };
        if has_cr {
            continue;
        }
        out.extend_from_slice(&octets[from..at]);
        out.extend_from_slice(b"\r\n");
        from = at + 1;
    }
    out.extend_from_slice(&octets[from..]);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn observed(chunks: [&[u8]; 2]) -> Observed {
        let mut observed = Observed::default();
        chunks.into_iter().for_each(|chunk| observed.note(chunk));
        observed.finish();
        observed
    }

    #[test]
    fn what_stands_alone_is_noted_wherever_the_chunks_are_cut() {
        for (text, has_bare_cr, has_bare_lf, has_nul, first_bare_at) in [
            ("", false, false, false, None),
            ("a\r\nb\r\n", false, false, false, None),
            ("a\nb", false, true, false, Some(1)),
            ("\na", false, true, false, Some(0)),
            ("a\rb", true, false, false, Some(1)),
            ("a\r\r\n", true, false, false, Some(1)),
            ("a\n\r\n", false, true, false, Some(1)),
            ("a\r", true, false, false, Some(1)),
            ("a\0b", false, false, true, None),
            ("\0", false, false, true, None),
            ("a\r\0\n", true, true, true, Some(1)),
        ] {
            for cut in 0..=text.len() {
                let (first, second) = text.as_bytes().split_at(cut);
                let seen = observed([first, second]);
                assert_eq!(
                    (seen.has_bare_cr, seen.has_bare_lf, seen.has_nul, seen.first_bare_at),
                    (has_bare_cr, has_bare_lf, has_nul, first_bare_at),
                    "{text:?} cut at {cut}"
                );
            }
        }
    }

    #[test]
    fn a_lone_lf_becomes_crlf_and_a_lone_cr_stays() {
        for (text, is_after_cr, fixed) in [
            ("a\nb\n", false, "a\r\nb\r\n"),
            ("a\r\nb\n", false, "a\r\nb\r\n"),
            ("\na", true, "\na"),
            ("\na", false, "\r\na"),
            ("a\rb\n\n", false, "a\rb\r\n\r\n"),
            ("\r\r\n", false, "\r\r\n"),
        ] {
            let mut out = Vec::new();
            append_with_crlf(text.as_bytes(), is_after_cr, &mut out);
            assert_eq!(out, fixed.as_bytes(), "{text:?}");
        }
    }
}
