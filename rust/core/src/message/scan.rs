//! Search for a pair of neighbouring octets, in blocks that the compiler turns into vector instructions.

const BLOCK: usize = 64;

/// Pairs looked at one by one before a block is: where what is sought stands densely, blocks would be read again and again.
const NEAR: usize = 4;

/// Where, from `from` on, the first two neighbours stand that `is_wanted(first, second)` accepts.
///
/// `is_wanted` must be free of branches (`|` and `&`, not `||` and `&&`) for the block search to be fast.
#[inline]
pub fn pair_position(octets: &[u8], from: usize, is_wanted: impl Fn(u8, u8) -> bool) -> Option<usize> {
    let near = octets.get(from..)?.windows(2).take(NEAR).position(|pair| is_wanted(pair[0], pair[1]));
    if let Some(offset) = near {
        return Some(from + offset);
    }
    let mut at = from;
    while let Some(window) = octets.get(at..).and_then(<[u8]>::first_chunk::<{ BLOCK + 1 }>) {
        if has_pair(window, &is_wanted) {
            break;
        }
        at += BLOCK;
    }
    let rest = octets.get(at..)?;
    rest.windows(2).position(|pair| is_wanted(pair[0], pair[1])).map(|offset| at + offset)
}

#[inline]
fn has_pair(window: &[u8; BLOCK + 1], is_wanted: impl Fn(u8, u8) -> bool) -> bool {
    let mut found = false;
    for at in 0..BLOCK {
        found |= is_wanted(window[at], window[at + 1]);
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pair_is_found_wherever_it_stands_against_the_blocks() {
        for length in [0, 1, 2, 63, 64, 65, 66, 127, 128, 129, 200] {
            for place in 0..length {
                let mut octets = vec![b'.'; length];
                octets[place] = b'a';
                let found = pair_position(&octets, 0, |first, _| first == b'a');
                assert_eq!(found, (place + 1 < length).then_some(place), "{place} of {length}");
                assert_eq!(pair_position(&octets, place + 1, |first, _| first == b'a'), None);
            }
        }
    }
}
