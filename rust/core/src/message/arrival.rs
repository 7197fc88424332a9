//! A message while it arrives: the header is kept, the body only hashed.

use super::block::HeaderBlock;
use super::body::{BodyHasher, BodyHashes, BodySpec};
use super::header::{Header, HeaderLimits};
use super::line_ends::{LineEnds, Observed, append_with_crlf};

/// Octets of one message that are accepted unless the operator says otherwise: what Postfix takes by default is a fifth of
/// it (RFC 1870 §5 leaves the figure to the site).
pub const MAX_MESSAGE_OCTETS: u64 = 50 * 1024 * 1024;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ArrivalOptions {
    pub line_ends: LineEnds,
    pub max_message_octets: u64,
    pub header: HeaderLimits,
}

impl Default for ArrivalOptions {
    fn default() -> Self {
        Self { line_ends: LineEnds::default(), max_message_octets: MAX_MESSAGE_OCTETS, header: HeaderLimits::default() }
    }
}

/// Takes a message chunk by chunk; any cut into chunks gives the same. Memory is bounded by the header's limits.
///
/// Whoever feeds it chooses, once the header is complete, which hashes of the body are worth making.
#[derive(Debug)]
pub struct Arrival {
    options: ArrivalOptions,
    observed: Observed,
    stage: Stage,
    size_octets: u64,
    body_octets: u64,
}

#[derive(Debug)]
enum Stage {
    Header(HeaderBlock),
    Body(Header, Vec<BodyHasher>),
    Finished(Header, BodyHashes),
}

impl Arrival {
    pub fn new(options: ArrivalOptions) -> Self {
        Self {
            options,
            observed: Observed::default(),
            stage: Stage::Header(HeaderBlock::new(options.header.octets)),
            size_octets: 0,
            body_octets: 0,
        }
    }

    /// Takes the next octets. `choose` is called once in a message's life, when its header is complete; the hashes it names
    /// are made of the body as it arrives.
    pub fn feed(&mut self, octets: &[u8], mut choose: impl FnMut(&Header) -> Vec<BodySpec>) {
        for window in octets.chunks(WINDOW) {
            let was_after_cr = self.observed.is_after_cr();
            self.observed.note(window);
            if self.options.line_ends != LineEnds::FixCrlf || !self.observed.has_bare_lf {
                self.take(window, &mut choose);
                continue;
            }
            let mut fixed = Vec::with_capacity(window.len() + window.len() / 16);
            append_with_crlf(window, was_after_cr, &mut fixed);
            self.take(&fixed, &mut choose);
        }
    }

    /// Says that there is no more. A header without its empty line is complete now, and its body is empty.
    pub fn finish(&mut self, mut choose: impl FnMut(&Header) -> Vec<BodySpec>) {
        self.observed.finish();
        if let Some(block) = self.take_block() {
            self.end_header(block, &mut choose);
        }
        if let Stage::Body(header, hashers) = &mut self.stage {
            let hashes = std::mem::take(hashers).into_iter().map(|hasher| (hasher.spec(), hasher.finish())).collect();
            self.stage = Stage::Finished(std::mem::take(header), hashes);
        }
    }

    /// The header, from the moment it is complete.
    pub fn header(&self) -> Option<&Header> {
        match &self.stage {
            Stage::Header(_) => None,
            Stage::Body(header, _) | Stage::Finished(header, _) => Some(header),
        }
    }

    /// The hashes that were chosen, from the moment the message is finished.
    pub fn bodies(&self) -> Option<&BodyHashes> {
        match &self.stage {
            Stage::Finished(_, hashes) => Some(hashes),
            _ => None,
        }
    }

    pub fn is_finished(&self) -> bool {
        matches!(self.stage, Stage::Finished(..))
    }

    /// Octets of the message as it will be passed on: after line ends were fixed, the empty line included.
    pub fn size_octets(&self) -> u64 {
        self.size_octets
    }

    pub fn body_octets(&self) -> u64 {
        self.body_octets
    }

    /// The message has more octets than its receiver takes (RFC 1870 §5). It is still read rightly, so that the caller
    /// may refuse it when the grammar allows.
    pub fn is_too_large(&self) -> bool {
        self.size_octets > self.options.max_message_octets
    }

    pub fn has_bare_cr(&self) -> bool {
        self.observed.has_bare_cr
    }

    pub fn has_bare_lf(&self) -> bool {
        self.observed.has_bare_lf
    }

    pub fn has_nul(&self) -> bool {
        self.observed.has_nul
    }

    /// Whether a lone CR or LF stands in the message as it will be passed on.
    pub fn has_bare_line_end(&self) -> bool {
        self.has_bare_cr() || (self.has_bare_lf() && self.options.line_ends != LineEnds::FixCrlf)
    }

    /// Where the first lone CR or LF stood, if such a message is to be rejected. A CR at the end counts once it is known to
    /// be the end.
    pub fn rejected(&self) -> Option<u64> {
        self.observed.first_bare_at.filter(|_| self.options.line_ends == LineEnds::Reject)
    }

    fn take(&mut self, octets: &[u8], choose: &mut impl FnMut(&Header) -> Vec<BodySpec>) {
        self.size_octets += octets.len() as u64;
        let body = match &mut self.stage {
            Stage::Header(block) => match block.feed(octets) {
                Some(end) => &octets[end..],
                None => return,
            },
            _ => octets,
        };
        if let Some(block) = self.take_block() {
            self.end_header(block, choose);
        }
        if let Stage::Body(_, hashers) = &mut self.stage {
            self.body_octets += body.len() as u64;
            hashers.iter_mut().for_each(|hasher| hasher.feed(body));
        }
    }

    fn take_block(&mut self) -> Option<HeaderBlock> {
        match &mut self.stage {
            Stage::Header(block) => Some(std::mem::replace(block, HeaderBlock::new(0))),
            _ => None,
        }
    }

    fn end_header(&mut self, block: HeaderBlock, choose: &mut impl FnMut(&Header) -> Vec<BodySpec>) {
        let header = Header::scan(block.into_octets(), self.options.header);
        let hashers = choose(&header).into_iter().map(BodyHasher::new).collect();
        self.stage = Stage::Body(header, hashers);
    }
}

/// Octets taken at once, so that fixing line ends needs no second copy of the message; the size of a large SMTP read.
const WINDOW: usize = 64 * 1024;

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::message::{BodyHash, Canonicalization};

    const RELAXED: BodySpec = BodySpec { canonicalization: Canonicalization::Relaxed, limit_octets: None };
    const SIMPLE: BodySpec = BodySpec { canonicalization: Canonicalization::Simple, limit_octets: Some(7) };

    fn arrived(line_ends: LineEnds, chunks: &[&[u8]]) -> Arrival {
        let mut arrival = Arrival::new(ArrivalOptions { line_ends, ..ArrivalOptions::default() });
        let choose = |_: &Header| vec![RELAXED, SIMPLE];
        chunks.iter().for_each(|chunk| arrival.feed(chunk, choose));
        arrival.finish(choose);
        arrival
    }

    fn body_hash(body: &[u8]) -> BodyHash {
        let mut hasher = BodyHasher::new(RELAXED);
        hasher.feed(body);
        hasher.finish()
    }

    // proves: RFC 5322 §2.1
    #[test]
    fn a_message_is_a_header_an_empty_line_and_a_body_any_of_which_may_lack() {
        for (message, header, body) in [
            ("", "", ""),
            ("\r\n", "", ""),
            ("\r\nbody", "", "body"),
            ("A: b", "A: b", ""),
            ("A: b\r\n", "A: b\r\n", ""),
            ("A: b\r\n\r\n", "A: b\r\n", ""),
            ("A: b\r\n\r\nbody\r\n", "A: b\r\n", "body\r\n"),
            ("A: b\r\nno colon\r\nC: d\r\n\r\nx", "A: b\r\nno colon\r\nC: d\r\n", "x"),
        ] {
            let arrival = arrived(LineEnds::AsIs, &[message.as_bytes()]);
            assert_eq!(arrival.header().map(Header::octets), Some(header.as_bytes()), "{message:?}");
            assert_eq!(arrival.body_octets(), body.len() as u64, "{message:?}");
            assert_eq!(arrival.size_octets(), message.len() as u64, "{message:?}");
            let found = arrival.bodies().and_then(|bodies| bodies.get(&RELAXED)).copied();
            assert_eq!(found, Some(body_hash(body.as_bytes())), "{message:?}");
        }
    }

    #[test]
    fn the_header_is_known_before_the_body_ends_and_hashes_are_chosen_once() {
        let mut arrival = Arrival::new(ArrivalOptions::default());
        let mut times_chosen = 0;
        for chunk in [&b"A: b\r\n"[..], b"\r", b"\nbo", b"dy"] {
            assert!(arrival.header().is_none() || chunk.starts_with(b"dy"));
            arrival.feed(chunk, |_| {
                times_chosen += 1;
                vec![RELAXED]
            });
        }
        assert!(arrival.header().is_some() && arrival.bodies().is_none() && !arrival.is_finished());
        arrival.finish(|_| Vec::new());
        arrival.finish(|_| Vec::new());
        assert!(arrival.is_finished() && arrival.bodies().is_some_and(|bodies| bodies.get(&RELAXED).is_some()));
        assert_eq!(times_chosen, 1);
    }

    #[test]
    fn line_ends_are_taken_fixed_or_rejected_as_declared() {
        let message = b"A: b\nC: d\n\nx\ry\nz\n";
        for (line_ends, header, body, rejected) in [
            (LineEnds::AsIs, &b"A: b\nC: d\n"[..], &b"x\ry\nz\n"[..], None),
            (LineEnds::FixCrlf, b"A: b\r\nC: d\r\n", b"x\ry\r\nz\r\n", None),
            (LineEnds::Reject, b"A: b\nC: d\n", b"x\ry\nz\n", Some(4)),
        ] {
            let arrival = arrived(line_ends, &[message]);
            assert_eq!(arrival.header().map(Header::octets), Some(header), "{line_ends:?}");
            assert_eq!(
                arrival.bodies().and_then(|bodies| bodies.get(&RELAXED)),
                Some(&body_hash(body)),
                "{line_ends:?}"
            );
            assert_eq!(arrival.rejected(), rejected, "{line_ends:?}");
            assert!(arrival.has_bare_cr() && arrival.has_bare_lf() && !arrival.has_nul(), "{line_ends:?}");
        }
    }

    #[test]
    fn a_message_over_its_limit_says_so() {
        let options = ArrivalOptions { max_message_octets: 10, ..ArrivalOptions::default() };
        let mut arrival = Arrival::new(options);
        arrival.feed(b"A: b\r\n\r\n12", |_| Vec::new());
        assert!(!arrival.is_too_large());
        arrival.feed(b"3", |_| Vec::new());
        assert!(arrival.is_too_large());
    }

    #[test]
    fn a_header_over_its_limit_is_marked_and_its_body_is_still_found() {
        let header = HeaderLimits { octets: 8, fields: 10 };
        let mut arrival = Arrival::new(ArrivalOptions { header, ..ArrivalOptions::default() });
        arrival.feed(b"A: b\r\nC: 1234567890\r\n\r\nbody", |_| Vec::new());
        arrival.finish(|_| Vec::new());
        assert!(arrival.header().is_some_and(|header| header.overflow().is_some()));
        assert_eq!(arrival.body_octets(), 4);
    }

    proptest! {
        #[test]
        fn any_cut_into_chunks_gives_the_same_message(
            pieces in prop::collection::vec(
                prop_oneof![Just("\r\n"), Just("\n"), Just("\r"), Just(" "), Just("A: b"), Just("word"), Just("\0")],
                0..30,
            ),
            cuts in prop::collection::vec(0usize..100, 0..6),
            line_ends in prop_oneof![Just(LineEnds::AsIs), Just(LineEnds::FixCrlf), Just(LineEnds::Reject)],
        ) {
            let message = pieces.concat();
            let message = message.as_bytes();
            let mut cuts: Vec<_> = cuts.into_iter().map(|cut| cut.min(message.len())).collect();
            cuts.extend([0, message.len()]);
            cuts.sort_unstable();
            let chunks: Vec<_> = cuts.windows(2).map(|pair| &message[pair[0]..pair[1]]).collect();
            let (whole, cut) = (arrived(line_ends, &[message]), arrived(line_ends, &chunks));
            prop_assert_eq!(whole.header(), cut.header());
            prop_assert_eq!(whole.bodies(), cut.bodies());
            prop_assert_eq!(whole.observed, cut.observed);
            prop_assert_eq!((whole.size_octets, whole.body_octets), (cut.size_octets, cut.body_octets));
        }
    }
}
