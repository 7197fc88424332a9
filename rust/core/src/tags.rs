//! Tag lists `name=value; ...` (RFC 6376 §3.2), shared by DKIM signatures, key records and DMARC records.
