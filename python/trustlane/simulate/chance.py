"""Chance that is the same on every run: one stream for each actor and day, so that a new actor moves nobody else."""

from collections.abc import Sequence
from math import cos, exp, log, pi, sqrt
from random import Random
from typing import TypeVar

T = TypeVar("T")

LARGE = 30.0
"""Above this mean a Poisson count is drawn from the normal distribution: one draw instead of that many."""


class Chance:
    """Draws from one stream. Only :meth:`random.Random.random` is used, which Python promises never to change."""

    __slots__ = ("_random",)

    def __init__(self, *path: object) -> None:
        """
        Args:
            path: names the stream: the seed, then who and when.
        """
        self._random = Random("/".join(map(str, path))).random  # noqa: S311 (a model, no secret)

    def happens(self, probability: float) -> bool:
        return self._random() < probability

    def between(self, low: float, high: float) -> float:
        return low + (high - low) * self._random()

    def evenly_by_size(self, low: float, high: float) -> float:
        """Each order of magnitude as likely as the next: how the volumes of senders are spread."""
        return low * exp(self._random() * log(high / low)) if high > low else low

    def below(self, count: int) -> int:
        return int(self._random() * count)

    def one_of(self, items: Sequence[T]) -> T:
        return items[int(self._random() * len(items))]

    def after(self, mean: float) -> float:
        """A delay, exponential."""
        return -mean * log(1.0 - self._random())

    def around(self, mean: float, deviation: float) -> float:
        """Normal, by Box and Muller."""
        return mean + deviation * sqrt(-2.0 * log(1.0 - self._random())) * cos(2.0 * pi * self._random())

    def count(self, mean: float) -> int:
        """Poisson."""
        if mean > LARGE:
            return max(0, round(self.around(mean, sqrt(mean))))
        limit, product, drawn = exp(-mean), self._random(), 0
        while product > limit:
            product *= self._random()
            drawn += 1
        return drawn
