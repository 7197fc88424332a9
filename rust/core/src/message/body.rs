//! Canonical body hashes, fed by chunks (RFC 6376 §3.4.3, §3.4.4).
//!
//! White space and line ends that may turn out to stand at the end of the body are counted, never kept, so that memory
//! does not grow and work stays linear however long their runs are.

use super::canonical::{Canonicalization, Sink};
use super::scan::{BLOCK, Octets, is, is_blank_or_control, pair_mask, pair_position};
use super::staged::Staged;
use crate::crypto::{Sha256, Sha256Digest};
use crate::octets::is_wsp;

/// Which hash of a body: its canonical form, and how many canonical octets of it at most (RFC 6376 §3.5 c=, l=).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct BodySpec {
    pub canonicalization: Canonicalization,
    pub limit_octets: Option<u64>,
}

/// The SHA-256 of a canonical body, and how much of it was hashed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BodyHash {
    pub digest: Sha256Digest,
    pub hashed_octets: u64,
    /// All octets of the canonical body, whatever the limit.
    pub canonical_octets: u64,
}

/// The hashes that were asked of one body.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct BodyHashes {
    hashes: Vec<(BodySpec, BodyHash)>,
}

impl BodyHashes {
    pub fn get(&self, spec: &BodySpec) -> Option<&BodyHash> {
        self.hashes.iter().find(|(known, _)| known == spec).map(|(_, hash)| hash)
    }
}

impl FromIterator<(BodySpec, BodyHash)> for BodyHashes {
    fn from_iter<I: IntoIterator<Item = (BodySpec, BodyHash)>>(hashes: I) -> Self {
        Self { hashes: hashes.into_iter().collect() }
    }
}

/// Hashes one body in canonical form while it arrives.
#[derive(Debug)]
pub struct BodyHasher {
    spec: BodySpec,
    canonical: Canonical,
    sink: Staged<Limited<Sha256>>,
}

impl BodyHasher {
    pub fn new(spec: BodySpec) -> Self {
        let limit = spec.limit_octets.unwrap_or(u64::MAX);
        Self {
            spec,
            canonical: Canonical::new(spec.canonicalization),
            sink: Staged::new(Limited { sink: Sha256::new(), limit, octets: 0 }),
        }
    }

    pub fn spec(&self) -> BodySpec {
        self.spec
    }

    pub fn feed(&mut self, octets: &[u8]) {
        self.canonical.feed(octets, &mut self.sink);
    }

    pub fn finish(mut self) -> BodyHash {
        self.canonical.finish(&mut self.sink);
        let Limited { sink, limit, octets } = self.sink.finish();
        BodyHash { digest: sink.finish(), hashed_octets: octets.min(limit), canonical_octets: octets }
    }
}

/// Counts all octets and passes on the first ones (RFC 6376 §3.5 l=).
#[derive(Debug)]
struct Limited<S> {
    sink: S,
    limit: u64,
    octets: u64,
}

impl<S: Sink> Sink for Limited<S> {
    fn take(&mut self, octets: &[u8]) {
        let room = self.limit.saturating_sub(self.octets);
        self.octets += octets.len() as u64;
        match usize::try_from(room) {
            Ok(room) if room < octets.len() => self.sink.take(&octets[..room]),
            _ => self.sink.take(octets),
        }
    }
}

/// Brings a body into canonical form, chunk by chunk.
#[derive(Debug)]
struct Canonical {
    canonicalization: Canonicalization,
    has_content: bool,
    /// CRLFs since the last content.
    waiting_lines: u64,
    /// Whether white space stands behind those CRLFs; relaxed only.
    is_after_blank: bool,
    /// The last chunk ended in a CR whose LF may follow.
    is_after_cr: bool,
}

impl Canonical {
    fn new(canonicalization: Canonicalization) -> Self {
        Self { canonicalization, has_content: false, waiting_lines: 0, is_after_blank: false, is_after_cr: false }
    }

    fn feed(&mut self, octets: &[u8], sink: &mut Staged<impl Sink>) {
        let Some(&first) = octets.first() else { return };
        let mut rest = octets;
        if self.is_after_cr && first == b'\n' {
            self.end_line();
            rest = &rest[1..];
        } else if self.is_after_cr {
            self.content(b"\r", sink);
        }
        rest = &rest[self.blanks(rest)..];
        self.is_after_cr = rest.last() == Some(&b'\r');
        rest = &rest[..rest.len() - usize::from(self.is_after_cr)];
        let (content, blanks) = rest.split_at(self.content_length(rest));
        if !content.is_empty() {
            self.content(content, sink);
        }
        self.blanks(blanks);
    }

    /// A body with content ends in exactly one CRLF. One without is a single CRLF in simple form and nothing in relaxed
    /// form (RFC 6376 §3.4.3, §3.4.4).
    fn finish(&mut self, sink: &mut Staged<impl Sink>) {
        if self.is_after_cr {
            self.content(b"\r", sink);
        }
        if self.has_content || self.canonicalization == Canonicalization::Simple {
            sink.take(b"\r\n");
        }
    }

    /// Counts the line ends, and in relaxed form the white space, at the front; gives their length.
    fn blanks(&mut self, octets: &[u8]) -> usize {
        let mut at = 0;
        loop {
            match &octets[at..] {
                [b'\r', b'\n', ..] => {
                    self.end_line();
                    at += 2;
                }
                [b' ' | b'\t', ..] if self.canonicalization == Canonicalization::Relaxed => {
                    self.is_after_blank = true;
                    at += 1;
                }
                _ => return at,
            }
        }
    }

    fn end_line(&mut self) {
        self.waiting_lines += 1;
        self.is_after_blank = false;
    }

    /// Octets before the line ends, and in relaxed form the white space, at the end.
    fn content_length(&self, octets: &[u8]) -> usize {
        let mut end = octets.len();
        loop {
            match &octets[..end] {
                [.., b'\r', b'\n'] => end -= 2,
                [.., b' ' | b'\t'] if self.canonicalization == Canonicalization::Relaxed => end -= 1,
                _ => return end,
            }
        }
    }

    /// Gives octets that neither start nor end with what may be dropped, after what waited for them.
    fn content(&mut self, octets: &[u8], sink: &mut Staged<impl Sink>) {
        crlfs(self.waiting_lines, sink);
        if self.is_after_blank {
            sink.take(b" ");
        }
        match self.canonicalization {
            Canonicalization::Simple => sink.take(octets),
            Canonicalization::Relaxed => relaxed(octets, sink),
        }
        (self.has_content, self.waiting_lines, self.is_after_blank) = (true, 0, false);
    }
}

fn crlfs(count: u64, sink: &mut Staged<impl Sink>) {
    const AT_ONCE: u64 = 256;
    const CRLFS: [u8; 512] = {
        let mut octets = [b'\r'; 512];
        let mut at = 1;
        while at < octets.len() {
            octets[at] = b'\n';
            at += 2;
        }
        octets
    };
    let mut left = count;
    while left > AT_ONCE {
        sink.take(&CRLFS);
        left -= AT_ONCE;
    }
    let octets = usize::try_from(left * 2).expect("at most 512");
    sink.take(&CRLFS[..octets]);
}

/// Reduces white space inside content: none before a CRLF, one space elsewhere (RFC 6376 §3.4.4 a). Content starts and ends
/// with what is no blank.
fn relaxed(octets: &[u8], sink: &mut Staged<impl Sink>) {
    let mut at = 0;
    let mut blocks_alike = 0;
    while at < octets.len() {
        let reducible = pair_mask(octets, at, is_reducible);
        at = match (reducible, blocks_alike) {
            (0, BLOCKS_BEFORE_SEARCH) => unchanged(octets, at, sink),
            (0, _) => unchanged_block(octets, at, sink),
            _ => reduced_block(octets, at, reducible, sink),
        };
        blocks_alike = if reducible == 0 && blocks_alike < BLOCKS_BEFORE_SEARCH { blocks_alike + 1 } else { 0 };
    }
}

/// Blocks without anything to reduce before spans are sought that pass whole.
const BLOCKS_BEFORE_SEARCH: u32 = 8;

/// Octets without any blank from which on the search for blanks alone pays, which is the fastest there is: base64.
const FAR: usize = 512;

/// A blank that is a tab or has another one or a CR behind it. That a few others are found too costs a look at them.
#[inline]
fn is_reducible(octet: Octets, next: Octets) -> Octets {
    is(octet, b'\t') | (is(octet, b' ') & is_blank_or_control(next))
}

/// Gives all up to the next blank, if it is far, or to the next that is to be reduced; gives its place.
fn unchanged(octets: &[u8], at: usize, sink: &mut Staged<impl Sink>) -> usize {
    let mut next = memchr::memchr2(b' ', b'\t', &octets[at..]).map_or(octets.len(), |offset| at + offset);
    if next - at < FAR {
        next = pair_position(octets, at, is_reducible).unwrap_or(octets.len());
    }
    sink.take(&octets[at..next]);
    next
}

#[inline]
fn unchanged_block(octets: &[u8], at: usize, sink: &mut Staged<impl Sink>) -> usize {
    let end = octets.len().min(at + BLOCK);
    sink.take_part(octets, at..end);
    end
}

/// Gives a block, whose runs of blanks are to be reduced where a bit of `reducible` is set; gives the place behind it, or
/// behind a run that goes on.
#[inline]
fn reduced_block(octets: &[u8], at: usize, mut reducible: u64, sink: &mut Staged<impl Sink>) -> usize {
    let blanks = pair_mask(octets, at, |octet, _| is(octet, b' ') | is(octet, b'\t'));
    let mut from = at;
    while reducible != 0 {
        let first = reducible.trailing_zeros();
        let start = at + first as usize;
        let end = start + run_length(octets, at, blanks, first);
        let ends_line = octets[end..].first_chunk() == Some(b"\r\n");
        let is_kept = end - start == 1 && octets[start] == b' ' && !ends_line;
        if !is_kept {
            sink.take_part(octets, from..start);
            sink.take_if(b' ', !ends_line);
            from = end;
        }
        reducible &= u64::MAX.checked_shl(u32::try_from(end - at).unwrap_or(u32::MAX)).unwrap_or(0);
    }
    let end = octets.len().min(at + BLOCK);
    if from < end {
        sink.take_part(octets, from..end);
    }
    from.max(end)
}

/// Octets of the run of blanks whose first one is octet `first` of the block at `at`.
#[inline]
fn run_length(octets: &[u8], at: usize, blanks: u64, first: u32) -> usize {
    let within = (blanks >> first).trailing_ones();
    let beyond = match (first + within) as usize == BLOCK {
        true => octets[at + BLOCK..].iter().take_while(|&&octet| is_wsp(octet)).count(),
        false => 0,
    };
    within as usize + beyond
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::octets::base64_octets;

    fn canonical(canonicalization: Canonicalization, chunks: &[&[u8]]) -> Vec<u8> {
        let mut out = Staged::new(Vec::new());
        let mut canonical = Canonical::new(canonicalization);
        chunks.iter().for_each(|chunk| canonical.feed(chunk, &mut out));
        canonical.finish(&mut out);
        out.finish()
    }

    /// The two steps of RFC 6376 §3.4.4, read line by line, as a reader would do them on paper.
    fn on_paper(canonicalization: Canonicalization, body: &[u8]) -> Vec<u8> {
        let text: String = body.iter().map(|&octet| char::from(octet)).collect();
        let line = |line: &str| match canonicalization {
            Canonicalization::Simple => line.to_owned(),
            Canonicalization::Relaxed => {
                let words: Vec<_> = line.split([' ', '\t']).collect();
                let mut reduced = String::new();
                for (at, word) in words.iter().enumerate() {
                    let needs_space = at > 0 && (!word.is_empty() || at + 1 == words.len()) && !reduced.ends_with(' ');
                    reduced.push_str(if needs_space { " " } else { "" });
                    reduced.push_str(word);
                }
                reduced.trim_end_matches(' ').to_owned()
            }
        };
        let mut lines: Vec<_> = text.split("\r\n").map(line).collect();
        while lines.last().is_some_and(String::is_empty) {
            lines.pop();
        }
        let joined: String = lines.iter().map(|line| format!("{line}\r\n")).collect();
        match (joined.is_empty(), canonicalization) {
            (true, Canonicalization::Simple) => b"\r\n".to_vec(),
            _ => joined.chars().map(|letter| u8::try_from(u32::from(letter)).unwrap_or(b'?')).collect(),
        }
    }

    // proves: RFC 6376 §3.4.3, §3.4.4
    #[test]
    fn a_body_has_one_canonical_form_wherever_the_chunks_are_cut() {
        for (body, simple, relaxed) in [
            ("", "\r\n", ""),
            ("\r\n", "\r\n", ""),
            ("\r\n\r\n\r\n", "\r\n", ""),
            (" \r\n", " \r\n", ""),
            (" ", " \r\n", ""),
            ("abc", "abc\r\n", "abc\r\n"),
            ("abc\r\n", "abc\r\n", "abc\r\n"),
            ("abc\r\n \r\n", "abc\r\n \r\n", "abc\r\n"),
            ("abc\r\n\t \r\n \r\n\r\n", "abc\r\n\t \r\n \r\n", "abc\r\n"),
            ("abc \t", "abc \t\r\n", "abc\r\n"),
            (" C \r\nD \t E\r\n\r\n\r\n", " C \r\nD \t E\r\n", " C\r\nD E\r\n"),
            ("\r\n\r\na", "\r\n\r\na\r\n", "\r\n\r\na\r\n"),
            (" \r\n a", " \r\n a\r\n", "\r\n a\r\n"),
            ("a\tb", "a\tb\r\n", "a b\r\n"),
            ("a \r b", "a \r b\r\n", "a \r b\r\n"),
            ("a\r", "a\r\r\n", "a\r\r\n"),
            ("a\r\r\n", "a\r\r\n", "a\r\r\n"),
            ("\r\r\r\n\n", "\r\r\r\n\n\r\n", "\r\r\r\n\n\r\n"),
            ("a\n\n", "a\n\n\r\n", "a\n\n\r\n"),
            ("a \nb  \n", "a \nb  \n\r\n", "a \nb \n\r\n"),
            (" \r", " \r\r\n", " \r\r\n"),
        ] {
            for (canonicalization, expected) in
                [(Canonicalization::Simple, simple), (Canonicalization::Relaxed, relaxed)]
            {
                for cut in 0..=body.len() {
                    let (first, second) = body.as_bytes().split_at(cut);
                    let found = canonical(canonicalization, &[first, second]);
                    assert_eq!(found, expected.as_bytes(), "{body:?} cut at {cut}, {canonicalization:?}");
                }
            }
        }
    }

    // proves: RFC 6376 §3.4.3, §3.4.4
    #[test]
    fn dkim_pitfall_01_an_empty_body_has_the_hashes_of_rfc_6376() {
        for (canonicalization, expected) in [
            (Canonicalization::Simple, "frcCV1k9oG9oKj3dpUqdJg1PxRT2RSN/XKdLCPjaYaY="),
            (Canonicalization::Relaxed, "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="),
        ] {
            let hash = BodyHasher::new(BodySpec { canonicalization, limit_octets: None }).finish();
            assert_eq!(Some(hash.digest.octets().to_vec()), base64_octets(expected.as_bytes()));
        }
    }

    // proves: RFC 6376 §3.5, §3.7
    #[test]
    fn a_length_limit_counts_canonical_octets_and_all_octets_are_reported() {
        for (limit_octets, hashed_octets) in [(Some(0), 0), (Some(3), 3), (Some(5), 5), (Some(6), 5), (None, 5)] {
            let mut hasher = BodyHasher::new(BodySpec { canonicalization: Canonicalization::Relaxed, limit_octets });
            hasher.feed(b"a  \t b  \r\n\r\n");
            let hash = hasher.finish();
            assert_eq!((hash.hashed_octets, hash.canonical_octets), (hashed_octets, 5), "{limit_octets:?}");
            let mut expected = Sha256::new();
            expected.take(&b"a b\r\n"[..usize::try_from(hashed_octets).unwrap_or(0)]);
            assert_eq!(hash.digest, expected.finish(), "{limit_octets:?}");
        }
    }

    #[derive(Default)]
    struct Counted {
        octets: usize,
        updates: usize,
    }

    impl Sink for Counted {
        fn take(&mut self, octets: &[u8]) {
            self.octets += octets.len();
            self.updates += 1;
        }
    }

    #[test]
    fn work_on_runs_of_blanks_and_empty_lines_is_in_proportion_to_the_output() {
        const RUN: usize = 100_000;
        for (run, most_updates) in
            [(" ", 10), ("\t", 10), ("\r\n", RUN / 128), (" \r\n", RUN / 128), ("a\t", RUN / 100), ("\r", RUN / 100)]
        {
            let body = format!("x{}y", run.repeat(RUN));
            let mut canonical = Canonical::new(Canonicalization::Relaxed);
            let mut sink = Staged::new(Counted::default());
            canonical.feed(body.as_bytes(), &mut sink);
            canonical.finish(&mut sink);
            let counted = sink.finish();
            assert!(counted.updates <= most_updates, "{run:?}: {} updates for {}", counted.updates, counted.octets);
        }
    }

    fn bodies() -> impl Strategy<Value = Vec<u8>> {
        let piece = prop_oneof![
            Just(&b"\r\n"[..]),
            Just(&b" "[..]),
            Just(&b"\t"[..]),
            Just(&b"\r"[..]),
            Just(&b"\n"[..]),
            Just(&b"word"[..]),
            Just(&b"a line of some length that fills a search block of sixty-four octets"[..]),
        ];
        prop::collection::vec(piece, 0..40).prop_map(|pieces| pieces.concat())
    }

    proptest! {
        #[test]
        fn chunks_do_not_change_a_canonical_body_and_paper_agrees(
            body in bodies(),
            cuts in prop::collection::vec(0usize..400, 0..6),
            is_relaxed: bool,
        ) {
            let canonicalization = if is_relaxed { Canonicalization::Relaxed } else { Canonicalization::Simple };
            let mut cuts: Vec<_> = cuts.into_iter().map(|cut| cut.min(body.len())).collect();
            cuts.extend([0, body.len()]);
            cuts.sort_unstable();
            let chunks: Vec<_> = cuts.windows(2).map(|pair| &body[pair[0]..pair[1]]).collect();
            let expected = on_paper(canonicalization, &body);
            prop_assert_eq!(canonical(canonicalization, &[&body]), expected.clone());
            prop_assert_eq!(canonical(canonicalization, &chunks), expected);
        }
    }
}
