//! Authentication-Results, read and written for Python (RFC 8601).

use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use pyo3::types::PyBytes;
use trustlane_core::authres::{self, AuthenticationResults, Malformed, ReportedProperty, ResultLine};
use trustlane_core::message::{Header, HeaderLimits};

/// `(method, version, result, reason, [(ptype, name, value), ...])`.
pub type ResultParts = (String, u32, String, Option<String>, Vec<(String, String, String)>);

/// `(identifier, version, instance, results)`; the instance is that of ARC.
pub type FieldParts = (String, u32, Option<u32>, Vec<ResultParts>);

/// The value of an Authentication-Results field, or of ARC's with an instance, folded (RFC 8601 §2.2).
#[pyfunction]
#[pyo3(signature = (authserv_id, results, instance = None))]
pub fn write_results<'py>(
    py: Python<'py>,
    authserv_id: &str,
    results: Vec<ResultParts>,
    instance: Option<u32>,
) -> Bound<'py, PyBytes> {
    let lines: Vec<ResultLine> = results.into_iter().map(read_line).collect();
    let field = py.detach(|| match instance {
        Some(instance) => authres::write_instance(instance, authserv_id, &lines),
        None => authres::write(authserv_id, &lines),
    });
    let colon = field.iter().position(|&octet| octet == b':').map_or(0, |at| at + 1);
    PyBytes::new(py, field[colon..].trim_ascii())
}

/// Reads the value of such a field. Raises ValueError(what, at) where it breaks the grammar.
#[pyfunction]
#[pyo3(signature = (value, *, is_arc = false))]
pub fn parse_results(py: Python<'_>, value: &[u8], is_arc: bool) -> PyResult<FieldParts> {
    let read = py.detach(|| match is_arc {
        true => authres::parse_instance(value).map(|(instance, field)| (Some(instance), field)),
        false => authres::parse(value).map(|field| (None, field)),
    });
    let (instance, field) = read.map_err(|Malformed { what, at }| PyValueError::new_err((what, at)))?;
    Ok(parts(field, instance))
}

/// The fields under these identifiers that stand above the first Received field of a header (RFC 8601 §4.1).
#[pyfunction]
pub fn reported_results(py: Python<'_>, header: &[u8], ids: Vec<String>) -> Vec<FieldParts> {
    let ids: Vec<&str> = ids.iter().map(String::as_str).collect();
    let fields = py.detach(|| authres::reported(&Header::scan(header.to_vec(), HeaderLimits::default()), &ids));
    fields.into_iter().map(|field| parts(field, None)).collect()
}

/// The methods that IANA lists, each with the properties it may tell of (RFC 8601 §2.7).
#[pyfunction]
pub fn registered_methods() -> Vec<(&'static str, Vec<&'static str>)> {
    authres::METHODS.iter().map(|(method, properties)| (*method, properties.to_vec())).collect()
}

fn parts(field: AuthenticationResults, instance: Option<u32>) -> FieldParts {
    (field.authserv_id, field.version, instance, field.results.into_iter().map(write_line).collect())
}

pub fn write_line(line: ResultLine) -> ResultParts {
    let properties = line.properties.into_iter().map(|one| (one.ptype, one.name, one.value)).collect();
    (line.method, line.method_version, line.result, line.reason, properties)
}

pub fn read_line((method, method_version, result, reason, properties): ResultParts) -> ResultLine {
    let read = |(ptype, name, value)| ReportedProperty { ptype, name, value };
    ResultLine { method, method_version, result, reason, properties: properties.into_iter().map(read).collect() }
}
