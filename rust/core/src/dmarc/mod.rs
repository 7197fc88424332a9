//! DMARC (RFC 9989).

use crate::finding::reasons;

reasons! { dmarc:
    NoRecord { domain: String } = "no-record" "neither {domain} nor a parent publishes a DMARC record";
}
