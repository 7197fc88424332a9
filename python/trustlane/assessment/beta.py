"""The Beta distribution: how likely a rate is, given what was counted for and against it.

The arithmetic is that of :mod:`trustlane._core`: in Python, two bounds for each name of each mail cost more than all
other steps of the line together (docs/decisions/008).
"""

from trustlane._core import beta_bounds, beta_cumulative, beta_quantile

__all__ = ["bounds", "cumulative", "quantile"]

cumulative = beta_cumulative
"""The regularized incomplete beta function I_x(a, b): the probability that a rate of Beta(a, b) is below x.

Good to ten digits for 0.01 <= a, b <= 1000."""

quantile = beta_quantile
"""The rate below which Beta(a, b) lies with this probability: the inverse of :func:`cumulative`."""

bounds = beta_bounds
"""The quantiles of a doubt and of its complement, together."""
