//! Our keys: one signs, the ones before it are good for as long as their tags live (draft-levine-smtp-batv §4.1).

use std::fmt;

use aws_lc_rs::constant_time::verify_slices_are_equal;
use aws_lc_rs::hmac;

use crate::batv::{MAX_LIFETIME_DAYS, MIN_SECRET_OCTETS};
use crate::dns::Name;

/// One key, before it is put on the ring.
#[derive(Clone, Copy)]
pub struct RingKey<'a> {
    /// The digit that names it in a tag.
    pub number: u8,
    /// The first day on which it signs, in days since 1970.
    pub first_day: u64,
    pub secret: &'a [u8],
}

/// All that tagging and checking need: keys, domains, lifetimes.
#[derive(Debug, Clone)]
pub struct Ring {
    /// The earliest first.
    keys: Vec<Kept>,
    domains: Vec<Name>,
    lifetime_days: u64,
    run_in_ends: u64,
}

#[derive(Debug, Clone)]
struct Kept {
    number: u8,
    first_day: u64,
    key: hmac::Key,
}

/// What no ring can be made of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum BadRing {
    Number(u8),
    Repeated(u8),
    /// Two keys begin to sign on one day.
    SameDay(u64),
    Short {
        number: u8,
        octets: usize,
    },
    Lifetime(u64),
    Empty,
}

impl fmt::Display for BadRing {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Number(number) => write!(out, "a key's number is one digit, not {number}"),
            Self::Repeated(number) => write!(out, "two keys have the number {number}"),
            Self::SameDay(day) => write!(out, "two keys begin to sign on day {day}"),
            Self::Short { number, octets } => {
                write!(out, "key {number} has {octets} octets; {MIN_SECRET_OCTETS} are the least")
            }
            Self::Lifetime(days) => write!(out, "a tag lives from 1 to {MAX_LIFETIME_DAYS} days, not {days}"),
            Self::Empty => write!(out, "there is no key"),
        }
    }
}

impl Ring {
    /// Makes a ring. `run_in_ends` is the first day on which every bounce should bear a tag.
    ///
    /// # Errors
    /// [`BadRing`] where keys could be taken for each other, or guessed.
    pub fn new(
        keys: &[RingKey<'_>],
        domains: Vec<Name>,
        lifetime_days: u64,
        run_in_ends: u64,
    ) -> Result<Self, BadRing> {
        if keys.is_empty() {
            return Err(BadRing::Empty);
        }
        if !(1..=MAX_LIFETIME_DAYS).contains(&lifetime_days) {
            return Err(BadRing::Lifetime(lifetime_days));
        }
        let mut kept: Vec<Kept> = Vec::new();
        for key in keys {
            if key.number > 9 {
                return Err(BadRing::Number(key.number));
            }
            if key.secret.len() < MIN_SECRET_OCTETS {
                return Err(BadRing::Short { number: key.number, octets: key.secret.len() });
            }
            if kept.iter().any(|other| other.number == key.number) {
                return Err(BadRing::Repeated(key.number));
            }
            if kept.iter().any(|other| other.first_day == key.first_day) {
                return Err(BadRing::SameDay(key.first_day));
            }
            let hmac_key = hmac::Key::new(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, key.secret);
            kept.push(Kept { number: key.number, first_day: key.first_day, key: hmac_key });
        }
        kept.sort_by_key(|key| key.first_day);
        Ok(Self { keys: kept, domains, lifetime_days, run_in_ends })
    }

    pub fn lifetime_days(&self) -> u64 {
        self.lifetime_days
    }

    /// Whether we tag for this domain, and so may judge its bounces.
    pub fn has_domain(&self, domain: &str) -> bool {
        Name::parse(domain).is_some_and(|name| self.domains.contains(&name))
    }

    /// Whether mail from before we tagged may still bounce.
    pub fn is_run_in(&self, day: u64) -> bool {
        day < self.run_in_ends
    }

    /// The number of the key that signs on this day, the latest that has begun.
    pub(super) fn signing_number(&self, day: u64) -> Option<u8> {
        self.keys.iter().rev().find(|key| key.first_day <= day).map(|key| key.number)
    }

    /// Whether a tag with this key may still be about: until a lifetime after the next key began to sign.
    pub(super) fn is_in_use(&self, number: u8, day: u64) -> bool {
        let Some(at) = self.keys.iter().position(|key| key.number == number) else { return false };
        let successor = self.keys.get(at + 1);
        self.keys[at].first_day <= day && successor.is_none_or(|next| day <= next.first_day + self.lifetime_days)
    }

    /// The first three octets of the HMAC over digits and address (§4.1).
    pub(super) fn signature(&self, number: u8, digits: &str, address: &str) -> Option<[u8; 3]> {
        let kept = self.keys.iter().find(|key| key.number == number)?;
        let mut context = hmac::Context::with_key(&kept.key);
        context.update(digits.as_bytes());
        context.update(address.as_bytes());
        context.sign().as_ref().first_chunk::<3>().copied()
    }
}

/// Compares in a time that does not tell where the first difference lies.
pub(super) fn is_same(ours: [u8; 3], theirs: [u8; 3]) -> bool {
    verify_slices_are_equal(&ours, &theirs).is_ok()
}
