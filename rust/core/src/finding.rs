//! What one check found: a result word of RFC 8601 §2.7, a closed reason with its values, and properties.

use std::fmt;

use crate::{arc, dkim, dmarc, iprev, spf};

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

/// Registered method names (RFC 8601 §2.7).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Method {
    Dkim,
    Spf,
    Dmarc,
    Iprev,
    Arc,
    DkimAtps,
}

impl Method {
    pub const fn word(self) -> &'static str {
        match self {
            Self::Dkim => "dkim",
            Self::Spf => "spf",
            Self::Dmarc => "dmarc",
            Self::Iprev => "iprev",
            Self::Arc => "arc",
            Self::DkimAtps => "dkim-atps",
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
    Dkim(dkim::Reason),
    Spf(spf::Reason),
    Dmarc(dmarc::Reason),
    Iprev(iprev::Reason),
    Arc(arc::Reason),
    Atps(dkim::atps::Reason),
}

impl Reason {
    /// The stable code, as `dkim.body-hash-differs`.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Dkim(reason) => reason.code(),
            Self::Spf(reason) => reason.code(),
            Self::Dmarc(reason) => reason.code(),
            Self::Iprev(reason) => reason.code(),
            Self::Arc(reason) => reason.code(),
            Self::Atps(reason) => reason.code(),
        }
    }

    pub fn values(&self) -> Vec<(&'static str, Value)> {
        match self {
            Self::Dkim(reason) => reason.values(),
            Self::Spf(reason) => reason.values(),
            Self::Dmarc(reason) => reason.values(),
            Self::Iprev(reason) => reason.values(),
            Self::Arc(reason) => reason.values(),
            Self::Atps(reason) => reason.values(),
        }
    }

    /// Every (code, sentence) there is; the documents are held against this list.
    pub fn catalogue() -> impl Iterator<Item = &'static (&'static str, &'static str)> {
        [
            dkim::Reason::CATALOGUE,
            spf::Reason::CATALOGUE,
            dmarc::Reason::CATALOGUE,
            iprev::Reason::CATALOGUE,
            arc::Reason::CATALOGUE,
            dkim::atps::Reason::CATALOGUE,
        ]
        .into_iter()
        .flatten()
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Dkim(reason) => reason.fmt(out),
            Self::Spf(reason) => reason.fmt(out),
            Self::Dmarc(reason) => reason.fmt(out),
            Self::Iprev(reason) => reason.fmt(out),
            Self::Arc(reason) => reason.fmt(out),
            Self::Atps(reason) => reason.fmt(out),
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
