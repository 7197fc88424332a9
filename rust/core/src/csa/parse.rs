//! The fields of an SRV record become an assertion (draft-ietf-marid-csv-csa §5).

use crate::dns::{Name, Service};

/// The revision that the draft defines; it stands where other SRV records have a priority.
const REVISION: u16 = 1;

/// Weight: the target's addresses must not be used.
const IGNORE_TARGET: u16 = 1;
/// Weight: clients with this name are authorized.
const AUTHORIZED: u16 = 2;
/// Port: every authorized name below has a record of its own.
const EXPLICIT: u16 = 1;

/// What one record says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Assertion<'a> {
    pub authorization: Authorization,
    /// Whether all authorized names at and below this one have records of their own.
    pub is_explicit: bool,
    pub target: Option<&'a Name>,
}

/// The weight field's meanings.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Authorization {
    /// 0 and 1: no mail should come from clients with this name.
    No,
    /// 2: clients at the target's addresses may send.
    AtTarget,
    /// 3: clients with this name may send, but their right to it must be proved in another way.
    Elsewhere,
}

/// What spoils a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Malformed {
    /// Bits of the weight that must be zero are not.
    Weight(u16),
}

impl std::fmt::Display for Malformed {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self::Weight(weight) = self;
        write!(out, "a weight of {weight}, in which bits are set that mean nothing yet")
    }
}

/// Reads one record; `None` for one of another revision, which cannot be told from another use of SRV.
///
/// Unknown bits of the port are ignored, as the draft asks; unknown bits of the weight are not, since they may take the
/// authorization away.
///
/// # Errors
/// [`Malformed`] where the weight has unknown bits.
pub fn parse(service: Service<'_>) -> Option<Result<Assertion<'_>, Malformed>> {
    if service.priority != REVISION {
        return None;
    }
    let authorization = match service.weight {
        weight if weight > AUTHORIZED | IGNORE_TARGET => return Some(Err(Malformed::Weight(weight))),
        weight if weight & AUTHORIZED == 0 => Authorization::No,
        weight if weight & IGNORE_TARGET == 0 => Authorization::AtTarget,
        _ => Authorization::Elsewhere,
    };
    Some(Ok(Assertion { authorization, is_explicit: service.port & EXPLICIT != 0, target: service.target }))
}
