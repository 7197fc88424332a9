//! A key record to its value (RFC 6376 §3.6.1, §6.1.2).

use super::{Algorithm, Reason};
use crate::crypto::{KeyError, KeyKind, PublicKey};
use crate::dns::Answer;
use crate::octets::{Malformed, base64_octets, colon_list};
use crate::tags::{self, TagList};

/// What a signature is for; a key record may be for some services only (RFC 6376 §3.6.1 s=).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Service {
    #[default]
    Email,
    /// A mail with a TLS report; its key may be for all mail too (RFC 8460 §3).
    TlsReport,
    /// The same, and the key must say so.
    TlsReportAlone,
}

impl Service {
    pub const ALL: [Self; 3] = [Self::Email, Self::TlsReport, Self::TlsReportAlone];

    pub const fn word(self) -> &'static str {
        match self {
            Self::Email => "email",
            Self::TlsReport => "tlsrpt",
            Self::TlsReportAlone => "tlsrpt-alone",
        }
    }

    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|known| known.word() == word)
    }
}

/// A key record that is well formed; whether it may be used is asked of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyRecord {
    /// k=; `None` for a type that is not known.
    pub kind: Option<KeyKind>,
    /// p=, decoded; empty for a revoked key.
    pub octets: Vec<u8>,
    /// h= lists sha256 or is missing.
    pub allows_sha256: bool,
    /// s= lists `email` or `*` or is missing.
    pub allows_email: bool,
    /// s= lists `tlsrpt`.
    pub lists_tlsrpt: bool,
    /// t=y: the domain tests DKIM.
    pub is_testing: bool,
    /// t=s: the domain of i= must equal d=.
    pub is_strict: bool,
    /// Where p= stands in the record.
    key_at: usize,
}

impl KeyRecord {
    /// Reads the text of one TXT record.
    ///
    /// # Errors
    /// No tag list, a repeated tag, `v=` that is not first or not `DKIM1`, no `p=`, or one that is not base64.
    pub fn parse(text: &[u8]) -> Result<Self, Malformed> {
        let list = tags::parse(text)?;
        if let Some(again) = list.duplicate() {
            return Err(Malformed { what: "duplicate tag", at: again.span.start });
        }
        if let Some(version) = list.tag("v").filter(|version| version.value != b"DKIM1") {
            return Err(Malformed { what: "v=", at: version.span.start });
        }
        if let Some(version) = list.tag("v").filter(|_| list.first().is_some_and(|first| first.name != "v")) {
            return Err(Malformed { what: "v= not first", at: version.span.start });
        }
        let key = list.tag("p").ok_or(Malformed { what: "no p=", at: text.len() })?;
        let octets = base64_octets(key.value).ok_or(Malformed { what: "p=", at: key.span.start })?;
        Ok(Self {
            kind: kind(list.get("k")),
            octets,
            allows_sha256: list.get("h").is_none() || lists(&list, "h", b"sha256"),
            allows_email: list.get("s").is_none() || lists(&list, "s", b"*") || lists(&list, "s", b"email"),
            lists_tlsrpt: lists(&list, "s", b"tlsrpt"),
            is_testing: lists(&list, "t", b"y"),
            is_strict: lists(&list, "t", b"s"),
            key_at: key.span.start,
        })
    }

    /// The one key record in an answer to the question for it.
    ///
    /// Several TXT records are undefined (RFC 6376 §3.6.2.2): where exactly one is a key record the strays beside it are
    /// passed over, otherwise none is chosen.
    ///
    /// # Errors
    /// Why there is no such record, or why it is not known.
    pub fn from_answer(answer: &Answer) -> Result<Self, Reason> {
        one_of(answer, Self::parse)
    }

    /// The key for signatures of mail by this algorithm, after the checks of RFC 6376 §6.1.2 in their order.
    ///
    /// # Errors
    /// Why this record gives no such key.
    pub fn public_key(&self, algorithm: Algorithm) -> Result<PublicKey, Reason> {
        self.check_service(Service::Email)?;
        self.check_use(algorithm)?;
        self.key().map_err(|error| self.reason(error))
    }

    /// Whether the key may be used for this service.
    pub(crate) fn check_service(&self, service: Service) -> Result<(), Reason> {
        let is_allowed = match service {
            Service::Email => self.allows_email,
            Service::TlsReport => self.allows_email || self.lists_tlsrpt,
            Service::TlsReportAlone => self.lists_tlsrpt,
        };
        if is_allowed { Ok(()) } else { Err(Reason::KeyRefusesService) }
    }

    /// Whether signatures of this algorithm may use the key, whatever it is.
    pub(super) fn check_use(&self, algorithm: Algorithm) -> Result<(), Reason> {
        if !self.allows_sha256 {
            return Err(Reason::KeyRefusesHash);
        }
        if self.octets.is_empty() {
            return Err(Reason::KeyRevoked);
        }
        match self.kind == Some(algorithm.key_kind()) {
            true => Ok(()),
            false => Err(Reason::KeyTypeDiffers),
        }
    }

    /// The key that the octets are, by the record's own type.
    pub(super) fn key(&self) -> Result<PublicKey, KeyError> {
        match self.kind {
            Some(KeyKind::Rsa) => PublicKey::rsa(&self.octets),
            Some(KeyKind::Ed25519) => {
                let octets = self.octets.as_slice().try_into().map_err(|_| KeyError::Malformed)?;
                PublicKey::ed25519(octets)
            }
            None => Err(KeyError::Malformed),
        }
    }

    pub(super) fn reason(&self, error: KeyError) -> Reason {
        match error {
            KeyError::Malformed => Reason::KeyMalformed { what: "p=", at: self.key_at },
            KeyError::TooShort { bits, min } => Reason::KeyTooShort { bits, min },
            KeyError::TooLong { bits, max } => Reason::KeyTooLong { bits, max },
        }
    }
}

/// The one key record among the texts of an answer, each read by `read`.
pub(super) fn one_of<T>(answer: &Answer, read: impl Fn(&[u8]) -> Result<T, Malformed>) -> Result<T, Reason> {
    match answer {
        Answer::Found { .. } => {}
        Answer::NxDomain { .. } | Answer::NoData { .. } => return Err(Reason::NoKey),
        Answer::Unavailable(why) => return Err(Reason::KeyUnavailable { why: why.word() }),
    }
    let (mut record, mut found, mut malformed) = (None, 0, None);
    for text in answer.texts() {
        match read(text) {
            Ok(read) => {
                found += 1;
                record = record.or(Some(read));
            }
            Err(bad) => malformed = malformed.or(Some(bad)),
        }
    }
    match (record, malformed) {
        (Some(record), _) if found == 1 => Ok(record),
        (Some(_), _) => Err(Reason::SeveralKeys { found }),
        (None, Some(Malformed { what, at })) => Err(Reason::KeyMalformed { what, at }),
        (None, None) => Err(Reason::NoKey),
    }
}

fn kind(word: Option<&[u8]>) -> Option<KeyKind> {
    match word {
        None => Some(KeyKind::Rsa),
        Some(word) if word.eq_ignore_ascii_case(b"rsa") => Some(KeyKind::Rsa),
        Some(word) if word.eq_ignore_ascii_case(b"ed25519") => Some(KeyKind::Ed25519),
        Some(_) => None,
    }
}

fn lists(list: &TagList<'_>, tag: &str, word: &[u8]) -> bool {
    list.get(tag).is_some_and(|value| colon_list(value).any(|item| item.eq_ignore_ascii_case(word)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dns::{Record, Unavailable};

    const ED25519: &str = "11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=";
    const RSA: &str = "MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQDkHlOQoBTzWRiGs5V6NpP3idY6Wk08a5qhdR6wy5bdOKb2jLQiY/J16JYi0Qvx/byYzCNb3W91y3FutACDfzwQ/BC/e/8uBsCR+yz1Lxj+PL6lHvqMKrM3rG4hstT5QjvHO9PzoxZyVYLzBfO2EeC3Ip3G+2kryOTIKT+l/K4w3QIDAQAB";

    // proves: RFC 6376 §3.6.1
    #[test]
    fn a_well_formed_record_says_what_its_key_is_for() {
        for (text, kind, allows_sha256, allows_email, is_testing, is_strict) in [
            ("p=YWI=", Some(KeyKind::Rsa), true, true, false, false),
            ("v=DKIM1; p=YWI=", Some(KeyKind::Rsa), true, true, false, false),
            (
                "v=DKIM1; k=RSA; h=sha1:sha256; s=email; t=y:s; n=a note; p=YWI=;",
                Some(KeyKind::Rsa),
                true,
                true,
                true,
                true,
            ),
            ("k=ed25519; h=sha256; s=*; t=s; p=YWI=", Some(KeyKind::Ed25519), true, true, false, true),
            ("h=sha1; s=tlsrpt; t=x; p=YWI=", Some(KeyKind::Rsa), false, false, false, false),
            ("h= sha1 : SHA256 ; s= other : EMAIL ; t= S : Y; p=YWI=", Some(KeyKind::Rsa), true, true, true, true),
            ("k=dsa; h=; s=; p=YWI=", None, false, false, false, false),
        ] {
            let record = KeyRecord::parse(text.as_bytes()).expect(text);
            let said = (record.kind, record.allows_sha256, record.allows_email, record.is_testing, record.is_strict);
            assert_eq!(said, (kind, allows_sha256, allows_email, is_testing, is_strict), "{text}");
            assert_eq!(record.octets, b"ab", "{text}");
        }
    }

    // proves: RFC 8460 §3, RFC 6376 §3.6.1
    #[test]
    fn a_key_serves_mail_or_tls_reports_or_both() {
        for (text, serves) in [
            ("p=YWI=", [true, true, false]),
            ("s=*; p=YWI=", [true, true, false]),
            ("s=email; p=YWI=", [true, true, false]),
            ("s=TLSRPT; p=YWI=", [false, true, true]),
            ("s=email:tlsrpt; p=YWI=", [true, true, true]),
            ("s=other; p=YWI=", [false, false, false]),
        ] {
            let record = KeyRecord::parse(text.as_bytes()).expect(text);
            assert_eq!(Service::ALL.map(|service| record.check_service(service).is_ok()), serves, "{text}");
        }
    }

    // proves: RFC 6376 §2.10, §3.6.1
    #[test]
    fn blanks_inside_a_key_are_no_part_of_it() {
        assert_eq!(KeyRecord::parse(b"p= Y W\t I =").map(|record| record.octets), Ok(b"ab".to_vec()));
    }

    // proves: RFC 6376 §3.6.1
    #[test]
    fn what_is_no_key_record_says_why() {
        for (text, what, at) in [
            ("", "tag list", 0),
            ("hello world", "tag without =", 0),
            ("v=spf1 -all", "v=", 2),
            ("v=DKIM1.0; p=YWI=", "v=", 2),
            ("v=dkim1; p=YWI=", "v=", 2),
            ("p=YWI=; v=DKIM1", "v= not first", 10),
            ("v=DKIM1", "no p=", 7),
            ("v=DKIM1; p=*", "p=", 11),
            ("v=DKIM1; p=YWI=; p=YWI=", "duplicate tag", 19),
        ] {
            assert_eq!(KeyRecord::parse(text.as_bytes()), Err(Malformed { what, at }), "{text}");
        }
    }

    // proves: RFC 6376 §6.1.2, RFC 8463 §4.2
    #[test]
    fn dkim_pitfall_06_a_key_serves_only_what_its_record_allows() {
        use Algorithm::{Ed25519Sha256, RsaSha256};
        let rsa = |tags: &str| format!("{tags} p={RSA}");
        let ed25519 = format!("k=ed25519; p={ED25519}");
        for (text, algorithm, outcome) in [
            (rsa(""), RsaSha256, Ok(1024)),
            (ed25519.clone(), Ed25519Sha256, Ok(256)),
            (rsa("s=other;"), RsaSha256, Err(Reason::KeyRefusesService)),
            (rsa("h=sha1;"), RsaSha256, Err(Reason::KeyRefusesHash)),
            ("p=".into(), RsaSha256, Err(Reason::KeyRevoked)),
            ("p= ;".into(), RsaSha256, Err(Reason::KeyRevoked)),
            (ed25519, RsaSha256, Err(Reason::KeyTypeDiffers)),
            (rsa(""), Ed25519Sha256, Err(Reason::KeyTypeDiffers)),
            (rsa("k=dsa;"), RsaSha256, Err(Reason::KeyTypeDiffers)),
            ("p=YWI=".into(), RsaSha256, Err(Reason::KeyMalformed { what: "p=", at: 2 })),
            ("k=ed25519; p=YWI=".into(), Ed25519Sha256, Err(Reason::KeyMalformed { what: "p=", at: 13 })),
        ] {
            let key = KeyRecord::parse(text.as_bytes()).expect(&text).public_key(algorithm);
            assert_eq!(key.map(|key| key.bits()), outcome, "{text}");
        }
    }

    // proves: RFC 6376 §3.6.2.2
    #[test]
    fn dkim_pitfall_05_an_answer_gives_a_record_only_if_it_holds_exactly_one() {
        let found = |texts: &[&str]| Answer::Found {
            records: texts.iter().map(|text| Record::Txt(text.as_bytes().to_vec())).collect(),
            is_secure: false,
        };
        let key = "v=DKIM1; p=YWI=";
        for (answer, outcome) in [
            (found(&[key]), Ok(())),
            (found(&["v=spf1 -all", key, "stray"]), Ok(())),
            (found(&[key, key]), Err(Reason::SeveralKeys { found: 2 })),
            (found(&["stray", "v=spf1 -all"]), Err(Reason::KeyMalformed { what: "tag without =", at: 0 })),
            (found(&[]), Err(Reason::NoKey)),
            (Answer::NxDomain { is_secure: false }, Err(Reason::NoKey)),
            (Answer::NoData { is_secure: false }, Err(Reason::NoKey)),
            (Answer::Unavailable(Unavailable::ServFail), Err(Reason::KeyUnavailable { why: "servfail" })),
            (Answer::Unavailable(Unavailable::Timeout), Err(Reason::KeyUnavailable { why: "timeout" })),
        ] {
            assert_eq!(KeyRecord::from_answer(&answer).map(|_| ()), outcome, "{answer:?}");
        }
    }
}
