//! Canonical header fields (RFC 6376 §3.4.1, §3.4.2).
