"""How well a score tells two kinds of mail apart: 1-ROCA %, from counts that do not grow with the traffic."""

from collections.abc import Iterator
from math import exp, log

LOWEST, HIGHEST = -200.0, 200.0
"""Scores beyond count as these. A content filter's points lie far inside; trust and bans are put outside of them."""

STEP = 0.1
"""Scores closer than this are a tie; content filters give one decimal."""

_BINS = round((HIGHEST - LOWEST) / STEP) + 1


class Roc:
    """Counts of wanted and unwanted mail by suspicion."""

    def __init__(self) -> None:
        self._wanted = [0] * _BINS
        self._unwanted = [0] * _BINS

    def add(self, suspicion: float, *, is_wanted: bool) -> None:
        bins = self._wanted if is_wanted else self._unwanted
        bins[round((min(max(suspicion, LOWEST), HIGHEST) - LOWEST) / STEP)] += 1

    def missing_area_percent(self) -> float | None:
        """1-ROCA %: how likely a wanted mail is more suspect than an unwanted one, ties half; ``None`` without both."""
        total = sum(self._wanted) * sum(self._unwanted)
        if not total:
            return None
        below, inverted = 0, 0.0
        for wanted, unwanted in zip(self._wanted, self._unwanted, strict=True):
            inverted += wanted * (below + unwanted / 2.0)
            below += unwanted
        return 100.0 * inverted / total

    def curve(self) -> Iterator[tuple[float, float]]:
        """Shares of (wanted mail held, unwanted mail passed) for each threshold, the strictest first."""
        wanted, unwanted = max(sum(self._wanted), 1), max(sum(self._unwanted), 1)
        held, passed = wanted, 0
        for of_wanted, of_unwanted in zip(self._wanted, self._unwanted, strict=True):
            if of_wanted or of_unwanted:
                held, passed = held - of_wanted, passed + of_unwanted
                yield held / wanted, passed / unwanted


def logistic_average_percent(misplaced_percent: float, passed_percent: float) -> float:
    """lam %: the mean of both rates by their odds, so that neither can hide behind the other."""
    mean = (_log_odds(misplaced_percent) + _log_odds(passed_percent)) / 2.0
    return 100.0 / (1.0 + exp(-mean))


LEAST_PERCENT = 1e-4
"""A rate of nothing has no odds; one in a million stands for it, as no log is long enough to tell less."""


def _log_odds(percent: float) -> float:
    share = min(max(percent, LEAST_PERCENT), 100.0 - LEAST_PERCENT) / 100.0
    return log(share / (1.0 - share))
