//! Results that an upstream host wrote for us to read (RFC 8601 §4.1, §5).

use crate::authres::{AuthenticationResults, Claim, claims, parse};
use crate::message::Header;

/// Fields that are read. A host writes one for a mail; more stand there only where it writes one for each method.
pub const MAX_REPORTED_FIELDS: usize = 20;

/// The fields under these identifiers that stand above the first Received field, so that nobody before the host that wrote
/// it can have written them. What cannot be read whole is left out: nothing of it should be believed.
pub fn reported(header: &Header, ids: &[&str]) -> Vec<AuthenticationResults> {
    let above = header.fields().iter().take_while(|field| !header.name(field).eq_ignore_ascii_case(b"Received"));
    let theirs = above.filter(|field| claims(header.name(field), header.value(field), ids) == Claim::Ours);
    theirs.take(MAX_REPORTED_FIELDS).filter_map(|field| parse(header.value(field)).ok()).collect()
}
