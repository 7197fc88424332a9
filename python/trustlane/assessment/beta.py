"""The Beta distribution: how likely a rate is, given what was counted for and against it."""

from math import exp, inf, lgamma, log, log1p, sqrt

MAX_ROUNDS = 500
"""Rounds of one continued fraction. It converges in O(sqrt(max(a, b))); 1,000 needs fewer than 100."""

MAX_STEPS = 200
"""Steps of one search for a quantile. Bisection alone reaches the last bit of a float near 1 in 53, and one close to 0
a little later; Newton's steps make it five to ten."""

_PRECISION = 1e-14
_TINY = 1e-300


def cumulative(a: float, b: float, x: float) -> float:
    """The regularized incomplete beta function I_x(a, b): the probability that a rate of Beta(a, b) is below x.

    Good to ten digits for 0.01 <= a, b <= 1000.
    """
    if x <= 0.0:
        return 0.0
    if x >= 1.0:
        return 1.0
    if x > (a + 1.0) / (a + b + 2.0):
        return 1.0 - _front(b, a, 1.0 - x) * _fraction(b, a, 1.0 - x)
    return _front(a, b, x) * _fraction(a, b, x)


def quantile(a: float, b: float, probability: float) -> float:
    """The rate below which Beta(a, b) lies with this probability: the inverse of :func:`cumulative`.

    Newton's step from a start near the answer, and bisection where that would leave the interval known to hold it.
    """
    low, high = 0.0, 1.0
    x = _start(a, b, probability)
    log_front = lgamma(a + b) - lgamma(a) - lgamma(b)
    for _ in range(MAX_STEPS):
        error = cumulative(a, b, x) - probability
        low, high = (low, x) if error > 0.0 else (x, high)
        if abs(error) < _PRECISION or high - low <= _PRECISION * high:
            break
        density = exp(log_front + (a - 1.0) * log(x) + (b - 1.0) * log1p(-x))
        following = x - error / density if density > 0.0 else inf
        x = following if low < following < high else (low + high) / 2.0
        if not low < x < high:
            break
    return x


def _start(a: float, b: float, probability: float) -> float:
    if a >= 1.0 and b >= 1.0:
        return _start_in_the_middle(a, b, probability)
    log_beta = lgamma(a) + lgamma(b) - lgamma(a + b)
    from_left = _inside(exp((log(probability * a) + log_beta) / a))
    from_right = _inside(exp((log((1.0 - probability) * b) + log_beta) / b))
    return from_left if from_left < 0.5 else _inside(1.0 - min(from_right, 0.5))


def _start_in_the_middle(a: float, b: float, probability: float) -> float:
    """Near the normal distribution, skewed as a and b differ (Abramowitz and Stegun, 26.2.22 and 26.5.22)."""
    tail = min(probability, 1.0 - probability)
    t = sqrt(-2.0 * log(tail))
    deviation = t - (2.30753 + 0.27061 * t) / (1.0 + 0.99229 * t + 0.04481 * t * t)
    y = deviation if probability < 0.5 else -deviation
    inverse_a, inverse_b = 1.0 / (2.0 * a - 1.0), 1.0 / (2.0 * b - 1.0)
    h = 2.0 / (inverse_a + inverse_b)
    k = (y * y - 3.0) / 6.0
    w = y * sqrt(max(h + k, 0.0)) / h - (inverse_b - inverse_a) * (k + 5.0 / 6.0 - 2.0 / (3.0 * h))
    return _inside(a / (a + b * exp(min(2.0 * w, 600.0))))


def _inside(x: float) -> float:
    return min(max(x, _TINY), 1.0 - _PRECISION)


def _front(a: float, b: float, x: float) -> float:
    """x^a (1-x)^b / (a B(a, b))."""
    return exp(a * log(x) + b * log1p(-x) + lgamma(a + b) - lgamma(a) - lgamma(b)) / a


def _fraction(a: float, b: float, x: float) -> float:
    """The continued fraction of the incomplete beta function (DLMF 8.17.22), from the front by Lentz's method."""
    numerator, denominator = 1.0, _away_from_zero(1.0 - (a + b) * x / (a + 1.0))
    denominator = 1.0 / denominator
    value = denominator
    for m in range(1, MAX_ROUNDS):
        for term in (
            m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m)),
            -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1)),
        ):
            denominator = 1.0 / _away_from_zero(1.0 + term * denominator)
            numerator = _away_from_zero(1.0 + term / numerator)
            change = denominator * numerator
            value *= change
        if abs(change - 1.0) < _PRECISION:
            break
    return value


def _away_from_zero(value: float) -> float:
    return value if abs(value) > _TINY else _TINY
