//! The methods that IANA lists, and the properties that each may tell of (RFC 8601 §2.7, §6.2).

/// Every method with its `ptype.property` names: "Email Authentication Methods", with what later standards added. The
/// property of `sender-id` is the name of any field that may hold the purported responsible address.
pub const METHODS: [(&str, &[&str]); 14] = [
    ("arc", &["smtp.remote-ip", "header.oldest-pass"]), // RFC 8617 §10.2
    ("auth", &["smtp.auth"]),
    ("dkim", &["header.a", "header.b", "header.d", "header.i", "header.s"]),
    ("dkim-adsp", &["header.from"]),
    ("dkim-atps", &["header.from"]),
    ("dmarc", &["header.from"]),
    ("dnswl", &["dns.zone", "policy.ip", "policy.txt", "dns.sec"]), // RFC 8904 §2
    ("domainkeys", &["header.d", "header.from", "header.sender"]),
    ("iprev", &["policy.iprev"]),
    ("rrvs", &["smtp.rcptto"]), // RFC 7293 §11
    ("sender-id", &["header.resent-sender", "header.resent-from", "header.sender", "header.from", "smtp.mailfrom"]),
    ("smime", &["body.smime-part", "body.smime-identifer", "body.smime-serial", "body.smime-issuer"]),
    ("spf", &["smtp.mailfrom", "smtp.helo"]),
    ("vbr", &["header.md", "header.mv"]), // RFC 6212 §4
];

/// Whether a field may tell of this method to strangers. Others are for those who agreed to them (RFC 8601 §2.7.6), so we
/// never write them.
pub fn is_registered(method: &str) -> bool {
    METHODS.iter().any(|(known, _)| *known == method)
}
