//! Claims of Vouch by Reference, written.

use pyo3::prelude::*;
use trustlane_core::vbr::{self, Claim};

use crate::errors::bad_argument;

/// The value of a VBR-Info field, folded (RFC 5518 §4.1).
#[pyfunction]
pub fn write_vbr_info(domain: String, content: String, vouchers: Vec<String>) -> PyResult<String> {
    let claim = Claim { domain, content, vouchers };
    let value = vbr::write(&claim);
    match vbr::parse(value.as_bytes()) {
        Ok(read) if read == claim => Ok(value),
        _ => Err(bad_argument("no claim of VBR", &value)),
    }
}
