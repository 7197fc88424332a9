//! SPF (RFC 7208).

use crate::finding::reasons;

reasons! { spf:
    NoRecord { domain: String } = "no-record" "{domain} publishes no SPF record";
}
