//! A sink that takes long spans straight and gathers short ones, so that a digest is not updated word by word.

use super::canonical::Sink;

/// Spans from this length on pass straight through; a digest update costs about as much as copying that many octets.
const STAGE: usize = 512;

#[derive(Debug)]
pub struct Staged<S> {
    sink: S,
    stage: [u8; STAGE],
    used: usize,
}

impl<S: Sink> Staged<S> {
    pub fn new(sink: S) -> Self {
        Self { sink, stage: [0; STAGE], used: 0 }
    }

    pub fn finish(mut self) -> S {
        self.flush();
        self.sink
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
        if octets.len() >= STAGE {
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
