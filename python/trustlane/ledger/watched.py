"""A ledger whose failures are counted: mail flows without history meanwhile, and somebody should know how often."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager

from trustlane.errors import LedgerError
from trustlane.ledger.history import History, Override, Subject
from trustlane.ledger.observation import Observation
from trustlane.ledger.port import DualLedger, Kept, Remembered


class WatchedLedger:
    """The same ledger.

    Attributes:
        failures: how often reading and writing failed, by these two words.
    """

    def __init__(self, ledger: DualLedger) -> None:
        self._ledger = ledger
        self.failures: Counter[str] = Counter()

    def read(self, subjects: Sequence[Subject]) -> Mapping[Subject, History]:
        with self._watched("read"):
            return self._ledger.read(subjects)

    async def aread(self, subjects: Sequence[Subject]) -> Mapping[Subject, History]:
        with self._watched("read"):
            return await self._ledger.aread(subjects)

    def write(self, observations: Sequence[Observation], decisions: Sequence[Remembered] = ()) -> int:
        with self._watched("write"):
            return self._ledger.write(observations, decisions)

    async def awrite(self, observations: Sequence[Observation], decisions: Sequence[Remembered] = ()) -> int:
        with self._watched("write"):
            return await self._ledger.awrite(observations, decisions)

    def decision(self, decision_id: str) -> Remembered | None:
        with self._watched("read"):
            return self._ledger.decision(decision_id)

    def everybody(self, kind: str | None = None) -> Iterable[History]:
        with self._watched("read"):
            yield from self._ledger.everybody(kind)

    def forget(self, subject: Subject) -> bool:
        with self._watched("write"):
            return self._ledger.forget(subject)

    def override(self, subject: Subject, word: Override) -> None:
        with self._watched("write"):
            self._ledger.override(subject, word)

    def how_many(self) -> int:
        with self._watched("read"):
            return self._ledger.how_many()

    def kept(self) -> Iterable[Kept]:
        with self._watched("read"):
            yield from self._ledger.kept()

    def restore(self, kept: Sequence[Kept]) -> None:
        with self._watched("write"):
            self._ledger.restore(kept)

    def close(self) -> None:
        self._ledger.close()

    def __str__(self) -> str:
        return (
            f"the ledger failed {self.failures['read']} time(s) to be read and {self.failures['write']} to be written"
        )

    @contextmanager
    def _watched(self, what: str) -> Iterator[None]:
        try:
            yield
        except LedgerError:
            self.failures[what] += 1
            raise
