//! Macros in terms and explanations (RFC 7208 §7): checked when they are parsed, expanded when they are needed.

use std::net::IpAddr;

use crate::dns::Name;
use crate::spf::MAX_EXPLANATION_OCTETS;

/// Longest name in presentation form; what is longer loses labels on the left (RFC 7208 §7.3).
const MAX_NAME_OCTETS: usize = 253;

/// Text with macros whose grammar was checked (RFC 7208 §7.1, explain-string).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MacroString {
    pieces: Vec<Piece>,
}

/// A macro string that makes a name (RFC 7208 §7.1, domain-spec).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DomainSpec(MacroString);

/// What the letters stand for (RFC 7208 §7.2).
#[derive(Debug, Clone, Copy)]
pub struct Values<'a> {
    pub local_part: &'a str,
    pub sender_domain: &'a str,
    /// The domain that is evaluated now; changes with `include` and `redirect`, the sender does not.
    pub domain: &'a str,
    pub client_ip: IpAddr,
    /// `unknown` where the client has none.
    pub validated_name: &'a str,
    pub helo: &'a str,
    pub receiver: &'a str,
    pub now_seconds: u64,
}

impl DomainSpec {
    /// Reads a domain-spec; `None` where it breaks the grammar, or uses a letter meant for explanations only.
    pub fn parse(text: &str) -> Option<Self> {
        let spec = MacroString::parse(text)?;
        let is_for_terms = spec.macros().all(|part| !part.letter.is_for_explanations());
        let tail = text.get(spec.tail_at(text)..)?;
        let ends_well = match tail {
            "" => !text.is_empty(),
            tail => tail.strip_suffix('.').unwrap_or(tail).rsplit_once('.').is_some_and(|(_, top)| is_toplabel(top)),
        };
        (is_for_terms && ends_well && !text.contains(' ')).then_some(Self(spec))
    }

    pub fn uses_validated_name(&self) -> bool {
        self.0.uses(Letter::ValidatedName)
    }

    /// Whether the answer can depend on the local part, so that a pass says something of it (RFC 8601 §2.7.2).
    pub fn uses_local_part(&self) -> bool {
        self.0.uses(Letter::Sender) || self.0.uses(Letter::LocalPart)
    }

    /// The name, where no macro makes it depend on the mail; the same for every client and sender.
    pub fn fixed(&self) -> Option<Name> {
        match self.0.pieces.as_slice() {
            [Piece::Literal(text)] => Name::parse(cut_on_the_left(text)?),
            _ => None,
        }
    }

    /// The target name; `None` where the expansion is no name, or needs a local part that DNS labels cannot carry
    /// (RFC 8616 §4: such a term matches nothing).
    pub fn expand(&self, values: &Values<'_>) -> Option<Name> {
        if self.uses_local_part() && !values.local_part.is_ascii() {
            return None;
        }
        let mut from_the_right = Vec::new();
        let mut octets = 0;
        for piece in self.0.pieces.iter().rev() {
            let text = piece.expand(values);
            octets += text.len();
            from_the_right.push(text);
            if octets > MAX_NAME_OCTETS + 1 {
                break;
            }
        }
        from_the_right.reverse();
        Name::parse_expanded(cut_on_the_left(&from_the_right.concat())?)
    }
}

impl MacroString {
    /// Reads visible characters, spaces and macros; `None` where a `%` opens no macro.
    pub fn parse(text: &str) -> Option<Self> {
        let mut pieces = Vec::new();
        let mut rest = text;
        while !rest.is_empty() {
            let (piece, after) = match rest.split_at(rest.find('%').unwrap_or(rest.len())) {
                ("", _) => Piece::parse_macro(rest)?,
                (literal, after) => (Piece::literal(literal)?, after),
            };
            pieces.push(piece);
            rest = after;
        }
        Some(Self { pieces })
    }

    pub fn uses_validated_name(&self) -> bool {
        self.uses(Letter::ValidatedName)
    }

    /// The text for people; `None` where it would be longer than a reply line takes, or not US-ASCII
    /// (RFC 7208 §6.2), or could break the line.
    pub fn expand(&self, values: &Values<'_>) -> Option<String> {
        let mut text = String::new();
        for piece in &self.pieces {
            text += &piece.expand(values);
            if text.len() > MAX_EXPLANATION_OCTETS {
                return None;
            }
        }
        text.bytes().all(|octet| matches!(octet, b' '..=b'~')).then_some(text)
    }

    fn macros(&self) -> impl Iterator<Item = &Macro> {
        self.pieces.iter().filter_map(|piece| match piece {
            Piece::Macro(part) => Some(part),
            Piece::Literal(_) | Piece::Escaped(_) => None,
        })
    }

    fn uses(&self, letter: Letter) -> bool {
        self.macros().any(|part| part.letter == letter)
    }

    /// Where the literal text after the last macro begins.
    fn tail_at(&self, text: &str) -> usize {
        match self.pieces.last() {
            Some(Piece::Literal(tail)) => text.len() - tail.len(),
            _ => text.len(),
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Piece {
    Literal(String),
    /// `%%`, `%_` and `%-`.
    Escaped(&'static str),
    Macro(Macro),
}

impl Piece {
    fn literal(text: &str) -> Option<Self> {
        text.bytes().all(|octet| matches!(octet, b' '..=b'~')).then(|| Self::Literal(text.to_owned()))
    }

    fn parse_macro(text: &str) -> Option<(Self, &str)> {
        let (opening, rest) = text.split_at_checked(2)?;
        match opening {
            "%%" => Some((Self::Escaped("%"), rest)),
            "%_" => Some((Self::Escaped(" "), rest)),
            "%-" => Some((Self::Escaped("%20"), rest)),
            "%{" => {
                let (inside, rest) = rest.split_once('}')?;
                Some((Self::Macro(Macro::parse(inside)?), rest))
            }
            _ => None,
        }
    }

    fn expand(&self, values: &Values<'_>) -> String {
        match self {
            Self::Literal(text) => text.clone(),
            Self::Escaped(text) => (*text).to_owned(),
            Self::Macro(part) => part.expand(values),
        }
    }
}

/// One `%{...}`: letter, transformers, delimiters.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Macro {
    letter: Letter,
    /// Upper case letters are URL-escaped (RFC 7208 §7.3).
    is_escaped: bool,
    parts_kept: usize,
    is_reversed: bool,
    delimiters: Box<str>,
}

impl Macro {
    fn parse(inside: &str) -> Option<Self> {
        let mut letters = inside.chars();
        let first = letters.next()?;
        let after_letter = letters.as_str();
        let after_digits = after_letter.trim_start_matches(|letter: char| letter.is_ascii_digit());
        let digits = &after_letter[..after_letter.len() - after_digits.len()];
        let delimiters = after_digits.strip_prefix(['r', 'R']).unwrap_or(after_digits);
        let has_good_delimiters = delimiters.bytes().all(|octet| b".-+,/_=".contains(&octet));
        has_good_delimiters.then_some(Self {
            letter: Letter::from_letter(first.to_ascii_lowercase())?,
            is_escaped: first.is_ascii_uppercase(),
            parts_kept: parts_kept(digits)?,
            is_reversed: delimiters.len() < after_digits.len(),
            delimiters: if delimiters.is_empty() { "." } else { delimiters }.into(),
        })
    }

    fn expand(&self, values: &Values<'_>) -> String {
        let value = self.letter.value(values);
        let mut parts: Vec<&str> = value.split(|letter| self.delimiters.contains(letter)).collect();
        if self.is_reversed {
            parts.reverse();
        }
        let text = parts[parts.len().saturating_sub(self.parts_kept)..].join(".");
        if self.is_escaped { url_escaped(&text) } else { text }
    }
}

/// All parts where no number is given; none where the number is zero, which is an error (RFC 7208 §7.3).
fn parts_kept(digits: &str) -> Option<usize> {
    if digits.is_empty() {
        return Some(usize::MAX);
    }
    let number = digits.parse().unwrap_or(usize::MAX);
    (number > 0).then_some(number)
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Letter {
    Sender,
    LocalPart,
    SenderDomain,
    Domain,
    DottedIp,
    ValidatedName,
    IpVersion,
    Helo,
    ReadableIp,
    Receiver,
    Timestamp,
}

impl Letter {
    fn from_letter(letter: char) -> Option<Self> {
        Some(match letter {
            's' => Self::Sender,
            'l' => Self::LocalPart,
            'o' => Self::SenderDomain,
            'd' => Self::Domain,
            'i' => Self::DottedIp,
            'p' => Self::ValidatedName,
            'v' => Self::IpVersion,
            'h' => Self::Helo,
            'c' => Self::ReadableIp,
            'r' => Self::Receiver,
            't' => Self::Timestamp,
            _ => return None,
        })
    }

    const fn is_for_explanations(self) -> bool {
        matches!(self, Self::ReadableIp | Self::Receiver | Self::Timestamp)
    }

    fn value(self, values: &Values<'_>) -> String {
        match self {
            Self::Sender => format!("{}@{}", values.local_part, values.sender_domain),
            Self::LocalPart => values.local_part.to_owned(),
            Self::SenderDomain => values.sender_domain.to_owned(),
            Self::Domain => values.domain.to_owned(),
            Self::DottedIp => dotted(values.client_ip),
            Self::ValidatedName => values.validated_name.to_owned(),
            Self::IpVersion => if values.client_ip.is_ipv4() { "in-addr" } else { "ip6" }.to_owned(),
            Self::Helo => values.helo.to_owned(),
            Self::ReadableIp => values.client_ip.to_string(),
            Self::Receiver => values.receiver.to_owned(),
            Self::Timestamp => values.now_seconds.to_string(),
        }
    }
}

/// Dotted quad, or the 32 nibbles of an IPv6 address (RFC 7208 §7.3).
fn dotted(address: IpAddr) -> String {
    match address {
        IpAddr::V4(address) => address.to_string(),
        IpAddr::V6(address) => {
            let nibbles = address.octets().into_iter().map(|octet| format!("{:x}.{:x}", octet >> 4, octet & 15));
            nibbles.collect::<Vec<_>>().join(".")
        }
    }
}

/// Escapes all but the "unreserved" characters (RFC 3986 §2.3).
fn url_escaped(text: &str) -> String {
    let mut escaped = String::new();
    for octet in text.bytes() {
        match octet {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => escaped.push(char::from(octet)),
            _ => escaped += &format!("%{octet:02X}"),
        }
    }
    escaped
}

/// Removes labels on the left until the name fits (RFC 7208 §7.3).
fn cut_on_the_left(name: &str) -> Option<&str> {
    let name = name.strip_suffix('.').unwrap_or(name);
    if name.len() <= MAX_NAME_OCTETS {
        return Some(name);
    }
    let first_that_may_stay = name.len() - MAX_NAME_OCTETS - 1;
    let dot = name.bytes().enumerate().skip(first_that_may_stay).find(|&(_, octet)| octet == b'.');
    dot.and_then(|(at, _)| name.get(at + 1..))
}

/// The last label: letters, digits, hyphens inside, not digits alone (RFC 7208 §7.1).
fn is_toplabel(label: &str) -> bool {
    let has_good_letters = label.bytes().all(|octet| octet.is_ascii_alphanumeric() || octet == b'-');
    let is_number = label.bytes().all(|octet| octet.is_ascii_digit());
    has_good_letters && !is_number && !label.starts_with('-') && !label.ends_with('-')
}

#[cfg(test)]
mod tests {
    use super::*;

    const VALUES: Values<'static> = Values {
        local_part: "strong-bad",
        sender_domain: "email.example.com",
        domain: "email.example.com",
        client_ip: IpAddr::V4(std::net::Ipv4Addr::new(192, 0, 2, 3)),
        validated_name: "mx.example.org",
        helo: "mx.example.org",
        receiver: "relay.example.net",
        now_seconds: 1_800_000_000,
    };

    fn expanded(text: &str) -> String {
        let text = MacroString::parse(text).expect("good macros");
        text.expand(&VALUES).expect("a line of US-ASCII")
    }

    // proves: RFC 7208 §7.1, RFC 3986 §2.3
    #[test]
    fn macros_expand_as_rfc_7208_shows() {
        let table = [
            ("%{s}", "strong-bad@email.example.com"),
            ("%{o}", "email.example.com"),
            ("%{d4}", "email.example.com"),
            ("%{d3}", "email.example.com"),
            ("%{d2}", "example.com"),
            ("%{d1}", "com"),
            ("%{dr}", "com.example.email"),
            ("%{d2r}", "example.email"),
            ("%{l-}", "strong.bad"),
            ("%{lr}", "strong-bad"),
            ("%{lr-}", "bad.strong"),
            ("%{l1r-}", "strong"),
            ("%{ir}.%{v}._spf.%{d2}", "3.2.0.192.in-addr._spf.example.com"),
            ("%{ir}.%{v}.%{l1r-}.lp._spf.%{d2}", "3.2.0.192.in-addr.strong.lp._spf.example.com"),
            ("%{p}%%%_%-", "mx.example.org% %20"),
            ("%{S}", "strong-bad%40email.example.com"),
            ("%{c} %{r} %{t} %{h}", "192.0.2.3 relay.example.net 1800000000 mx.example.org"),
            ("%{d99999999999999999999999}", "email.example.com"),
        ];
        for (text, value) in table {
            assert_eq!(expanded(text), value, "{text}");
        }
    }

    #[test]
    fn an_ipv6_address_expands_to_nibbles() {
        let values = Values { client_ip: "2001:db8::cb01".parse().expect("an address"), ..VALUES };
        let spec = DomainSpec::parse("%{ir}.%{v}._spf.%{d2}").expect("a good domain-spec");
        let name = spec.expand(&values).expect("a name");
        let nibbles = "1.0.b.c.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2";
        assert_eq!(name.as_str(), format!("{nibbles}.ip6._spf.example.com"));
    }

    // proves: RFC 7208 §7.1
    #[test]
    fn what_breaks_the_grammar_is_refused() {
        for text in ["%", "%a", "%{", "%{}", "%{x}", "%{d0}", "%{d-r}", "%{dr2}", "%{d!}", "a\tb", "%{d", "\u{fc}"] {
            assert_eq!(MacroString::parse(text), None, "{text}");
        }
        for text in ["", "com", "com.", "a.1", "a.-b", "a.b-", "a..", "%{d}com", "%{c}.example.com", "a b.example"] {
            assert_eq!(DomainSpec::parse(text), None, "{text}");
        }
    }

    #[test]
    fn a_name_over_253_octets_loses_labels_on_the_left_and_no_more() {
        let spec = |labels: usize| DomainSpec::parse(&("a.".repeat(labels) + "example.com")).expect("a domain-spec");
        let fits = spec(121).expand(&VALUES).expect("a name");
        assert_eq!(fits.as_str().len(), 253);
        assert_eq!(spec(122).expand(&VALUES), Some(fits.clone()));
        assert_eq!(spec(30_000).expand(&VALUES), Some(fits));
        assert_eq!(DomainSpec::parse(&format!("{}.example.com", "a".repeat(300))).map(|spec| spec.expand(&VALUES)), {
            Some(Name::parse("example.com"))
        });
    }

    // proves: RFC 8616 §4, RFC 7208 §4.8
    #[test]
    fn a_local_part_that_is_not_ascii_makes_no_name() {
        let values = Values { local_part: "m\u{fc}ller", ..VALUES };
        let expand = |text: &str| DomainSpec::parse(text).and_then(|spec| spec.expand(&values));
        assert_eq!(expand("%{l}._spf.example.com"), None);
        assert_eq!(expand("%{o}._spf.example.com"), Name::parse("email.example.com._spf.example.com"));
    }

    #[test]
    fn an_explanation_fits_one_reply_line_or_is_not_given() {
        let explain = |length: usize| MacroString::parse(&"x".repeat(length)).and_then(|text| text.expand(&VALUES));
        assert_eq!(explain(MAX_EXPLANATION_OCTETS).map(|text| text.len()), Some(MAX_EXPLANATION_OCTETS));
        assert_eq!(explain(MAX_EXPLANATION_OCTETS + 1), None);
        let values = Values { helo: "a\r\n250 ok", ..VALUES };
        assert_eq!(MacroString::parse("you are %{h}").and_then(|text| text.expand(&values)), None);
    }
}
