//! No octets make the core panic, or break what each entry promises: the fuzz targets' entries, driven by golden seeds and
//! damage that is the same on every run. `make fuzz` searches further.

#[path = "../fuzz/entries.rs"]
mod entries;
#[path = "../fuzz/seeds.rs"]
mod seeds;

use entries::ENTRIES;

/// Damaged forms of each entry's seeds; a few seconds for all entries without optimization.
const TRIES: usize = 1_000;

/// Damages done one after another to one seed.
const MAX_DAMAGES: u64 = 6;

#[test]
fn every_entry_has_seeds_and_keeps_its_promise_for_them() {
    let seeds = seeds::seeds();
    for (name, entry) in ENTRIES {
        let own: Vec<_> = seeds.iter().filter(|seed| seed.entry == name).collect();
        assert!(own.len() >= 2, "{name} has {} seeds", own.len());
        own.iter().for_each(|seed| entry(&seed.octets));
    }
    let is_known = |entry| ENTRIES.iter().any(|(name, _)| *name == entry);
    assert!(seeds.iter().all(|seed| is_known(seed.entry)));
}

#[test]
fn every_entry_takes_the_seeds_of_every_other() {
    for seed in seeds::seeds() {
        ENTRIES.iter().for_each(|(_, entry)| entry(&seed.octets));
    }
}

#[test]
fn every_entry_keeps_its_promise_for_damaged_seeds() {
    let seeds = seeds::seeds();
    for (name, entry) in ENTRIES {
        let own: Vec<_> = seeds.iter().filter(|seed| seed.entry == name).map(|seed| &seed.octets[..]).collect();
        let mut chance = Chance(1);
        for _ in 0..TRIES {
            let mut octets = own[chance.below(own.len())].to_vec();
            for _ in 0..=chance.next() % MAX_DAMAGES {
                damage(&mut octets, &own, &mut chance);
            }
            entry(&octets);
        }
    }
}

/// Pieces that mean something somewhere in mail or DNS.
const PIECES: [&[u8]; 30] = [
    b"\r\n",
    b"\n",
    b"\r",
    b"\r\n ",
    b" ",
    b"\t",
    b"\0",
    b"\xff",
    b"\xc3\xbc",
    b"\x7f",
    b";",
    b"=",
    b":",
    b"@",
    b".",
    b",",
    b"<",
    b">",
    b"(",
    b")",
    b"\"",
    b"\\",
    b"/",
    b"%{d}",
    b"-",
    b"l=1; ",
    b"i=1; ",
    b"cv=",
    b"18446744073709551616",
    b"From: a@b.c\r\n",
];

/// One damage: a piece put in, a span cut out, doubled, or taken from another seed, or an octet changed.
fn damage(octets: &mut Vec<u8>, others: &[&[u8]], chance: &mut Chance) {
    let (from, to) = (chance.below(octets.len() + 1), chance.below(octets.len() + 1));
    let span = from.min(to)..from.max(to).min(from.min(to) + 64);
    match chance.next() % 5 {
        0 => drop(octets.splice(from..from, PIECES[chance.below(PIECES.len())].iter().copied())),
        1 => drop(octets.drain(span)),
        2 => {
            let doubled = octets[span.clone()].to_vec();
            octets.splice(span.start..span.start, doubled);
        }
        3 => {
            let other = others[chance.below(others.len())];
            octets.truncate(from);
            octets.extend_from_slice(&other[chance.below(other.len() + 1)..]);
        }
        _ if from < octets.len() => octets[from] ^= 1 << (chance.next() % 8),
        _ => {}
    }
}

/// Chance that is the same on every run (xorshift).
struct Chance(u64);

impl Chance {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    fn below(&mut self, count: usize) -> usize {
        usize::try_from(self.next() % count as u64).expect("less than a count")
    }
}
