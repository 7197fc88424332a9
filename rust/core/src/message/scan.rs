//! Search for pairs of neighbouring octets, block by block, with vector instructions.
//!
//! What is sought is a function of the vector of octets and of the vector of those that follow each; it gives a vector that
//! is all ones where the pair is found. Bit `n` of a mask is about the pair that starts at octet `n` of a block.

pub use wide::u8x16 as Octets;

/// Octets of a block.
pub const BLOCK: usize = 64;

/// An octet that nobody seeks; it follows the last one of a text.
const FILLER: u8 = b'.';

/// All ones where the octet is this one.
#[inline]
pub fn is(octets: Octets, octet: u8) -> Octets {
    octets.simd_eq(Octets::splat(octet))
}

/// All ones where the octet is a blank or a control character.
#[inline]
pub fn is_blank_or_control(octets: Octets) -> Octets {
    octets.min(Octets::splat(b' ')).simd_eq(octets)
}

/// The mask of the block that starts at `from`.
#[inline]
pub fn pair_mask(octets: &[u8], from: usize, find: impl Fn(Octets, Octets) -> Octets) -> u64 {
    let rest = &octets[from..];
    match rest.first_chunk() {
        Some(window) => mask_of(window, find),
        None => {
            let mut window = [FILLER; BLOCK + 1];
            window[..rest.len()].copy_from_slice(rest);
            mask_of(&window, find)
        }
    }
}

/// Where, from `from` on, the first pair starts that `find` accepts.
#[inline]
pub fn pair_position(octets: &[u8], from: usize, find: impl Fn(Octets, Octets) -> Octets) -> Option<usize> {
    let mut at = from;
    while at < octets.len() {
        let mask = pair_mask(octets, at, &find);
        if mask != 0 {
            return Some(at + mask.trailing_zeros() as usize);
        }
        at += BLOCK;
    }
    None
}

#[inline]
fn mask_of(window: &[u8; BLOCK + 1], find: impl Fn(Octets, Octets) -> Octets) -> u64 {
    let (firsts, seconds) = (window[..BLOCK].as_chunks::<16>().0, window[1..].as_chunks::<16>().0);
    let bits = |number: usize| {
        let found = find(Octets::new(firsts[number]), Octets::new(seconds[number]));
        u64::from(found.to_bitmask())
    };
    bits(0) | bits(1) << 16 | bits(2) << 32 | bits(3) << 48
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pair_is_found_wherever_it_stands_against_the_blocks() {
        for length in [0, 1, 2, 63, 64, 65, 66, 127, 128, 129, 200] {
            for place in 0..length {
                let mut octets = vec![b'-'; length];
                octets[place] = b'a';
                let starts = |first, _| is(first, b'a');
                assert_eq!(pair_position(&octets, 0, starts), Some(place), "{place} of {length}");
                assert_eq!(pair_position(&octets, place, starts), Some(place), "{place} of {length}");
                assert_eq!(pair_position(&octets, place + 1, starts), None, "{place} of {length}");
                let ends = |_, second| is(second, b'a');
                assert_eq!(pair_position(&octets, 0, ends), place.checked_sub(1), "{place} of {length}");
            }
        }
    }

    // proves: RFC 5234 §B.1
    #[test]
    fn blanks_and_control_characters_are_the_octets_up_to_the_space() {
        for octet in 0..=u8::MAX {
            let found = pair_mask(&[octet], 0, |first, _| is_blank_or_control(first)) & 1 == 1;
            assert_eq!(found, octet <= b' ', "{octet}");
        }
    }
}
