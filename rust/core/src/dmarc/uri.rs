//! Where reports should go (RFC 9989 §4.6).

use crate::dns::Name;

/// Addresses of one `rua` or `ruf` that are looked at. Two must be (RFC 9989 §4.6); domains that publish more than a few
/// are not known.
pub const MAX_REPORT_URIS: usize = 10;

/// The entries that are URIs, in their order: a scheme, a colon, and something (RFC 3986 §3). The size that RFC 7489 §6.3
/// allowed behind an exclamation mark is taken away.
pub fn report_uris(value: &[u8]) -> Vec<String> {
    let uris = value.split(|&octet| octet == b',').map(<[u8]>::trim_ascii).filter(|uri| is_uri(uri));
    uris.take(MAX_REPORT_URIS).map(without_size).collect()
}

/// The host of a `mailto:` URI, behind the last `@` of its address; `None` for another scheme, since reports go by mail
/// alone (RFC 9990 §3.5.2).
pub fn mail_host(uri: &str) -> Option<Name> {
    let (scheme, rest) = uri.split_once(':')?;
    let address = rest.split('?').next()?;
    let (local_part, host) = address.rsplit_once('@')?;
    let is_mail = scheme.eq_ignore_ascii_case("mailto") && !local_part.is_empty();
    Name::parse(host).filter(|_| is_mail)
}

fn is_uri(uri: &[u8]) -> bool {
    let Some(colon) = uri.iter().position(|&octet| octet == b':') else { return false };
    let (scheme, rest) = (&uri[..colon], &uri[colon + 1..]);
    let is_in_scheme = |octet: &u8| octet.is_ascii_alphanumeric() || b"+-.".contains(octet);
    scheme.first().is_some_and(u8::is_ascii_alphabetic)
        && scheme.iter().all(is_in_scheme)
        && !rest.is_empty()
        && rest.iter().all(u8::is_ascii_graphic)
}

fn without_size(uri: &[u8]) -> String {
    let text = String::from_utf8_lossy(uri);
    let Some((before, size)) = text.rsplit_once('!') else { return text.into_owned() };
    let digits = size.trim_end_matches(['k', 'K', 'm', 'M', 'g', 'G', 't', 'T']);
    let is_size =
        size.len() - digits.len() <= 1 && !digits.is_empty() && digits.bytes().all(|octet| octet.is_ascii_digit());
    if is_size { before.to_owned() } else { text.into_owned() }
}
