"""What happened to a mail, told about the subjects that answered for it."""

from dataclasses import dataclass
from enum import StrEnum

from trustlane.ledger.history import Subject


class Kind(StrEnum):
    """The closed list of what can be observed. Labels come from outside the identity that they judge."""

    MAIL = "mail"
    """A mail was seen."""
    COMPLAINT = "complaint"
    """Somebody says it was not wanted: an abuse report, or the button "junk"."""
    TRAP = "trap"
    """It was sent to an address that never asked for mail."""
    JUNK = "junk"
    """A content filter says so."""
    CLEAN = "clean"
    """A content filter found nothing, in the open lane or in an audit."""
    SILENCE = "silence"
    """Nobody said anything for 72 hours."""
    NOT_JUNK = "not-junk"
    """Somebody says it was wanted."""
    ANSWERED = "answered"
    """Somebody answered it."""
    TRUST_GAINED = "trust-gained"
    TRUST_LOST = "trust-lost"
    WRITTEN = "written"
    """Somebody here wrote to the subjects, which are correspondents."""


@dataclass(frozen=True, slots=True)
class Sighting:
    """What of a mail is counted beside the labels it gets.

    Attributes:
        message: names the mail's octets and envelope; the same again is a retry, and counts once. ``""`` never does.
        network: mark of the client's network.
        keys: marks of the DKIM keys that verified.
        author: organizational domain of the author, validated or not; ``""`` where there is none.
        strangers: marks of recipients that the header does not name.
        signatures: one subject of kind ``signature`` for each DKIM signature that verified.
    """

    message: str = ""
    network: int = 0
    keys: int = 0
    author: str = ""
    strangers: int = 0
    signatures: tuple[Subject, ...] = ()


NOTHING_SIGHTED = Sighting()


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
        sighting: of a mail, what else is counted.
    """

    kind: Kind
    time: float
    subjects: tuple[Subject, ...]
    about: str = ""
    reporter: str = ""
    sighting: Sighting = NOTHING_SIGHTED

    @property
    def once(self) -> tuple[str, str, str] | None:
        """What is counted once: retries of one mail are one, and so are complaints about copies of one."""
        if self.kind is Kind.MAIL and self.sighting.message:
            return f"message {self.sighting.message}", self.kind, ""
        if self.about.startswith(COPIES):
            return self.about, self.kind, ""
        return (self.about, self.kind, self.reporter) if self.about else None


COPIES = "copies of "
"""Begins what an observation is about where the mail was one of many copies of one signed mail."""
