//! `trustlane._core.Answer`.

use std::net::{Ipv4Addr, Ipv6Addr};

use pyo3::IntoPyObjectExt;
use pyo3::prelude::*;
use pyo3::types::PyBytes;
use trustlane_core::dns::{self, Name, Record, RecordType, Unavailable};

use crate::errors::bad_argument;

/// What DNS said to one question: found, the name does not exist, it has no such record, or no answer now.
#[pyclass(frozen, eq, module = "trustlane._core")]
#[derive(Clone, PartialEq, Eq)]
pub struct Answer(pub dns::Answer);

#[pymethods]
impl Answer {
    /// Records of one type: A, AAAA and PTR as text, MX as (preference, exchange), SRV as
    /// (priority, weight, port, target), TXT as joined octets.
    /// Records that cannot be read are left out, as a resolver would.
    #[staticmethod]
    #[pyo3(signature = (record_type, records, *, is_secure = false))]
    fn found(record_type: &str, records: Vec<Bound<'_, PyAny>>, is_secure: bool) -> PyResult<Self> {
        let kind =
            RecordType::from_word(record_type).ok_or_else(|| bad_argument("no record type we ask", record_type))?;
        let records =
            records.iter().filter_map(|record| read_record(kind, record).transpose()).collect::<PyResult<Vec<_>>>()?;
        Ok(Self(dns::Answer::Found { records: records.into(), is_secure }))
    }

    #[staticmethod]
    #[pyo3(signature = (*, is_secure = false))]
    fn nxdomain(is_secure: bool) -> Self {
        Self(dns::Answer::NxDomain { is_secure })
    }

    #[staticmethod]
    #[pyo3(signature = (*, is_secure = false))]
    fn nodata(is_secure: bool) -> Self {
        Self(dns::Answer::NoData { is_secure })
    }

    #[staticmethod]
    fn unavailable(why: &str) -> PyResult<Self> {
        let why = Unavailable::from_word(why).ok_or_else(|| bad_argument("no known cause", why))?;
        Ok(Self(dns::Answer::Unavailable(why)))
    }

    /// `found`, `nxdomain`, `nodata` or `unavailable`.
    #[getter]
    fn status(&self) -> &'static str {
        match self.0 {
            dns::Answer::Found { .. } => "found",
            dns::Answer::NxDomain { .. } => "nxdomain",
            dns::Answer::NoData { .. } => "nodata",
            dns::Answer::Unavailable(_) => "unavailable",
        }
    }

    #[getter]
    fn records(&self, py: Python<'_>) -> PyResult<Vec<Py<PyAny>>> {
        match &self.0 {
            dns::Answer::Found { records, .. } => records.iter().map(|record| write_record(py, record)).collect(),
            _ => Ok(Vec::new()),
        }
    }

    /// Why there is no answer now; `None` where there is one.
    #[getter]
    fn why(&self) -> Option<&'static str> {
        match self.0 {
            dns::Answer::Unavailable(why) => Some(why.word()),
            _ => None,
        }
    }

    /// Whether the resolver vouched for it by DNSSEC (the AD bit, RFC 4035 §3.2.3).
    #[getter]
    fn is_secure(&self) -> bool {
        match self.0 {
            dns::Answer::Found { is_secure, .. }
            | dns::Answer::NxDomain { is_secure }
            | dns::Answer::NoData { is_secure } => is_secure,
            dns::Answer::Unavailable(_) => false,
        }
    }

    /// The same answer where nothing vouches for it.
    fn unproven(&self) -> Self {
        Self(self.0.clone().unproven())
    }

    /// What its records take in memory.
    #[getter]
    fn octets(&self) -> usize {
        self.0.octets()
    }

    fn __repr__(&self) -> String {
        format!("{:?}", self.0)
    }
}

fn read_record(kind: RecordType, record: &Bound<'_, PyAny>) -> PyResult<Option<Record>> {
    Ok(match kind {
        RecordType::A => record.extract::<String>()?.parse::<Ipv4Addr>().ok().map(Record::A),
        RecordType::Aaaa => record.extract::<String>()?.parse::<Ipv6Addr>().ok().map(Record::Aaaa),
        RecordType::Ptr => Name::parse(&record.extract::<String>()?).map(Record::Ptr),
        RecordType::Txt => Some(Record::Txt(record.extract::<Vec<u8>>()?)),
        RecordType::Mx => {
            let (preference, exchange) = record.extract::<(u16, String)>()?;
            Some(Record::Mx { preference, exchange: Name::parse(&exchange) })
        }
        RecordType::Srv => {
            let (priority, weight, port, target) = record.extract::<(u16, u16, u16, String)>()?;
            Some(Record::Srv { priority, weight, port, target: Name::parse(&target) })
        }
    })
}

fn write_record(py: Python<'_>, record: &Record) -> PyResult<Py<PyAny>> {
    match record {
        Record::A(address) => address.to_string().into_py_any(py),
        Record::Aaaa(address) => address.to_string().into_py_any(py),
        Record::Ptr(name) => name.as_str().into_py_any(py),
        Record::Txt(octets) => PyBytes::new(py, octets).into_py_any(py),
        Record::Mx { preference, exchange } => {
            (*preference, exchange.as_ref().map_or(".", Name::as_str)).into_py_any(py)
        }
        Record::Srv { priority, weight, port, target } => {
            (*priority, *weight, *port, target.as_ref().map_or(".", Name::as_str)).into_py_any(py)
        }
    }
}
