//! A report as a service publishes it (draft-ietf-marid-csv-dna §6).

use crate::dna::Recommendation;

/// The text of the TXT record at `name.service`.
pub fn write(recommendation: Recommendation) -> String {
    format!("MARID,1,{}", recommendation.letter())
}
