//! Signing: a message and a key to a DKIM-Signature field (RFC 6376 §5).

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::parse::Algorithm;
use super::select::{FieldIndex, OwnField, data_digest};
use crate::crypto::{KeyKind, Sha256Digest, SigningKey};
use crate::dns::Name;
use crate::message::{Arrival, ArrivalOptions, BodySpec, Canonicalization, Header, HeaderLimits};

/// What to sign with, and what to say in the field.
#[derive(Debug)]
pub struct SigningRequest<'a> {
    /// d=
    pub domain: Name,
    /// s=
    pub selector: Name,
    pub key: &'a SigningKey,
    pub header_canonicalization: Canonicalization,
    pub body_canonicalization: Canonicalization,
    /// h=
    pub signed_names: SignedNames,
    /// t=
    pub signed_seconds: Option<u64>,
    /// x=
    pub expires_seconds: Option<u64>,
    /// i=: a local part, which may be empty, and a domain within d=
    pub identity: Option<Identity>,
}

/// The user or agent a signature speaks for (RFC 6376 §2.6).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identity {
    pub local_part: String,
    pub domain: Name,
}

/// Which header fields are signed.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum SignedNames {
    /// Every present field of [`SIGNED`], and one more of each in [`OVERSIGNED`].
    #[default]
    Usual,
    /// Exactly these, as often as they are listed.
    Listed(Vec<String>),
}

/// Signed once more than they are present, so that none can be added: what readers are shown, and of what there may be
/// only one (RFC 6376 §5.4, §8.15; RFC 5322 §3.6).
pub const OVERSIGNED: [&str; 8] = ["From", "Reply-To", "To", "Cc", "Subject", "Date", "Message-ID", "Content-Type"];

/// Signed as often as they are present: the list of RFC 6376 §5.4.1, MIME, and what RFC 8058 §4 wants signed.
pub const SIGNED: [&str; 20] = [
    "MIME-Version",
    "Content-Transfer-Encoding",
    "Sender",
    "In-Reply-To",
    "References",
    "Resent-Date",
    "Resent-From",
    "Resent-Sender",
    "Resent-To",
    "Resent-Cc",
    "Resent-Message-ID",
    "List-Id",
    "List-Help",
    "List-Unsubscribe",
    "List-Unsubscribe-Post",
    "List-Subscribe",
    "List-Post",
    "List-Owner",
    "List-Archive",
    "VBR-Info",
];

/// Why a message was not signed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SigningError {
    /// There is no From field, which must be signed (RFC 6376 §5.4).
    NoFrom,
    /// The listed names lack From.
    FromNotListed,
    /// A listed name is none of a header field.
    NotAFieldName,
    /// A lone CR or LF would be changed on the way (RFC 6376 §5.3).
    BareLineEnd,
    /// The header is over its limits and not known whole.
    HeaderTooLarge,
    /// The message is not finished, or the body hash of [`SigningRequest::body`] was not made.
    NoBodyHash,
    /// The domain of i= is not within d=.
    IdentityOutsideDomain,
    /// x= is not later than t=.
    ExpiresBeforeSigned,
    /// The key could not sign.
    KeyFailed,
}

impl SigningError {
    const fn text(self) -> &'static str {
        match self {
            Self::NoFrom => "the message has no From field",
            Self::FromNotListed => "the names to sign lack From",
            Self::NotAFieldName => "a name to sign is not that of a header field",
            Self::BareLineEnd => "the message has a lone CR or LF, which would not survive transport",
            Self::HeaderTooLarge => "the header is larger than the limit",
            Self::NoBodyHash => "the body hash that the signature needs was not made",
            Self::IdentityOutsideDomain => "the identity is not within the signing domain",
            Self::ExpiresBeforeSigned => "the signature would expire before it is made",
            Self::KeyFailed => "the key could not sign",
        }
    }
}

impl std::fmt::Display for SigningError {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str(self.text())
    }
}

impl std::error::Error for SigningError {}

impl SigningRequest<'_> {
    /// The body hash that this signature needs; to be chosen when the header is complete.
    pub fn body(&self) -> BodySpec {
        BodySpec { canonicalization: self.body_canonicalization, limit_octets: None }
    }

    fn algorithm(&self) -> Algorithm {
        match self.key.kind() {
            KeyKind::Rsa => Algorithm::RsaSha256,
            KeyKind::Ed25519 => Algorithm::Ed25519Sha256,
        }
    }
}

/// Signs a whole message, whose lines end in CRLF; gives the DKIM-Signature field with its line end, to be put on top.
///
/// # Errors
/// See [`SigningError`].
pub fn sign_message(message: &[u8], request: &SigningRequest<'_>) -> Result<Vec<u8>, SigningError> {
    let mut arrival = Arrival::new(ArrivalOptions::default());
    arrival.feed(message, |_| vec![request.body()]);
    arrival.finish(|_| vec![request.body()]);
    sign(&arrival, request)
}

/// Signs a message that has arrived, for which [`SigningRequest::body`] was chosen.
///
/// # Errors
/// See [`SigningError`].
pub fn sign(arrival: &Arrival, request: &SigningRequest<'_>) -> Result<Vec<u8>, SigningError> {
    let header = arrival.header().ok_or(SigningError::NoBodyHash)?;
    if header.overflow().is_some() {
        return Err(SigningError::HeaderTooLarge);
    }
    if arrival.has_bare_line_end() {
        return Err(SigningError::BareLineEnd);
    }
    let names = signed_names(header, &request.signed_names)?;
    check_claims(request)?;
    let body = arrival.bodies().and_then(|bodies| bodies.get(&request.body())).ok_or(SigningError::NoBodyHash)?;
    let unsigned = unsigned_field(request, &names, &body.digest);
    let digest = signed_digest(header, request, &names, &unsigned);
    let signature = request.key.sign(&digest).map_err(|_| SigningError::KeyFailed)?;
    let mut field = unsigned;
    field.breakable(&STANDARD.encode(signature));
    Ok(field.into_octets())
}

fn signed_names<'n>(header: &Header, wanted: &'n SignedNames) -> Result<Vec<&'n str>, SigningError> {
    if header.named("From").next().is_none() {
        return Err(SigningError::NoFrom);
    }
    let SignedNames::Listed(names) = wanted else { return Ok(usual_names(header)) };
    let is_field_name = |name: &String| {
        !name.is_empty() && name.bytes().all(|octet| octet.is_ascii_graphic() && !b":;".contains(&octet))
    };
    if !names.iter().all(is_field_name) {
        return Err(SigningError::NotAFieldName);
    }
    match names.iter().any(|name| name.eq_ignore_ascii_case("From")) {
        true => Ok(names.iter().map(String::as_str).collect()),
        false => Err(SigningError::FromNotListed),
    }
}

fn usual_names(header: &Header) -> Vec<&'static str> {
    let times = |name: &'static str, more: usize| std::iter::repeat_n(name, header.named(name).count() + more);
    let oversigned = OVERSIGNED.into_iter().flat_map(|name| times(name, 1));
    oversigned.chain(SIGNED.into_iter().flat_map(|name| times(name, 0))).collect()
}

fn check_claims(request: &SigningRequest<'_>) -> Result<(), SigningError> {
    if request.identity.as_ref().is_some_and(|identity| !identity.domain.is_within(&request.domain)) {
        return Err(SigningError::IdentityOutsideDomain);
    }
    match (request.signed_seconds, request.expires_seconds) {
        (Some(signed), Some(expires)) if expires <= signed => Err(SigningError::ExpiresBeforeSigned),
        _ => Ok(()),
    }
}

/// The field up to and including `b=`, which is its last tag: nothing then has to be cut out of it.
fn unsigned_field(request: &SigningRequest<'_>, names: &[&str], body_hash: &Sha256Digest) -> Folded {
    let (header_form, body_form) = (request.header_canonicalization.word(), request.body_canonicalization.word());
    let mut field = Folded::new("DKIM-Signature:");
    field.tag("v=1;");
    field.tag(&format!("a={};", request.algorithm().word()));
    field.tag(&format!("c={header_form}/{body_form};"));
    field.tag(&format!("d={};", request.domain));
    field.tag(&format!("s={};", request.selector));
    if let Some(identity) = &request.identity {
        field.tag(&format!("i={}@{};", quoted_printable(&identity.local_part), identity.domain));
    }
    if let Some(seconds) = request.signed_seconds {
        field.tag(&format!("t={seconds};"));
    }
    if let Some(seconds) = request.expires_seconds {
        field.tag(&format!("x={seconds};"));
    }
    let (last, others) = names.split_last().expect("From is among the names");
    field.tag("h=");
    others.iter().for_each(|name| field.unit(&format!("{name}:")));
    field.unit(&format!("{last};"));
    field.tag(&format!("bh={};", STANDARD.encode(body_hash.octets())));
    field.tag("b=");
    field
}

fn signed_digest(header: &Header, request: &SigningRequest<'_>, names: &[&str], unsigned: &Folded) -> Sha256Digest {
    let own_header = Header::scan(unsigned.text.clone().into_bytes(), HeaderLimits { octets: usize::MAX, fields: 1 });
    let field = own_header.fields().first().expect("the field starts with its name");
    let end = own_header.value(field).len();
    let own = OwnField { header: &own_header, field, removed: end..end, place: None };
    let names = names.iter().map(|name| name.as_bytes());
    data_digest(header, &FieldIndex::new(header), names, &own, request.header_canonicalization)
}

/// RFC 6376 §2.11; a `|` is left, as it only matters in z=.
fn quoted_printable(text: &str) -> String {
    let encode = |octet: u8| match octet {
        b'!'..=b':' | b'<' | b'>'..=b'~' => char::from(octet).to_string(),
        _ => format!("={octet:02X}"),
    };
    text.bytes().map(encode).collect()
}

/// A header field that is folded before a line gets too long (RFC 5322 §2.1.1).
struct Folded {
    text: String,
    column: usize,
}

/// Octets of a line without its CRLF (RFC 5322 §2.1.1).
const LINE_OCTETS: usize = 78;

impl Folded {
    fn new(start: &str) -> Self {
        Self { text: start.to_owned(), column: start.len() }
    }

    /// A tag behind a blank, on the next line where it does not fit.
    fn tag(&mut self, text: &str) {
        if self.column + 1 + text.len() > LINE_OCTETS {
            self.fold();
        } else {
            self.push(" ");
        }
        self.push(text);
    }

    /// A part that stays whole, on the next line where it does not fit.
    fn unit(&mut self, text: &str) {
        if self.column + text.len() > LINE_OCTETS {
            self.fold();
        }
        self.push(text);
    }

    /// Text of ASCII that may be cut anywhere.
    fn breakable(&mut self, text: &str) {
        let mut rest = text;
        while !rest.is_empty() {
            if self.column >= LINE_OCTETS {
                self.fold();
            }
            let (line, later) = rest.split_at(rest.len().min(LINE_OCTETS - self.column));
            self.push(line);
            rest = later;
        }
    }

    fn fold(&mut self) {
        self.text.push_str("\r\n ");
        self.column = 1;
    }

    fn push(&mut self, text: &str) {
        self.text.push_str(text);
        self.column += text.len();
    }

    fn into_octets(mut self) -> Vec<u8> {
        self.text.push_str("\r\n");
        self.text.into_bytes()
    }
}
