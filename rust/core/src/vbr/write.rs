//! Claims to text (RFC 5518 §4.1).

use super::Claim;

/// The value of a VBR-Info field, folded before its vouchers.
pub fn write(claim: &Claim) -> String {
    format!("md={}; mc={};\r\n mv={};", claim.domain, claim.content, claim.vouchers.join(":"))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::vbr::parse;

    proptest! {
        // proves: RFC 5518 §4.1
        #[test]
        fn what_is_written_reads_as_meant(
            domain in "[a-z]{1,9}\\.example",
            content in "all|list|transaction",
            vouchers in prop::collection::vec("[a-z]{1,9}\\.example", 1..4),
        ) {
            let claim = Claim { domain, content, vouchers };
            prop_assert_eq!(parse(write(&claim).as_bytes()).expect("it reads"), claim);
        }
    }
}
