"""The port: what the line needs of a store."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple, Protocol

from trustlane.ledger.history import History, Override, Subject
from trustlane.ledger.observation import COPIES, Kind, Observation
from trustlane.ledger.weights import BAD

KEPT_SECONDS = 30 * 86_400.0
"""How long decisions are kept, and who reported what about them: reports later than this find nothing. Complaints come
within days; this also bounds the store."""


@dataclass(frozen=True, slots=True)
class Remembered:
    """A decision as the ledger keeps it, so that a later report finds its subjects.

    Attributes:
        id: as in the ``Trust-Lane`` field.
        time: Unix seconds.
        lane, action: what was chosen.
        subjects: who answered for the mail.
        reasons: the reasons as text, one a line.
        message: names the mail's octets and envelope, so that retries are known; ``""`` where nobody said.
        copy_of: the hash of a signature of which the mail was one copy too many; ``""`` for other mail.
    """

    id: str
    time: float
    lane: str
    action: str
    subjects: tuple[Subject, ...]
    reasons: str
    message: str = ""
    copy_of: str = ""

    def label(self, kind: Kind, time: float, reporter: str = "") -> Observation:
        """What is told of this mail. Copies of one signed mail earn nothing, and speak against its signer once."""
        if not self.copy_of:
            return Observation(kind, time, self.subjects, self.id, reporter)
        subjects = self.subjects if kind in BAD else ()
        return Observation(kind, time, subjects, f"{COPIES}{self.copy_of}", reporter)


class Counted(NamedTuple):
    """A note that something was counted, so that it is not counted again (:attr:`Observation.once`).

    Attributes:
        about, kind, reporter: what it was.
        time: Unix seconds.
    """

    about: str
    kind: str
    reporter: str
    time: float


Kept = History | Remembered | Counted
"""All that a ledger keeps."""


def latest(observations: Sequence[Observation], decisions: Sequence[Remembered]) -> float:
    """The latest time among them: the present, as far as a store knows it."""
    return max((*(it.time for it in observations), *(it.time for it in decisions)), default=0.0)


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

    def forget(self, subject: Subject) -> bool:
        """Deletes all that is remembered of one subject. Tells whether there was anything."""

    def override(self, subject: Subject, word: Override) -> None:
        """Keeps the operator's word about one subject; nothing else of it changes."""

    def how_many(self) -> int:
        """About how much :meth:`kept` gives."""

    def kept(self) -> Iterable[Kept]:
        """Everything, in any order: what :meth:`restore` puts back."""

    def restore(self, kept: Sequence[Kept]) -> None:
        """Puts back what was kept, here or in another store; in place of what there is of the same."""


class AsyncLedger(Protocol):
    """The same for an event loop, as far as the line needs it."""

    async def aread(self, subjects: Sequence[Subject]) -> Mapping[Subject, History]: ...

    async def awrite(self, observations: Sequence[Observation], decisions: Sequence[Remembered] = ()) -> int: ...


class DualLedger(Ledger, AsyncLedger, Protocol):
    """Both, and it ends: every store is one."""

    def close(self) -> None:
        """Finishes what was begun."""
