//! Which of a name's TXT records is its policy (RFC 7208 §4.5).

use crate::spf::parse::is_record;

/// The rules by which a policy is found. SPF has its own; Sender ID replaces them (RFC 4406 §4.3, §4.4).
pub trait Selection {
    /// The records that count, of all TXT records of a name. More than one is an error of their owner.
    fn select<'t>(&self, texts: &mut dyn Iterator<Item = &'t [u8]>) -> Vec<&'t [u8]>;

    /// What it means that the name does not exist.
    fn without_name(&self) -> WithoutName;
}

/// What a name that does not exist comes to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WithoutName {
    /// It publishes nothing, as any other name without a record (RFC 7208 §4.3).
    Nothing,
    /// RFC 4406 §4.3, for the purported responsible address.
    Fail,
}

/// SPF: records that begin with `v=spf1`, and nothing else (RFC 7208 §4.5).
#[derive(Debug, Clone, Copy)]
pub struct Spf1;

impl Selection for Spf1 {
    fn select<'t>(&self, texts: &mut dyn Iterator<Item = &'t [u8]>) -> Vec<&'t [u8]> {
        texts.filter(|text| is_record(text)).collect()
    }

    fn without_name(&self) -> WithoutName {
        WithoutName::Nothing
    }
}
