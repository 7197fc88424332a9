"""The stage: what happens in the play, told to whoever shows it."""

from dataclasses import dataclass
from typing import Protocol

from post import Receipt
from sender import Sender
from trustlane.assessment import Standing
from trustlane.ledger import Kind


@dataclass(frozen=True, slots=True)
class Sent:
    """A mail was taken, or refused.

    Attributes:
        outcome: ``trusted``, ``open``, ``held`` or ``refused``.
        why: what DKIM found amiss, then the reasons of the decision, the weightiest first.
        standing: of the sender's judged subject afterwards; ``None`` where nobody answers for its mail.
    """

    sender: Sender
    receipt: Receipt
    outcome: str
    why: tuple[str, ...]
    standing: Standing | None

    @property
    def gist(self) -> str:
        """One sentence: what chose the lane, or what was the ground for not delivering."""
        return self.why[0] if self.outcome in ("trusted", "open") else self.why[-1]


@dataclass(frozen=True, slots=True)
class Reported:
    """A reader said what they think of a mail.

    Attributes:
        was_trusted: how the sender stood before.
    """

    sender: Sender
    kind: Kind
    reader: str
    was_trusted: bool
    standing: Standing | None


class Stage(Protocol):
    """Shows the play."""

    def say(self, text: str) -> None: ...

    def sent(self, sent: Sent) -> None: ...

    def reported(self, reported: Reported) -> None: ...
