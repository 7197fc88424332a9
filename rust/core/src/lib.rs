//! The octets of mail, and nothing else.
//!
//! Takes raw message octets, facts about the SMTP session, the time, and answers from DNS. Gives findings, or the
//! questions it still has. It knows no Python, no socket, no clock and no randomness: the same input gives the same
//! findings every time, so any decision can be replayed on a laptop.

#![forbid(unsafe_code)]

pub mod address;
pub mod arc;
pub mod authres;
pub mod batv;
pub mod beta;
mod cfws;
pub mod crypto;
pub mod csa;
pub mod dkim;
pub mod dmarc;
pub mod dna;
pub mod dns;
pub mod examination;
pub mod finding;
pub mod helo;
pub mod inquiry;
pub mod iprev;
pub mod message;
pub mod octets;
pub mod senderid;
pub mod spf;
pub mod tags;
pub mod vbr;

#[cfg(test)]
mod zone;
