"""What happened to a mail, told about the subjects that answered for it."""

from dataclasses import dataclass
from enum import StrEnum

from trustlane.ledger.history import Subject


class Kind(StrEnum):
    """The closed list of what can be observed. Labels come from outside the identity that they judge."""

    MAIL = "mail"
    COMPLAINT = "complaint"
    TRAP = "trap"
    JUNK = "junk"
    CLEAN = "clean"
    SILENCE = "silence"
    NOT_JUNK = "not-junk"
    ANSWERED = "answered"
    TRUST_GAINED = "trust-gained"
    TRUST_LOST = "trust-lost"


@dataclass(frozen=True, slots=True)
class Observation:
    """One observation of one mail, for all its subjects.

    The same kind about the same decision by the same reporter counts once, however often it is written.

    Attributes:
        kind: what was observed.
        time: Unix seconds.
        subjects: whom it is about.
        about: the id of the decision it is about; ``""`` where there was none.
        reporter: who says so; ``""`` for trustlane itself.
    """

    kind: Kind
    time: float
    subjects: tuple[Subject, ...]
    about: str = ""
    reporter: str = ""
