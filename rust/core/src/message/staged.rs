//! A sink that takes long spans straight and gathers short ones, so that a digest is not updated word by word.

use std::ops::Range;

use super::canonical::Sink;

/// Octets that are gathered for one update of the digest.
const STAGE: usize = 4096;

/// Spans from this length on pass straight through; a digest update costs about as much as copying that many octets.
const STRAIGHT: usize = 512;

/// Octets that are copied at once, whatever the length of a short span: that takes two or four instructions.
const COPIED: usize = 64;

#[derive(Debug)]
pub struct Staged<S> {
    sink: S,
    stage: Box<[u8; STAGE]>,
    used: usize,
}

impl<S: Sink> Staged<S> {
    pub fn new(sink: S) -> Self {
        Self { sink, stage: Box::new([0; STAGE]), used: 0 }
    }

    pub fn finish(mut self) -> S {
        self.flush();
        self.sink
    }

    /// Takes a part of `octets`: quickly where it is short, and more octets stand behind it that may be copied along.
    #[inline]
    pub fn take_part(&mut self, octets: &[u8], part: Range<usize>) {
        let (from, to) = (octets[part.start..].first_chunk::<COPIED>(), self.stage[self.used..].first_chunk_mut());
        match (from, to) {
            (Some(from), Some(to)) if part.len() <= COPIED => {
                *to = *from;
                self.used += part.len();
            }
            _ => self.take(&octets[part]),
        }
    }

    /// Takes one octet, or none; without a branch, because which of them is hard to foretell.
    #[inline]
    pub fn take_if(&mut self, octet: u8, is_taken: bool) {
        if self.used == STAGE {
            self.flush();
        }
        self.stage[self.used] = octet;
        self.used += usize::from(is_taken);
    }

    fn flush(&mut self) {
        if self.used > 0 {
            self.sink.take(&self.stage[..self.used]);
            self.used = 0;
        }
    }
}

impl<S: Sink> Sink for Staged<S> {
    fn take(&mut self, octets: &[u8]) {
        if self.used + octets.len() > STAGE {
            self.flush();
        }
        if octets.len() >= STRAIGHT {
            self.flush();
            self.sink.take(octets);
            return;
        }
        self.stage[self.used..self.used + octets.len()].copy_from_slice(octets);
        self.used += octets.len();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Default)]
    struct Counted {
        octets: Vec<u8>,
        updates: usize,
    }

    impl Sink for Counted {
        fn take(&mut self, octets: &[u8]) {
            self.octets.extend_from_slice(octets);
            self.updates += 1;
        }
    }

    #[test]
    fn short_spans_are_gathered_and_nothing_is_lost_or_reordered() {
        let mut staged = Staged::new(Counted::default());
        let mut expected = Vec::new();
        for length in [0, 1, 511, 512, 3, 600, 511, 511, 2] {
            let span = vec![u8::try_from(length % 251).unwrap_or(0); length];
            staged.take(&span);
            expected.extend_from_slice(&span);
        }
        assert_eq!(staged.finish().octets, expected);
    }

    #[test]
    fn updates_are_in_proportion_to_octets_not_to_spans() {
        let mut staged = Staged::new(Counted::default());
        (0..STAGE * 10).for_each(|_| staged.take(b"x"));
        assert_eq!(staged.finish().updates, 10);
    }
}
