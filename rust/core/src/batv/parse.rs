//! Local parts with tags: by the draft's syntax, and as they are found in the wild (draft-levine-smtp-batv §3, §4.1).

/// A local part with a tag, taken apart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TaggedLocalPart<'a> {
    pub tagged: Tagged<'a>,
    /// The original local part; quoted, where the tagged one is.
    pub core: String,
}

/// What was before, or behind, the original local part.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tagged<'a> {
    /// `prvs=KDDDSSSSSS=core`, the private signature of §4.
    Private(PrivateTag<'a>),
    /// Any other `type=value=core` of the draft's syntax (§3).
    OtherScheme { scheme: &'a str },
    /// A form outside the draft, of a few senders.
    Foreign { scheme: &'a str },
}

/// K, DDD and SSSSSS (§4.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PrivateTag<'a> {
    pub key: u8,
    /// The low three digits of the day on which the tag expires.
    pub day: u16,
    pub digits: &'a str,
    pub signature: [u8; 3],
}

/// Takes a local part apart; `None` where it bears no tag.
///
/// Forms outside the draft are told by their shape: `prvs=core=tag`, `prvs=core/tag`, `btv1==tag==core`,
/// `msprvs1=tag=core`. Where both orders fit, the draft's is taken.
pub fn parse(local_part: &str) -> Option<TaggedLocalPart<'_>> {
    let Some(inner) = within_quotes(local_part) else {
        let (tagged, core) = parse_plain(local_part)?;
        return Some(TaggedLocalPart { tagged, core: core.to_owned() });
    };
    let (tagged, core) = parse_plain(inner)?;
    Some(TaggedLocalPart { tagged, core: format!("\"{core}\"") })
}

/// The address below any tag, for keys of history and never for delivery: a path is passed on as it came
/// (draft-levine-smtp-batv §5).
pub fn untagged(path: &str) -> String {
    let Some((local_part, domain)) = path.rsplit_once('@') else { return path.to_owned() };
    match parse(local_part) {
        Some(TaggedLocalPart { core, .. }) => format!("{core}@{domain}"),
        None => path.to_owned(),
    }
}

/// What a quoted local part has between its quotes.
pub(super) fn within_quotes(local_part: &str) -> Option<&str> {
    local_part.strip_prefix('"')?.strip_suffix('"')
}

fn parse_plain(text: &str) -> Option<(Tagged<'_>, &str)> {
    let (scheme, rest) = text.split_once('=')?;
    if scheme.eq_ignore_ascii_case("btv1") {
        let (tag, core) = rest.strip_prefix('=')?.split_once("==")?;
        return (is_value(tag) && !core.is_empty()).then_some((Tagged::Foreign { scheme }, core));
    }
    let is_prvs = scheme.eq_ignore_ascii_case("prvs");
    if let Some((value, core)) = rest.split_once('=').filter(|(value, core)| is_value(value) && !core.is_empty()) {
        match private(value) {
            Some(tag) if is_prvs => return Some((Tagged::Private(tag), core)),
            _ if is_prvs && looks_like_tag(core) && !looks_like_tag(value) => {
                return Some((Tagged::Foreign { scheme }, value));
            }
            _ if is_value(scheme) => return Some((Tagged::OtherScheme { scheme }, core)),
            _ => return None,
        }
    }
    if !is_prvs {
        return None;
    }
    let (core, _) = rest.rsplit_once(['/', '=']).filter(|(core, tag)| !core.is_empty() && looks_like_tag(tag))?;
    Some((Tagged::Foreign { scheme }, core))
}

/// `1*( DIGIT / ALPHA / "-" )`.
fn is_value(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|octet| octet.is_ascii_alphanumeric() || octet == b'-')
}

/// Ten hexadecimal digits: as many as K, DDD and SSSSSS have, where other senders begin with a letter.
fn looks_like_tag(text: &str) -> bool {
    text.len() == 10 && text.bytes().all(|octet| octet.is_ascii_hexdigit())
}

fn private(value: &str) -> Option<PrivateTag<'_>> {
    if !looks_like_tag(value) {
        return None;
    }
    let (digits, hexadecimal) = value.split_at(4);
    let key = digits[..1].parse().ok()?;
    let day = digits[1..].parse().ok()?;
    let number = u32::from_str_radix(hexadecimal, 16).ok()?;
    let [_, a, b, c] = number.to_be_bytes();
    Some(PrivateTag { key, day, digits, signature: [a, b, c] })
}
