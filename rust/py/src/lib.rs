//! Conversion between `trustlane-core` and Python, and nothing else.

use pyo3::prelude::*;

#[pymodule]
mod _core {}
