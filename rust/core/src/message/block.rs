//! Where the header block ends, whatever the chunks (RFC 5322 §2.1).

/// Octets up to and including the first line feed; all of them where there is none.
pub fn line_length(octets: &[u8]) -> usize {
    memchr::memchr(b'\n', octets).map_or(octets.len(), |at| at + 1)
}

pub fn is_empty_line(line: &[u8]) -> bool {
    matches!(line, b"\r\n" | b"\n")
}

/// Gathers a header block up to its empty line. Past the limit it keeps no more, but still finds the end.
#[derive(Debug)]
pub struct HeaderBlock {
    kept: Vec<u8>,
    max_octets: usize,
    /// Octets seen before the line that is being read.
    lines_octets: usize,
    /// Octets seen of the line that is being read.
    line_octets: usize,
    starts_with_cr: bool,
}

impl HeaderBlock {
    pub fn new(max_octets: usize) -> Self {
        Self { kept: Vec::new(), max_octets, lines_octets: 0, line_octets: 0, starts_with_cr: false }
    }

    /// Takes octets; gives how many of them belong to the block, its empty line included, once that line is there.
    pub fn feed(&mut self, octets: &[u8]) -> Option<usize> {
        let end = self.find_end(octets);
        let block = &octets[..end.unwrap_or(octets.len())];
        // One octet over the limit stays, so that the scan sees that there was more.
        let room = (self.max_octets + 1).saturating_sub(self.kept.len());
        self.kept.extend_from_slice(&block[..block.len().min(room)]);
        if end.is_some() {
            self.kept.truncate(self.lines_octets);
        }
        end
    }

    pub fn into_octets(self) -> Vec<u8> {
        self.kept
    }

    fn find_end(&mut self, octets: &[u8]) -> Option<usize> {
        let mut at = 0;
        while at < octets.len() {
            let length = line_length(&octets[at..]);
            if self.line_octets == 0 {
                self.starts_with_cr = octets[at] == b'\r';
            }
            self.line_octets += length;
            at += length;
            if octets[at - 1] != b'\n' {
                return None;
            }
            if self.line_octets == 1 || (self.line_octets == 2 && self.starts_with_cr) {
                return Some(at);
            }
            self.lines_octets += self.line_octets;
            self.line_octets = 0;
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    // proves: RFC 5322 §2.1
    #[test]
    fn the_block_ends_at_the_first_empty_line_wherever_the_chunks_are_cut() {
        for (text, kept, taken) in [
            ("A: b\r\n\r\nbody", "A: b\r\n", Some(8)),
            ("A: b\n\nbody", "A: b\n", Some(6)),
            ("A: b\n\r\nbody", "A: b\n", Some(7)),
            ("\r\nbody", "", Some(2)),
            ("\nbody", "", Some(1)),
            ("A: b\r\n \r\nC: d\r\n", "A: b\r\n \r\nC: d\r\n", None),
            ("A: b\r\r\n\r\n", "A: b\r\r\n", Some(9)),
            ("A: b\r\n\rC\r\n", "A: b\r\n\rC\r\n", None),
            ("A: b", "A: b", None),
            ("", "", None),
        ] {
            for cut in 0..=text.len() {
                let (first, second) = text.as_bytes().split_at(cut);
                let mut block = HeaderBlock::new(100);
                let end = match block.feed(first) {
                    Some(end) => Some(end),
                    None => block.feed(second).map(|end| cut + end),
                };
                assert_eq!((block.into_octets().as_slice(), end), (kept.as_bytes(), taken), "{text:?} cut at {cut}");
            }
        }
    }

    #[test]
    fn past_the_limit_nothing_is_kept_but_the_end_is_found() {
        let mut block = HeaderBlock::new(4);
        assert_eq!(block.feed(b"A: 123456\r\nB: 2"), None);
        assert_eq!(block.feed(b"\r\n\r\nbody"), Some(4));
        assert_eq!(block.into_octets(), b"A: 12");
    }
}
