//! DNA: who recommends the owner of a name, and how warmly? (draft-ietf-marid-csv-dna)
//!
//! Takes a name, the services that the site believes, and the answers so far; gives reports, or the questions it still has.
//! It says nothing of whether the client may use the name; that is CSA's part. What a report is worth is for whoever asked.

mod evaluate;
mod parse;
#[cfg(test)]
mod tests;
mod write;

pub use evaluate::{Accreditation, Trouble, evaluate};
pub use parse::{Recommendation, parse, service_of};
pub use write::write;

/// Services of one name that are asked, those that it names itself and those that the site trusts together.
pub const MAX_SERVICES: usize = 10;
