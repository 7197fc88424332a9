//! A message as octets: the header block, its fields, the body's canonical hashes, made while octets arrive.
//!
//! Takes octets in any chunks, gives a [`Header`] as soon as it is complete and body hashes at the end. It never holds the
//! body, and knows nothing of signatures or DNS.

pub mod arrival;
mod block;
pub mod body;
pub mod canonical;
pub mod header;
pub mod line_ends;
mod scan;
pub(crate) mod staged;

pub use arrival::{Arrival, ArrivalOptions};
pub use body::{BodyHash, BodyHasher, BodyHashes, BodySpec};
pub use canonical::{Canonicalization, Sink};
pub use header::{Field, Header, HeaderLimits, Overflow};
pub use line_ends::LineEnds;
