//! One mail and what a verifier or signer needs beside it, as the caller wrote them into a folder.

use std::path::Path;

use trustlane_core::dkim::{Algorithm, KeyRecord};
use trustlane_core::dns::Name;

#[derive(Debug)]
pub struct Case {
    /// `mail.eml`, signed
    pub mail: Vec<u8>,
    /// `unsigned.eml`, the same without its signatures
    pub unsigned: Vec<u8>,
    /// `signers`: domain, selector and key record, by tabs; a line for each signature
    pub signers: Vec<Signer>,
    /// `now`: Unix seconds of receipt
    pub now_seconds: u64,
}

#[derive(Debug)]
pub struct Signer {
    pub domain: Name,
    pub selector: Name,
    pub record: String,
    /// `SELECTOR.der`: the private key, PKCS#8
    pub private_der: Vec<u8>,
    /// `SELECTOR.sig`: the key's signature of [`SIGNED_TEXT`]
    pub signature: Vec<u8>,
}

/// What the floor verifies and signs: the cost does not depend on it.
pub const SIGNED_TEXT: &[u8] = b"header";

impl Case {
    pub fn read(folder: &Path) -> Self {
        let octets = |name: &str| std::fs::read(folder.join(name)).expect("the caller wrote this file");
        let text = |name: &str| String::from_utf8(octets(name)).expect("the caller wrote text");
        let signer = |line: &str| {
            let [domain, selector, record] =
                line.splitn(3, '\t').collect::<Vec<_>>().try_into().expect("a line has three parts");
            Signer {
                domain: Name::parse(domain).expect("a name"),
                selector: Name::parse(selector).expect("a name"),
                record: record.to_owned(),
                private_der: octets(&format!("{selector}.der")),
                signature: octets(&format!("{selector}.sig")),
            }
        };
        Self {
            mail: octets("mail.eml"),
            unsigned: octets("unsigned.eml"),
            signers: text("signers").lines().map(signer).collect(),
            now_seconds: text("now").trim().parse().expect("a number of seconds"),
        }
    }

    /// The octets after the empty line.
    pub fn body(&self) -> &[u8] {
        let end = self.mail.windows(4).position(|window| window == b"\r\n\r\n").expect("a header ends");
        &self.mail[end + 4..]
    }
}

impl Signer {
    pub fn key_name(&self) -> String {
        format!("{}._domainkey.{}", self.selector, self.domain)
    }

    pub fn public_key(&self) -> trustlane_core::crypto::PublicKey {
        let record = KeyRecord::parse(self.record.as_bytes()).expect("a good record");
        let keys = Algorithm::ALL.into_iter().find_map(|algorithm| record.public_key(algorithm).ok());
        keys.expect("a good key")
    }
}
