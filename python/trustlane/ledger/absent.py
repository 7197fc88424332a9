"""No ledger, by choice of the caller: nobody is known, nothing is remembered."""

from collections.abc import Iterable, Mapping, Sequence

from trustlane.ledger.history import History, Override, Subject
from trustlane.ledger.observation import Observation
from trustlane.ledger.port import Kept, Remembered


class NoLedger:
    def read(self, _subjects: Sequence[Subject]) -> Mapping[Subject, History]:
        return {}

    def write(self, _observations: Sequence[Observation], _decisions: Sequence[Remembered] = ()) -> int:
        return 0

    def decision(self, _decision_id: str) -> Remembered | None:
        return None

    def everybody(self, _kind: str | None = None) -> Iterable[History]:
        return ()

    def forget(self, _subject: Subject) -> bool:
        return False

    def override(self, _subject: Subject, _word: Override) -> None:
        """Nothing is kept."""

    def how_many(self) -> int:
        return 0

    def kept(self) -> Iterable[Kept]:
        return ()

    def restore(self, _kept: Sequence[Kept]) -> None:
        """Nothing is kept."""

    async def aread(self, subjects: Sequence[Subject]) -> Mapping[Subject, History]:
        return self.read(subjects)

    async def awrite(self, observations: Sequence[Observation], decisions: Sequence[Remembered] = ()) -> int:
        return self.write(observations, decisions)


NO_LEDGER = NoLedger()
