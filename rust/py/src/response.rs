//! `trustlane._core.read_response`.

use pyo3::IntoPyObjectExt;
use pyo3::prelude::*;
use trustlane_core::dns::RecordType;
use trustlane_core::dns::response::{Response, read};

use crate::answer::Answer;
use crate::errors::bad_argument;

/// What a name server sent to the question in this section: (answer, seconds it is good for), or why it is none.
#[pyfunction]
pub fn read_response(py: Python<'_>, octets: &[u8], section: &[u8], record_type: &str) -> PyResult<Py<PyAny>> {
    let kind = RecordType::from_word(record_type).ok_or_else(|| bad_argument("no record type we ask", record_type))?;
    match py.detach(|| read(octets, section, kind)) {
        Response::Heard { answer, ttl_seconds } => (Answer(answer), ttl_seconds).into_py_any(py),
        Response::Other(other) => other.word().into_py_any(py),
    }
}
