//! `trustlane._core.Question`.

use std::hash::{BuildHasher, RandomState};
use std::sync::LazyLock;

use pyo3::prelude::*;
use trustlane_core::dns::{self, Name, RecordType};

use crate::errors::bad_argument;

/// Strangers choose the names that are kept in tables; where they lie there, they must not choose.
static HASHES: LazyLock<RandomState> = LazyLock::new(RandomState::new);

/// One question to DNS: a name of lower case A-labels and a record type.
#[pyclass(frozen, eq, module = "trustlane._core")]
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Question(pub dns::Question);

#[pymethods]
impl Question {
    #[new]
    fn new(name: &str, record_type: &str) -> PyResult<Self> {
        let kind =
            RecordType::from_word(record_type).ok_or_else(|| bad_argument("no record type we ask", record_type))?;
        let name = Name::parse(name).ok_or_else(|| bad_argument("no domain name", name))?;
        Ok(Self(dns::Question::new(name, kind)))
    }

    #[getter]
    fn name(&self) -> &str {
        self.0.name.as_str()
    }

    #[getter]
    fn record_type(&self) -> &'static str {
        self.0.record_type.word()
    }

    fn __hash__(&self) -> u64 {
        HASHES.hash_one(&self.0)
    }

    fn __repr__(&self) -> String {
        format!("Question({:?}, {:?})", self.name(), self.record_type())
    }
}
