//! An address as a client without a name must write it (RFC 5321 §4.1.3, §4.1.4).

use std::net::IpAddr;

/// `[192.0.2.1]` or `[IPv6:2001:db8::1]`.
pub fn literal(address: IpAddr) -> String {
    match address {
        IpAddr::V4(address) => format!("[{address}]"),
        IpAddr::V6(address) => format!("[IPv6:{address}]"),
    }
}
