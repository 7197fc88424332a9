//! mail-auth, with all keys in the cache that it takes, parsed.

use std::borrow::Borrow;
use std::collections::HashMap;
use std::hash::Hash;
use std::hint::black_box;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::pin::pin;
use std::sync::{Arc, RwLock};
use std::task::{Context, Poll, Waker};
use std::time::Instant;

use mail_auth::crypto::{Ed25519Key, RsaKey, Sha256};
use mail_auth::dkim::{Canonicalization, DkimSigner, DomainKey};
use mail_auth::dns::TxtRecordParser as _;
use mail_auth::hickory_resolver::config::{ResolverConfig, ResolverOpts};
use mail_auth::{
    AuthenticatedMessage, DkimResult, DnsCache, MessageAuthenticator, Mx, Negative, Parameters, RecordSet,
    ResolverCache, TxtRecord,
};
use rustls_pki_types::PrivateKeyDer;
use trustlane_core::crypto::{KeyKind, SigningKey};

use crate::case::Case;

/// Verification of each signature.
pub fn verify(case: &'static Case) -> Box<dyn FnMut()> {
    let authenticator = MessageAuthenticator::new(ResolverConfig::default(), ResolverOpts::default());
    let authenticator = authenticator.expect("a resolver without servers");
    let parsed = |record: &str| Arc::new(DomainKey::parse(record.as_bytes()).expect("a good record"));
    let keys = case.signers.iter().map(|signer| {
        (format!("{}.", signer.key_name()).into_boxed_str(), TxtRecord::DomainKey(parsed(&signer.record)))
    });
    let cache = Keys { txt: Table(RwLock::new(keys.collect())) };
    Box::new(move || {
        let message = AuthenticatedMessage::parse(black_box(&case.mail)).expect("a message");
        let outputs = at_once(authenticator.verify_dkim(Parameters::new(&message).with_cache(&cache)));
        let passed = outputs.iter().filter(|output| output.result() == &DkimResult::Pass).count();
        assert_eq!(passed, case.signers.len(), "each signature passes");
    })
}

/// One signature for each signer, of the fields that the core signs.
pub fn sign(case: &'static Case) -> Box<dyn FnMut()> {
    let signers: Vec<Box<dyn Fn()>> = case
        .signers
        .iter()
        .map(|signer| -> Box<dyn Fn()> {
            let (domain, selector) = (signer.domain.to_string(), signer.selector.to_string());
            match SigningKey::from_octets(&signer.private_der).expect("a good key").kind() {
                KeyKind::Rsa => {
                    let key =
                        RsaKey::<Sha256>::from_key_der(PrivateKeyDer::Pkcs8(signer.private_der.as_slice().into()))
                            .expect("a good key");
                    let signer = DkimSigner::from_key(key).domain(domain).selector(selector).headers(SIGNED);
                    let signer = signer
                        .header_canonicalization(Canonicalization::Relaxed)
                        .body_canonicalization(Canonicalization::Relaxed);
                    Box::new(move || drop(black_box(signer.sign(&case.unsigned).expect("it is signed"))))
                }
                KeyKind::Ed25519 => {
                    let key = Ed25519Key::from_pkcs8_maybe_unchecked_der(&signer.private_der).expect("a good key");
                    let signer = DkimSigner::from_key(key).domain(domain).selector(selector).headers(SIGNED);
                    Box::new(move || drop(black_box(signer.sign(&case.unsigned).expect("it is signed"))))
                }
            }
        })
        .collect();
    Box::new(move || signers.iter().for_each(|sign| sign()))
}

const SIGNED: [&str; 8] = ["From", "Reply-To", "To", "Cc", "Subject", "Date", "Message-ID", "Content-Type"];

/// What the future gives without waiting: all that it asks for is in the cache.
fn at_once<T>(future: impl Future<Output = T>) -> T {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(output) => output,
        Poll::Pending => panic!("mail-auth asked for more than its cache holds"),
    }
}

struct Keys {
    txt: Table<Box<str>, TxtRecord>,
}

/// What a cache does that nobody evicts from.
struct Table<K, V>(RwLock<HashMap<K, V>>);

impl<K: Hash + Eq, V: Clone> ResolverCache<K, V> for Table<K, V> {
    fn get<Q>(&self, name: &Q) -> Option<V>
    where
        K: Borrow<Q>,
        Q: Hash + Eq + ?Sized,
    {
        self.0.read().expect("nobody panics with it").get(name).cloned()
    }

    fn remove<Q>(&self, name: &Q) -> Option<V>
    where
        K: Borrow<Q>,
        Q: Hash + Eq + ?Sized,
    {
        self.0.write().expect("nobody panics with it").remove(name)
    }

    fn insert(&self, key: K, value: V, _: Instant) {
        self.0.write().expect("nobody panics with it").insert(key, value);
    }
}

impl DnsCache for Keys {
    type Txt = Table<Box<str>, TxtRecord>;
    type Mx = Table<Box<str>, Result<RecordSet<Mx>, Negative>>;
    type Ipv4 = Table<Box<str>, Result<RecordSet<Ipv4Addr>, Negative>>;
    type Ipv6 = Table<Box<str>, Result<RecordSet<Ipv6Addr>, Negative>>;
    type Ptr = Table<IpAddr, Result<RecordSet<Box<str>>, Negative>>;

    fn txt(&self) -> Option<&Self::Txt> {
        Some(&self.txt)
    }

    fn mx(&self) -> Option<&Self::Mx> {
        None
    }

    fn ipv4(&self) -> Option<&Self::Ipv4> {
        None
    }

    fn ipv6(&self) -> Option<&Self::Ipv6> {
        None
    }

    fn ptr(&self) -> Option<&Self::Ptr> {
        None
    }
}
