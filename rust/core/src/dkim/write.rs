//! Signing: a message and a key to a DKIM-Signature field (RFC 6376 §5).

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::copies;
use super::parse::Algorithm;
use super::select::{FieldIndex, OwnField, data_digest};
use crate::crypto::{Sha256Digest, SigningKey};
use crate::dns::Name;
use crate::message::{Arrival, ArrivalOptions, BodyHash, BodySpec, Canonicalization, Header, HeaderLimits, LineEnds};
use crate::octets::is_wsp;

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
    /// l=, of the whole body: text may then be added below it, and such a signature validates nothing here (§8.2).
    pub tells_body_length: bool,
    /// z=: the signed fields as they are now, for whoever looks into a failure later
    pub copies_fields: bool,
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
    /// Every present field of [`SIGNED`], one more of each in [`OVERSIGNED`], and of each present one in
    /// [`OVERSIGNED_WHERE_PRESENT`].
    #[default]
    Usual,
    /// Exactly these, as often as they are listed.
    Listed(Vec<String>),
}

/// Signed once more than they are present, so that none can be added: what readers are shown, and of what there may be
/// only one (RFC 6376 §5.4, §8.15; RFC 5322 §3.6).
pub const OVERSIGNED: [&str; 6] = ["From", "Reply-To", "To", "Cc", "Subject", "Content-Type"];

/// Signed once more than they are present, if they are: a mail server that adds a date, or a list that adds its fields, to
/// mail without any does no harm, a second one beside the signed would (RFC 6409 §8.2, RFC 8058 §4).
pub const OVERSIGNED_WHERE_PRESENT: [&str; 11] = [
    "Date",
    "Message-ID",
    "MIME-Version",
    "List-Id",
    "List-Help",
    "List-Unsubscribe",
    "List-Unsubscribe-Post",
    "List-Subscribe",
    "List-Post",
    "List-Owner",
    "List-Archive",
];

/// Signed as often as they are present: what else the list of RFC 6376 §5.4.1 has, and MIME.
pub const SIGNED: [&str; 11] = [
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
    /// The first line is the continuation of none: whatever field is put on top would take it in.
    BeginsFolded,
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
    /// Whether another message could be signed with the same request.
    pub const fn is_of_message(self) -> bool {
        matches!(self, Self::NoFrom | Self::BareLineEnd | Self::BeginsFolded | Self::HeaderTooLarge)
    }

    pub(crate) const fn text(self) -> &'static str {
        match self {
            Self::NoFrom => "the message has no From field",
            Self::FromNotListed => "the names to sign lack From",
            Self::NotAFieldName => "a name to sign is not that of a header field",
            Self::BareLineEnd => "the message has a lone CR or LF, which would not survive transport",
            Self::BeginsFolded => "the message begins with a folded line that no field stands before",
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

impl<'a> SigningRequest<'a> {
    /// Both parts in relaxed form, the usual names, and no tag that may be left out.
    pub fn new(domain: Name, selector: Name, key: &'a SigningKey) -> Self {
        Self {
            domain,
            selector,
            key,
            header_canonicalization: Canonicalization::Relaxed,
            body_canonicalization: Canonicalization::Relaxed,
            signed_names: SignedNames::Usual,
            signed_seconds: None,
            expires_seconds: None,
            identity: None,
            tells_body_length: false,
            copies_fields: false,
        }
    }

    /// The body hash that this signature needs; to be chosen when the header is complete.
    pub fn body(&self) -> BodySpec {
        BodySpec { canonicalization: self.body_canonicalization, limit_octets: None }
    }

    fn algorithm(&self) -> Algorithm {
        Algorithm::of(self.key.kind())
    }
}

/// Signs a whole message, whose lines end in CRLF; gives the DKIM-Signature field with its line end, to be put on top.
///
/// # Errors
/// See [`SigningError`].
pub fn sign_message(message: &[u8], request: &SigningRequest<'_>) -> Result<Vec<u8>, SigningError> {
    sign_message_often(message, LineEnds::AsIs, std::slice::from_ref(request))
}

/// Signs a whole message once for each request; gives the fields one below the other, none of which signs another one. The
/// message is read once, and hashed once for each form of its body.
///
/// # Errors
/// See [`SigningError`].
pub fn sign_message_often(
    message: &[u8],
    line_ends: LineEnds,
    requests: &[SigningRequest<'_>],
) -> Result<Vec<u8>, SigningError> {
    let bodies = || -> Vec<BodySpec> {
        let forms = [Canonicalization::Simple, Canonicalization::Relaxed].into_iter();
        let wanted = forms.filter(|&form| requests.iter().any(|request| request.body_canonicalization == form));
        wanted.map(|canonicalization| BodySpec { canonicalization, limit_octets: None }).collect()
    };
    let mut arrival = Arrival::new(ArrivalOptions { line_ends, ..ArrivalOptions::default() });
    arrival.feed(message, |_| bodies());
    arrival.finish(|_| bodies());
    let fields: Result<Vec<_>, _> = requests.iter().map(|request| sign(&arrival, request)).collect();
    fields.map(|fields| fields.concat())
}

/// Signs a message that has arrived, for which [`SigningRequest::body`] was chosen.
///
/// # Errors
/// See [`SigningError`].
pub fn sign(arrival: &Arrival, request: &SigningRequest<'_>) -> Result<Vec<u8>, SigningError> {
    let header = signable(arrival)?;
    let names = signed_names(header, &request.signed_names)?;
    check_claims(request)?;
    let body = arrival.bodies().and_then(|bodies| bodies.get(&request.body())).ok_or(SigningError::NoBodyHash)?;
    let unsigned = unsigned_field(request, header, &names, body);
    let digest = digest_under(header, &names, &unsigned, request.header_canonicalization);
    let signature = request.key.sign(&digest).map_err(|_| SigningError::KeyFailed)?;
    let mut field = unsigned;
    field.breakable(&STANDARD.encode(signature));
    Ok(field.into_octets())
}

/// The header, where the message may be signed at all (RFC 6376 §5.3).
pub(crate) fn signable(arrival: &Arrival) -> Result<&Header, SigningError> {
    let header = arrival.header().ok_or(SigningError::NoBodyHash)?;
    match () {
        () if header.overflow().is_some() => Err(SigningError::HeaderTooLarge),
        () if arrival.has_bare_line_end() => Err(SigningError::BareLineEnd),
        () if header.octets().first().is_some_and(|&octet| is_wsp(octet)) => Err(SigningError::BeginsFolded),
        () => Ok(header),
    }
}

pub(crate) fn signed_names<'n>(header: &Header, wanted: &'n SignedNames) -> Result<Vec<&'n str>, SigningError> {
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
    let present = |name: &'static str| header.named(name).count();
    let oversigned = OVERSIGNED.into_iter().map(|name| (name, present(name) + 1));
    let where_present = OVERSIGNED_WHERE_PRESENT.into_iter().map(|name| match present(name) {
        0 => (name, 0),
        count => (name, count + 1),
    });
    let signed = SIGNED.into_iter().map(|name| (name, present(name)));
    let counted = oversigned.chain(where_present).chain(signed);
    counted.flat_map(|(name, count)| std::iter::repeat_n(name, count)).collect()
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
fn unsigned_field(request: &SigningRequest<'_>, header: &Header, names: &[&str], body: &BodyHash) -> Folded {
    let (header_form, body_form) = (request.header_canonicalization.word(), request.body_canonicalization.word());
    let mut field = Folded::new("DKIM-Signature:");
    field.tag("v=1;");
    field.tag(&format!("a={};", request.algorithm().word()));
    field.tag(&format!("c={header_form}/{body_form};"));
    field.tag(&format!("d={};", request.domain));
    field.tag(&format!("s={};", request.selector));
    if let Some(identity) = &request.identity {
        field.tag(&format!("i={}@{};", copies::quoted_printable(identity.local_part.as_bytes()), identity.domain));
    }
    if let Some(seconds) = request.signed_seconds {
        field.tag(&format!("t={seconds};"));
    }
    if let Some(seconds) = request.expires_seconds {
        field.tag(&format!("x={seconds};"));
    }
    if request.tells_body_length {
        field.tag(&format!("l={};", body.canonical_octets));
    }
    field.names(names);
    if request.copies_fields {
        copies::write(header, names, &mut field);
    }
    field.tag(&format!("bh={};", STANDARD.encode(body.digest.octets())));
    field.tag("b=");
    field
}

/// The digest that a field signs which stands above this header and ends in an empty `b=`.
pub(crate) fn digest_under(
    header: &Header,
    names: &[&str],
    unsigned: &Folded,
    canonicalization: Canonicalization,
) -> Sha256Digest {
    let own_header = Header::scan(unsigned.text.clone().into_bytes(), HeaderLimits { octets: usize::MAX, fields: 1 });
    let field = own_header.fields().first().expect("the field starts with its name");
    let end = own_header.value(field).len();
    let own = OwnField { header: &own_header, field, removed: end..end, place: None };
    let names = names.iter().map(|name| name.as_bytes());
    data_digest(header, &FieldIndex::new(header), names, &own, canonicalization)
}

/// A header field that is folded before a line gets too long (RFC 5322 §2.1.1).
pub(crate) struct Folded {
    text: String,
    column: usize,
}

/// Octets of a line without its CRLF (RFC 5322 §2.1.1).
const LINE_OCTETS: usize = 78;

impl Folded {
    pub(crate) fn new(start: &str) -> Self {
        Self { text: start.to_owned(), column: start.len() }
    }

    /// A tag behind a blank, on the next line where it does not fit.
    pub(crate) fn tag(&mut self, text: &str) {
        if self.column + 1 + text.len() > LINE_OCTETS {
            self.fold();
        } else {
            self.push(" ");
        }
        self.push(text);
    }

    /// A part that stays whole, on the next line where it does not fit.
    pub(crate) fn unit(&mut self, text: &str) {
        if self.column + text.len() > LINE_OCTETS {
            self.fold();
        }
        self.push(text);
    }

    /// h=, From among the names.
    pub(crate) fn names(&mut self, names: &[&str]) {
        self.tag("h=");
        for (number, name) in names.iter().enumerate() {
            let separator = if number + 1 < names.len() { ':' } else { ';' };
            self.unit(&format!("{name}{separator}"));
        }
    }

    /// Text of ASCII that may be cut anywhere.
    pub(crate) fn breakable(&mut self, text: &str) {
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

    pub(crate) fn text(&self) -> &str {
        &self.text
    }

    fn fold(&mut self) {
        self.text.push_str("\r\n ");
        self.column = 1;
    }

    fn push(&mut self, text: &str) {
        self.text.push_str(text);
        self.column += text.len();
    }

    pub(crate) fn into_octets(mut self) -> Vec<u8> {
        self.text.push_str("\r\n");
        self.text.into_bytes()
    }
}
