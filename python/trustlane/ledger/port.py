"""The port: what the line needs of a store."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from trustlane.ledger.history import History, Subject
from trustlane.ledger.observation import Observation


@dataclass(frozen=True, slots=True)
class Remembered:
    """A decision as the ledger keeps it, so that a later report finds its subjects.

    Attributes:
        id: as in the ``Trust-Lane`` field.
        time: Unix seconds.
        lane, action: what was chosen.
        subjects: who answered for the mail.
        reasons: the reasons as text, one a line.
    """

    id: str
    time: float
    lane: str
    action: str
    subjects: tuple[Subject, ...]
    reasons: str


class Ledger(Protocol):
    """Observations in, history out. Every method raises :class:`trustlane.errors.LedgerError` and nothing else."""

    def read(self, subjects: Sequence[Subject]) -> Mapping[Subject, History]:
        """Histories of the subjects that have one, in one round trip."""

    def write(self, observations: Sequence[Observation], decisions: Sequence[Remembered] = ()) -> int:
        """Counts observations and keeps decisions; durable on return. Gives how many observations were new."""

    def decision(self, decision_id: str) -> Remembered | None:
        """A kept decision, or ``None``."""

    def everybody(self, kind: str | None = None) -> Iterable[History]:
        """Every history, the heaviest evidence first."""


class AsyncLedger(Protocol):
    """The same for an event loop, as far as the line needs it."""

    async def aread(self, subjects: Sequence[Subject]) -> Mapping[Subject, History]: ...

    async def awrite(self, observations: Sequence[Observation], decisions: Sequence[Remembered] = ()) -> int: ...
