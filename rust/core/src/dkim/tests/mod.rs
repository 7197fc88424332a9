//! Signatures from octets to findings: the published examples, every reason, what goes wrong in the field, properties.

mod field_notes;
pub mod fixture;
mod limits;
mod properties;
mod reasons;
mod signing;
mod vectors;
