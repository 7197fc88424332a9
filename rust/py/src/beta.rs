//! `trustlane._core.beta_bounds`, `beta_cumulative` and `beta_quantile`.

use pyo3::prelude::*;
use trustlane_core::beta;

/// The quantiles of `doubt` and of `1 - doubt` of Beta(alpha, beta).
#[pyfunction]
#[pyo3(signature = (alpha, beta, doubt))]
pub fn beta_bounds(alpha: f64, beta: f64, doubt: f64) -> (f64, f64) {
    beta::bounds(alpha, beta, doubt)
}

/// The regularized incomplete beta function: the probability that a rate of Beta(alpha, beta) is below `rate`.
#[pyfunction]
#[pyo3(signature = (alpha, beta, rate))]
pub fn beta_cumulative(alpha: f64, beta: f64, rate: f64) -> f64 {
    beta::cumulative(alpha, beta, rate)
}

/// The rate below which Beta(alpha, beta) lies with this probability.
#[pyfunction]
#[pyo3(signature = (alpha, beta, probability))]
pub fn beta_quantile(alpha: f64, beta: f64, probability: f64) -> f64 {
    beta::quantile(alpha, beta, probability)
}
