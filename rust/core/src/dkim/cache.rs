//! Key records that were read before, good or bad: a text is parsed, decoded and made a key once.
//!
//! A cache is a value that its owner gives to every examination it should serve; threads share it. What DNS says now is
//! still asked for each message: the cache knows texts, not names.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use super::key::KeyRecord;
use super::{Algorithm, Reason};
use crate::crypto::{KeyError, PublicKey};
use crate::dns::Answer;
use crate::octets::Malformed;

/// Texts that are kept. An RSA-2048 key takes some 6 KiB with its text, measured, so that a full cache stays under 24 MiB.
pub const MAX_CACHED_KEYS: usize = 4_000;

/// Octets of a text that is kept. The record of the longest key that verifies (RSA-4096) has some 750; longer texts are no
/// keys, and are read each time rather than held.
pub const MAX_CACHED_TEXT_OCTETS: usize = 2_048;

/// Key records by their text, the good ones with their keys, the bad ones with what is wrong.
#[derive(Debug)]
pub struct KeyCache {
    max_keys: usize,
    shelves: Mutex<Shelves>,
    hits: AtomicU64,
    reads: AtomicU64,
}

/// Texts used lately stand on `young`. Once it holds half of the limit it becomes `old`, and what was old is dropped: each
/// text stays for at least half a cache of other ones, and nothing is ever sorted or searched.
#[derive(Debug, Default)]
struct Shelves {
    young: HashMap<Box<[u8]>, Entry>,
    old: HashMap<Box<[u8]>, Entry>,
}

/// Filled by the first who needs it, while others wait: a text is read once even by many threads.
type Entry = Arc<OnceLock<Read>>;

type Read = Result<Arc<ReadKey>, Malformed>;

/// A key record with the key that its p= gives.
#[derive(Debug)]
pub struct ReadKey {
    record: KeyRecord,
    key: Result<PublicKey, KeyError>,
}

impl Default for KeyCache {
    fn default() -> Self {
        Self::new(MAX_CACHED_KEYS)
    }
}

impl KeyCache {
    /// A cache of so many texts; with fewer than two, every text is read each time.
    pub fn new(max_keys: usize) -> Self {
        Self { max_keys, shelves: Mutex::default(), hits: AtomicU64::new(0), reads: AtomicU64::new(0) }
    }

    /// The one key record in an answer; see [`KeyRecord::from_answer`].
    ///
    /// # Errors
    /// Why there is no such record, or why it is not known.
    pub fn from_answer(&self, answer: &Answer) -> Result<Arc<ReadKey>, Reason> {
        super::key::one_of(answer, |text| self.read(text))
    }

    /// Texts that were known already.
    pub fn hits(&self) -> u64 {
        self.hits.load(Ordering::Relaxed)
    }

    /// Texts that had to be read.
    pub fn reads(&self) -> u64 {
        self.reads.load(Ordering::Relaxed)
    }

    /// Texts that are kept now.
    pub fn len(&self) -> usize {
        let shelves = self.shelves.lock().unwrap_or_else(PoisonError::into_inner);
        shelves.young.len() + shelves.old.len()
    }

    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    pub fn max_keys(&self) -> usize {
        self.max_keys
    }

    fn read(&self, text: &[u8]) -> Read {
        if self.max_keys < 2 || text.len() > MAX_CACHED_TEXT_OCTETS {
            return self.read_anew(text);
        }
        let entry = self.shelves.lock().unwrap_or_else(PoisonError::into_inner).entry(text, self.max_keys);
        let mut is_known = true;
        let read = entry.get_or_init(|| {
            is_known = false;
            self.read_anew(text)
        });
        self.hits.fetch_add(u64::from(is_known), Ordering::Relaxed);
        read.clone()
    }

    fn read_anew(&self, text: &[u8]) -> Read {
        self.reads.fetch_add(1, Ordering::Relaxed);
        KeyRecord::parse(text).map(|record| Arc::new(ReadKey { key: record.key(), record }))
    }
}

impl Shelves {
    fn entry(&mut self, text: &[u8], max_keys: usize) -> Entry {
        if let Some(entry) = self.young.get(text) {
            return Arc::clone(entry);
        }
        let (text, entry) = self.old.remove_entry(text).unwrap_or_else(|| (text.into(), Entry::default()));
        if self.young.len() >= max_keys / 2 {
            self.old = std::mem::take(&mut self.young);
        }
        self.young.insert(text, Arc::clone(&entry));
        entry
    }
}

impl ReadKey {
    pub fn record(&self) -> &KeyRecord {
        &self.record
    }

    /// The key for signatures of this algorithm; see [`KeyRecord::public_key`]. Whether it is good for the service is asked
    /// of the record, once.
    ///
    /// # Errors
    /// Why this record gives no such key.
    pub fn public_key(&self, algorithm: Algorithm) -> Result<&PublicKey, Reason> {
        self.record.check_use(algorithm)?;
        self.key.as_ref().map_err(|&error| self.record.reason(error))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dns::Record;

    const ED25519: &str = "v=DKIM1; k=ed25519; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=";

    fn answer(texts: &[&str]) -> Answer {
        let records = texts.iter().map(|text| Record::Txt(text.as_bytes().to_vec())).collect();
        Answer::Found { records, is_secure: false }
    }

    fn outcome(cache: &KeyCache, text: &str) -> Result<u32, Reason> {
        let key = cache.from_answer(&answer(&[text]))?;
        key.public_key(Algorithm::Ed25519Sha256).map(PublicKey::bits)
    }

    #[test]
    fn a_text_is_read_once_whatever_is_in_it() {
        for (text, expected) in [
            (ED25519, Ok(256)),
            ("k=ed25519; p=", Err(Reason::KeyRevoked)),
            ("k=ed25519; p=YWI=", Err(Reason::KeyMalformed { what: "p=", at: 13 })),
            ("p=YWI=", Err(Reason::KeyTypeDiffers)),
            ("k=dsa; p=YWI=", Err(Reason::KeyTypeDiffers)),
            ("k=ed25519; p=?", Err(Reason::KeyMalformed { what: "p=", at: 13 })),
            ("v=spf1 -all", Err(Reason::KeyMalformed { what: "v=", at: 2 })),
        ] {
            let cache = KeyCache::default();
            for hits in 0..3 {
                assert_eq!(outcome(&cache, text), expected, "{text}");
                assert_eq!((cache.reads(), cache.hits(), cache.len()), (1, hits, 1), "{text}");
            }
        }
    }

    #[test]
    fn a_key_that_is_too_short_is_remembered_as_such() {
        let text = "p=MFwwDQYJKoZIhvcNAQEBBQADSwAwSAJBAMIGCaBl60DGXFJ8ejW1SA5FhRJy6Y+4/Ek0K8NSjQf6Cba0DYIihMzO0pTWI5PTvZ6PQyJ3Wd0K3GZ8m5X0T6cCAwEAAQ==";
        let cache = KeyCache::default();
        for _ in 0..2 {
            let key = cache.from_answer(&answer(&[text])).expect("a record");
            let found = key.public_key(Algorithm::RsaSha256).map(PublicKey::bits);
            assert_eq!(found, Err(Reason::KeyTooShort { bits: 512, min: 1024 }));
        }
        assert_eq!((cache.reads(), cache.hits()), (1, 1));
    }

    #[test]
    fn texts_beside_the_key_record_are_read_once_too() {
        let cache = KeyCache::default();
        for _ in 0..2 {
            assert!(cache.from_answer(&answer(&["v=spf1 -all", ED25519])).is_ok());
        }
        assert_eq!((cache.reads(), cache.hits()), (2, 2));
    }

    #[test]
    fn a_cache_never_holds_more_than_its_limit_and_keeps_what_is_used() {
        for (max_keys, reads) in [(0, 200), (1, 200), (2, 101), (3, 101), (10, 101)] {
            let cache = KeyCache::new(max_keys);
            for number in 0..100 {
                assert_eq!(outcome(&cache, &format!("n={number}; p=")), Err(Reason::KeyRevoked));
                assert_eq!(outcome(&cache, ED25519), Ok(256));
                assert!(cache.len() <= max_keys, "{max_keys}: {}", cache.len());
            }
            assert_eq!(cache.reads(), reads, "{max_keys}");
        }
    }

    #[test]
    fn a_text_over_its_limit_is_read_but_not_kept() {
        let cache = KeyCache::default();
        for (octets, kept) in [(MAX_CACHED_TEXT_OCTETS, 1), (MAX_CACHED_TEXT_OCTETS + 1, 1)] {
            let text = format!("p=; n={}", "x".repeat(octets - 6));
            assert_eq!(outcome(&cache, &text), Err(Reason::KeyRevoked));
            assert_eq!(cache.len(), kept, "{octets}");
        }
        assert_eq!(cache.reads(), 2);
    }

    #[test]
    fn threads_that_need_one_text_at_once_read_it_once() {
        let cache = KeyCache::default();
        std::thread::scope(|scope| {
            for _ in 0..8 {
                scope.spawn(|| assert_eq!(outcome(&cache, ED25519), Ok(256)));
            }
        });
        assert_eq!((cache.reads(), cache.hits()), (1, 7));
    }
}
