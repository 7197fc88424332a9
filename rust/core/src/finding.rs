//! What one check found: a result word of RFC 8601 §2.7, a closed reason with its values, and properties.

use std::fmt;

use crate::{arc, batv, csa, dkim, dmarc, helo, iprev, senderid, spf};

/// One check's outcome. Bad mail is a finding, never an error.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    pub method: Method,
    pub result: ResultWord,
    pub reason: Reason,
    /// What Authentication-Results may carry: `ptype.property=value` (RFC 8601 §2.3), in the order they are written.
    pub properties: Vec<Property>,
    /// What later steps of the line need beyond the registered properties: key size, body coverage, alignment.
    pub facts: Vec<(&'static str, Value)>,
}

/// Method names (RFC 8601 §2.7). BATV, CSA and HELO are not registered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Method {
    Batv,
    Csa,
    Dkim,
    Dmarc,
    Helo,
    Iprev,
    Arc,
    DkimAtps,
    SenderId,
    Spf,
}

impl Method {
    pub const fn word(self) -> &'static str {
        match self {
            Self::Batv => "batv",
            Self::Csa => "csa",
            Self::Dkim => "dkim",
            Self::Dmarc => "dmarc",
            Self::Helo => "helo",
            Self::Iprev => "iprev",
            Self::Arc => "arc",
            Self::DkimAtps => "dkim-atps",
            Self::SenderId => "sender-id",
            Self::Spf => "spf",
        }
    }
}

/// Registered result names (RFC 8601 §2.7). "Cannot tell now" stays `TempError` to the end of the line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ResultWord {
    None,
    Pass,
    Fail,
    SoftFail,
    Neutral,
    Policy,
    TempError,
    PermError,
}

impl ResultWord {
    pub const fn word(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Pass => "pass",
            Self::Fail => "fail",
            Self::SoftFail => "softfail",
            Self::Neutral => "neutral",
            Self::Policy => "policy",
            Self::TempError => "temperror",
            Self::PermError => "permerror",
        }
    }
}

/// One `ptype.property=value` of RFC 8601 §2.2; the value is written quoted where it must be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Property {
    /// `smtp`, `header`, `body` or `policy`.
    pub ptype: &'static str,
    pub name: &'static str,
    pub value: String,
}

impl Property {
    pub fn new(ptype: &'static str, name: &'static str, value: impl Into<String>) -> Self {
        Self { ptype, name, value: value.into() }
    }
}

/// A value inside a reason or a fact; it crosses to Python as the type of the same name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Value {
    Text(String),
    Number(u64),
    Flag(bool),
    List(Vec<String>),
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<u64> for Value {
    fn from(number: u64) -> Self {
        Self::Number(number)
    }
}

impl From<u32> for Value {
    fn from(number: u32) -> Self {
        Self::Number(number.into())
    }
}

impl From<usize> for Value {
    fn from(number: usize) -> Self {
        Self::Number(u64::try_from(number).unwrap_or(u64::MAX))
    }
}

impl From<bool> for Value {
    fn from(flag: bool) -> Self {
        Self::Flag(flag)
    }
}

impl From<Vec<String>> for Value {
    fn from(list: Vec<String>) -> Self {
        Self::List(list)
    }
}

/// Why a check came to its result. Each protocol owns its closed list; this is their sum.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reason {
    Batv(batv::Reason),
    Csa(csa::Reason),
    Dkim(dkim::Reason),
    Dmarc(dmarc::Reason),
    Helo(helo::Reason),
    Iprev(iprev::Reason),
    Arc(arc::Reason),
    Atps(dkim::atps::Reason),
    SenderId(senderid::Reason),
    Spf(spf::Reason),
}

impl Reason {
    /// The stable code, as `dkim.body-hash-differs`.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Batv(reason) => reason.code(),
            Self::Csa(reason) => reason.code(),
            Self::Dkim(reason) => reason.code(),
            Self::Dmarc(reason) => reason.code(),
            Self::Helo(reason) => reason.code(),
            Self::Iprev(reason) => reason.code(),
            Self::Arc(reason) => reason.code(),
            Self::Atps(reason) => reason.code(),
            Self::SenderId(reason) => reason.code(),
            Self::Spf(reason) => reason.code(),
        }
    }

    pub fn values(&self) -> Vec<(&'static str, Value)> {
        match self {
            Self::Batv(reason) => reason.values(),
            Self::Csa(reason) => reason.values(),
            Self::Dkim(reason) => reason.values(),
            Self::Dmarc(reason) => reason.values(),
            Self::Helo(reason) => reason.values(),
            Self::Iprev(reason) => reason.values(),
            Self::Arc(reason) => reason.values(),
            Self::Atps(reason) => reason.values(),
            Self::SenderId(reason) => reason.values(),
            Self::Spf(reason) => reason.values(),
        }
    }

    /// Every (code, sentence) there is; the documents are held against this list.
    pub fn catalogue() -> impl Iterator<Item = &'static (&'static str, &'static str)> {
        [
            dkim::Reason::CATALOGUE,
            spf::Reason::CATALOGUE,
            senderid::Reason::CATALOGUE,
            arc::Reason::CATALOGUE,
            dmarc::Reason::CATALOGUE,
            iprev::Reason::CATALOGUE,
            dkim::atps::Reason::CATALOGUE,
            helo::Reason::CATALOGUE,
            csa::Reason::CATALOGUE,
            batv::Reason::CATALOGUE,
        ]
        .into_iter()
        .flatten()
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Batv(reason) => reason.fmt(out),
            Self::Csa(reason) => reason.fmt(out),
            Self::Dkim(reason) => reason.fmt(out),
            Self::Dmarc(reason) => reason.fmt(out),
            Self::Helo(reason) => reason.fmt(out),
            Self::Iprev(reason) => reason.fmt(out),
            Self::Arc(reason) => reason.fmt(out),
            Self::Atps(reason) => reason.fmt(out),
            Self::SenderId(reason) => reason.fmt(out),
            Self::Spf(reason) => reason.fmt(out),
        }
    }
}

/// Declares a protocol's closed list of reasons: a variant with values, its code, and its sentence.
///
/// The sentence names the values in braces. Codes are kept for ever; sentences may be bettered.
macro_rules! reasons {
    ($protocol:ident: $( $variant:ident $({ $($field:ident: $type:ty),+ })? = $code:literal $text:literal; )+) => {
        #[derive(Debug, Clone, PartialEq, Eq)]
        pub enum Reason { $( $variant $({ $($field: $type),+ })? ),+ }

        impl Reason {
            pub const CATALOGUE: &'static [(&'static str, &'static str)] =
                &[$( (concat!(stringify!($protocol), ".", $code), $text) ),+];

            pub fn code(&self) -> &'static str {
                match self { $( Self::$variant { .. } => concat!(stringify!($protocol), ".", $code) ),+ }
            }

            pub fn values(&self) -> Vec<(&'static str, $crate::finding::Value)> {
                match self {
                    $( Self::$variant $({ $($field),+ })? =>
                        vec![ $( $( (stringify!($field), $crate::finding::Value::from($field.clone())) ),+ )? ] ),+
                }
            }
        }

        impl std::fmt::Display for Reason {
            #[allow(unused_variables)]
            fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                match self { $( Self::$variant $({ $($field),+ })? => write!(out, $text) ),+ }
            }
        }
    };
}
pub(crate) use reasons;
