"""A month of history, put into the ledger before the play."""

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from trustlane.ledger import Kind, Ledger, Observation, Subject
from trustlane.message import Instant
from world import EXAMPLES

_DAY_SECONDS = 86_400.0


@dataclass(frozen=True, slots=True)
class Past:
    """What one of the cast did before.

    Attributes:
        who: as ``history.toml`` calls it.
        subjects: who answered for its mail.
        observed: kind, how often, and how many days ago.
    """

    who: str
    subjects: tuple[Subject, ...]
    observed: tuple[tuple[Kind, int, float], ...]

    def observations(self, now: Instant) -> Iterator[Observation]:
        for kind, count, days_ago in self.observed:
            time = now - days_ago * _DAY_SECONDS
            yield from (Observation(kind, time, self.subjects) for _ in range(count))


def put_in(ledger: Ledger, now: Instant) -> tuple[Past, ...]:
    """Writes the past of everybody whom the ledger does not know, and gives these."""
    unknown = tuple(past for past in pasts() if not ledger.read(past.subjects))
    observations = [observation for past in unknown for observation in past.observations(now)]
    ledger.write(sorted(observations, key=lambda observation: observation.time))
    return unknown


def pasts() -> Iterator[Past]:
    """What ``history.toml`` tells."""
    for table in tomllib.loads((EXAMPLES / "history.toml").read_text())["past"]:
        yield Past(
            who=table["who"],
            subjects=tuple(_subject(words) for words in table["subjects"]),
            observed=tuple(_observed(entry) for entry in table["observed"]),
        )


def _subject(words: str) -> Subject:
    kind, _, name = words.partition(" ")
    return Subject(kind, name)


def _observed(entry: dict[str, Any]) -> tuple[Kind, int, float]:
    return Kind(entry["kind"]), entry["count"], float(entry["days_ago"])
