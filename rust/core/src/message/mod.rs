//! A message as octets: the header block, its fields, the body's canonical hashes, made while octets arrive.

pub mod arrival;
pub mod body;
pub mod canonical;
pub mod header;

pub use arrival::{Arrival, LineEnds};
pub use header::{Field, Header};
