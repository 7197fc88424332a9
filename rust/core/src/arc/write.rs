//! Sealing: a message, what was found about it, and a key to a new set (RFC 8617 §5.1).

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::parse::{self, ChainStatus, Part};
use super::seal::ChainHasher;
use crate::authres::{self, ResultLine};
use crate::crypto::{Sha256Digest, SigningKey};
use crate::dkim::parse::Algorithm;
use crate::dkim::write::{Folded, digest_under, signable, signed_names};
use crate::dkim::{SignedNames, SigningError};
use crate::dns::Name;
use crate::message::{Arrival, ArrivalOptions, BodyHash, BodySpec, Canonicalization, Header, HeaderLimits, LineEnds};

/// What to seal with, and what to say.
#[derive(Debug)]
pub struct SealRequest<'a> {
    /// d= of both signatures
    pub domain: Name,
    /// s= of both signatures
    pub selector: Name,
    pub key: &'a SigningKey,
    /// Our name in ARC-Authentication-Results.
    pub authserv_id: &'a str,
    /// All that was found when the message arrived (RFC 8617 §4.1.1).
    pub results: &'a [ResultLine],
    /// What became of its chain when the message arrived, before it was changed here.
    pub status: ChainStatus,
    /// h= of the message signature; the fields DKIM-Signature that are present come with the usual ones.
    pub signed_names: SignedNames,
    /// t= of both signatures
    pub sealed_seconds: Option<u64>,
}

/// A new set, each field with its line end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sealed {
    pub instance: u32,
    pub results: Vec<u8>,
    pub message_signature: Vec<u8>,
    pub seal: Vec<u8>,
}

impl Sealed {
    /// The three fields as they stand on top of the message, the seal uppermost.
    pub fn octets(&self) -> Vec<u8> {
        [&self.seal[..], &self.message_signature, &self.results].concat()
    }
}

/// Why a message was not sealed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SealingError {
    /// It cannot be signed either.
    Unsignable(SigningError),
    /// The newest seal says cv=fail; nothing may be added to such a chain (RFC 8617 §5.1 step 2).
    BrokenBefore,
    /// There are [`parse::MAX_INSTANCES`] sets.
    Full,
    /// `none` for a message with a chain, or `pass` for one without a chain that could pass.
    StatusContradicts,
    /// The names to sign have one that RFC 8617 §4.1.2 forbids.
    SignsTrace,
}

impl SealingError {
    /// Whether another message could be sealed with the same request.
    pub const fn is_of_message(self) -> bool {
        match self {
            Self::Unsignable(error) => error.is_of_message(),
            Self::BrokenBefore | Self::Full => true,
            Self::StatusContradicts | Self::SignsTrace => false,
        }
    }

    const fn text(self) -> &'static str {
        match self {
            Self::Unsignable(error) => error.text(),
            Self::BrokenBefore => "the newest seal says that the chain is broken; nothing may be added to it",
            Self::Full => "the chain has 50 sets, and may have no more",
            Self::StatusContradicts => "the state of the chain is not one that this message can have",
            Self::SignsTrace => "a message signature must not sign fields of ARC or Authentication-Results",
        }
    }
}

impl std::fmt::Display for SealingError {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str(self.text())
    }
}

impl std::error::Error for SealingError {}

impl From<SigningError> for SealingError {
    fn from(error: SigningError) -> Self {
        Self::Unsignable(error)
    }
}

impl<'a> SealRequest<'a> {
    /// The body hash that a message signature made here needs; to be chosen when the header is complete.
    pub const BODY: BodySpec = BodySpec { canonicalization: Canonicalization::Relaxed, limit_octets: None };

    /// Without results, for a message without a chain.
    pub fn new(domain: Name, selector: Name, key: &'a SigningKey, authserv_id: &'a str) -> Self {
        Self {
            domain,
            selector,
            key,
            authserv_id,
            results: &[],
            status: ChainStatus::None,
            signed_names: SignedNames::Usual,
            sealed_seconds: None,
        }
    }
}

/// Seals a whole message.
///
/// # Errors
/// See [`SealingError`].
pub fn seal_message(message: &[u8], line_ends: LineEnds, request: &SealRequest<'_>) -> Result<Sealed, SealingError> {
    let mut arrival = Arrival::new(ArrivalOptions { line_ends, ..ArrivalOptions::default() });
    arrival.feed(message, |_| vec![SealRequest::BODY]);
    arrival.finish(|_| vec![SealRequest::BODY]);
    seal(&arrival, request)
}

/// Seals a message that has arrived, for which [`SealRequest::BODY`] was chosen. Nothing in it may be changed later, and
/// DKIM signatures of ours stand in it already (RFC 8617 §5.1 step 1).
///
/// # Errors
/// See [`SealingError`].
pub fn seal(arrival: &Arrival, request: &SealRequest<'_>) -> Result<Sealed, SealingError> {
    let header = signable(arrival)?;
    let names = message_names(header, &request.signed_names)?;
    let instance = instance(header, request.status)?;
    let body = arrival.bodies().and_then(|bodies| bodies.get(&SealRequest::BODY)).ok_or(SigningError::NoBodyHash)?;
    let results = authres::write_instance(instance, request.authserv_id, request.results);
    let unsigned = unsigned_message_signature(request, instance, &names, body);
    let digest = digest_under(header, &names, &unsigned, Canonicalization::Relaxed);
    let message_signature = signed(unsigned, request.key, &digest)?;
    let unsigned = unsigned_seal(request, instance);
    let digest = seal_digest(header, request.status, &results, &message_signature, &unsigned);
    let seal = signed(unsigned, request.key, &digest)?;
    Ok(Sealed { instance, results, message_signature, seal })
}

/// The usual names, and every DKIM-Signature (RFC 8617 §4.1.2).
fn message_names<'n>(header: &Header, wanted: &'n SignedNames) -> Result<Vec<&'n str>, SealingError> {
    let mut names = signed_names(header, wanted)?;
    let is_trace =
        |name: &&str| Part::of(name.as_bytes()).is_some() || name.eq_ignore_ascii_case("Authentication-Results");
    if names.iter().any(is_trace) {
        return Err(SealingError::SignsTrace);
    }
    if *wanted == SignedNames::Usual {
        names.extend(header.named(crate::dkim::FIELD_NAME).map(|_| crate::dkim::FIELD_NAME));
    }
    Ok(names)
}

/// The instance of the new set, for a chain in this state (RFC 8617 §5.1 steps 2 and 3).
fn instance(header: &Header, status: ChainStatus) -> Result<u32, SealingError> {
    let is_possible = match (parse::chain(header), status) {
        (Err(super::Reason::BrokenBefore { .. }), _) => return Err(SealingError::BrokenBefore),
        (Err(super::Reason::NoChain), ChainStatus::None) | (Ok(_), ChainStatus::Pass) => true,
        (Err(super::Reason::NoChain), _) => false,
        (_, status) => status == ChainStatus::Fail,
    };
    match is_possible {
        true => parse::next_instance(header).ok_or(SealingError::Full),
        false => Err(SealingError::StatusContradicts),
    }
}

fn unsigned_message_signature(request: &SealRequest<'_>, instance: u32, names: &[&str], body: &BodyHash) -> Folded {
    let mut field = start(Part::MessageSignature, request, instance);
    field.tag("c=relaxed/relaxed;");
    field.names(names);
    field.tag(&format!("bh={};", STANDARD.encode(body.digest.octets())));
    field.tag("b=");
    field
}

fn unsigned_seal(request: &SealRequest<'_>, instance: u32) -> Folded {
    let mut field = start(Part::Seal, request, instance);
    field.tag(&format!("cv={};", request.status.word()));
    field.tag("b=");
    field
}

/// The tags that both signatures have.
fn start(part: Part, request: &SealRequest<'_>, instance: u32) -> Folded {
    let mut field = Folded::new(&format!("{}:", part.field_name()));
    field.tag(&format!("i={instance};"));
    field.tag(&format!("a={};", Algorithm::of(request.key.kind()).word()));
    field.tag(&format!("d={};", request.domain));
    field.tag(&format!("s={};", request.selector));
    if let Some(seconds) = request.sealed_seconds {
        field.tag(&format!("t={seconds};"));
    }
    field
}

fn signed(mut unsigned: Folded, key: &SigningKey, digest: &Sha256Digest) -> Result<Vec<u8>, SealingError> {
    let signature = key.sign(digest).map_err(|_| SigningError::KeyFailed)?;
    unsigned.breakable(&STANDARD.encode(signature));
    Ok(unsigned.into_octets())
}

/// All sets and the new one; the new one alone where the chain is broken (RFC 8617 §5.1.1, §5.1.2).
fn seal_digest(
    header: &Header,
    status: ChainStatus,
    results: &[u8],
    message_signature: &[u8],
    unsigned: &Folded,
) -> Sha256Digest {
    let mut hasher = ChainHasher::new();
    let sets = if status == ChainStatus::Pass { parse::chain(header).unwrap_or_default() } else { Vec::new() };
    for place in sets.iter().flat_map(|set| set.places) {
        hasher.take(header, &header.fields()[place]);
    }
    let own = [results, message_signature, unsigned.text().as_bytes()].concat();
    let own = Header::scan(own, HeaderLimits { octets: usize::MAX, fields: 3 });
    let [results, message_signature, seal] = own.fields() else { unreachable!("a set has three fields") };
    hasher.take(&own, results);
    hasher.take(&own, message_signature);
    let end = own.value(seal).len();
    hasher.digest(&own, seal, end..end)
}
