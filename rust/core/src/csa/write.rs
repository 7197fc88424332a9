//! An assertion becomes the data of an SRV record, to be published (draft-ietf-marid-csv-csa §5, §6).

use crate::csa::{Assertion, Authorization};
use crate::dns::Name;

/// `priority weight port target`, as a zone file has it. Without a target the name itself stands there, so that nobody asks
/// the root (§5, Target).
pub fn write(name: &Name, assertion: &Assertion<'_>) -> String {
    let weight = match assertion.authorization {
        Authorization::No => 1,
        Authorization::AtTarget => 2,
        Authorization::Elsewhere => 3,
    };
    format!("1 {weight} {} {}.", u16::from(assertion.is_explicit), assertion.target.unwrap_or(name))
}
