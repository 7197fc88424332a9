//! The only file that makes a Python exception.

use pyo3::exceptions::{PyRuntimeError, PyValueError};
use pyo3::{PyErr, create_exception};
use trustlane_core::arc::SealingError;
use trustlane_core::dkim::SigningError;

create_exception!(trustlane._core, UnsignableMessage, PyValueError, "A message that must not be signed.");

/// An argument that no caller may pass, with what was found in its place.
pub fn bad_argument(what: &str, found: &str) -> PyErr {
    PyValueError::new_err(format!("{what}: {found:?}"))
}

/// Findings were asked for while octets or answers are missing.
pub fn not_finished() -> PyErr {
    PyRuntimeError::new_err(
        "findings are not there yet: finish() the message, and learn() the answer to every question",
    )
}

/// A key that cannot sign.
pub fn bad_key(why: &str) -> PyErr {
    PyValueError::new_err(why.to_owned())
}

/// A request that no signature can be made of.
pub fn cannot_sign(why: SigningError) -> PyErr {
    match why.is_of_message() {
        true => UnsignableMessage::new_err(why.to_string()),
        false => PyValueError::new_err(why.to_string()),
    }
}

/// A request that no set can be made of.
pub fn cannot_seal(why: SealingError) -> PyErr {
    match why.is_of_message() {
        true => UnsignableMessage::new_err(why.to_string()),
        false => PyValueError::new_err(why.to_string()),
    }
}

/// The library could not make a key: the system gave no randomness or no memory.
pub fn no_new_key() -> PyErr {
    PyRuntimeError::new_err("no key could be made: the system gave no randomness")
}
