//! DKIM signatures (RFC 6376, 8301, 8463, 8616).

use crate::finding::reasons;

reasons! { dkim:
    Verified = "verified" "the signature verifies and covers the whole body";
}
