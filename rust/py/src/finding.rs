//! Findings cross as tuples; `trustlane.identities.Finding` gives them their names.

use std::borrow::Cow;

use pyo3::IntoPyObjectExt;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyString, PyTuple};
use trustlane_core::finding::{Finding, Value};

/// `(method, result, reason, text, values, properties, facts)`.
pub fn write_finding<'py>(py: Python<'py>, finding: &Finding) -> PyResult<Bound<'py, PyTuple>> {
    let properties = PyDict::new(py);
    for property in &finding.properties {
        properties.set_item(PyString::intern(py, &dotted(property.ptype, property.name)), &property.value)?;
    }
    PyTuple::new(
        py,
        [
            PyString::intern(py, finding.method.word()).into_any(),
            PyString::intern(py, finding.result.word()).into_any(),
            PyString::intern(py, finding.reason.code()).into_any(),
            finding.reason.to_string().into_bound_py_any(py)?,
            write_values(py, &finding.reason.values())?.into_any(),
            properties.into_any(),
            write_values(py, &finding.facts)?.into_any(),
        ],
    )
}

/// `ptype.property`; those of every signature are there already.
fn dotted(ptype: &'static str, name: &'static str) -> Cow<'static, str> {
    let known = match (ptype, name) {
        ("header", "d") => "header.d",
        ("header", "i") => "header.i",
        ("header", "s") => "header.s",
        ("header", "a") => "header.a",
        ("header", "b") => "header.b",
        _ => return format!("{ptype}.{name}").into(),
    };
    known.into()
}

fn write_values<'py>(py: Python<'py>, values: &[(&'static str, Value)]) -> PyResult<Bound<'py, PyDict>> {
    let dict = PyDict::new(py);
    for (name, value) in values {
        let name = PyString::intern(py, name);
        match value {
            Value::Text(text) => dict.set_item(name, text)?,
            Value::Number(number) => dict.set_item(name, number)?,
            Value::Flag(flag) => dict.set_item(name, flag)?,
            Value::List(list) => dict.set_item(name, list)?,
        }
    }
    Ok(dict)
}
