//! Canonical body hashes, fed by chunks (RFC 6376 §3.4.3, §3.4.4).
