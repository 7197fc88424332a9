"""The arithmetic of rates agrees with SciPy's."""

import pytest
from hypothesis import example, given
from hypothesis.strategies import floats
from scipy.special import betainc, betaincinv  # type: ignore[import-untyped]

from trustlane.assessment.beta import cumulative, quantile

counts = floats(0.01, 1000.0)
shares = floats(0.001, 0.999)


@given(counts, counts, shares)
@example(0.01, 0.01, 0.5)
@example(1000.0, 1000.0, 0.5)
@example(1000.0, 0.01, 0.999)
def test_the_probability_of_a_rate_is_exact_to_ten_digits(a: float, b: float, rate: float) -> None:
    assert cumulative(a, b, rate) == pytest.approx(float(betainc(a, b, rate)), rel=1e-10, abs=1e-10)


@given(counts, counts, shares)
@example(0.01, 1000.0, 0.05)
@example(1000.0, 0.01, 0.05)
@example(0.01, 0.01, 0.95)
@example(1.0, 1.0, 0.05)
def test_a_quantile_is_the_rate_of_its_probability(a: float, b: float, probability: float) -> None:
    found = quantile(a, b, probability)
    wanted = float(betaincinv(a, b, probability))
    is_same_rate = found == pytest.approx(wanted, rel=1e-9, abs=1e-12)
    assert is_same_rate or float(betainc(a, b, found)) == pytest.approx(probability, abs=1e-9)


@pytest.mark.parametrize(("rate", "probability"), [(-1.0, 0.0), (0.0, 0.0), (1.0, 1.0), (2.0, 1.0)])
def test_no_rate_lies_outside_of_nought_and_one(rate: float, probability: float) -> None:
    assert cumulative(3.0, 2.0, rate) == probability


@pytest.mark.parametrize(("clean", "claim"), [(59, 0.05), (98, 0.03), (299, 0.01)])
def test_clean_observations_needed_for_a_claim(clean: int, claim: float) -> None:
    """59 clean observations show that at most 5 % is unwanted, 98 show 3 % and 299 show 1 %; one less does not."""
    assert quantile(1.0 + clean, 1.0, 0.05) >= 1.0 - claim
    assert quantile(clean - 1.0, 1.0, 0.05) < 1.0 - claim
