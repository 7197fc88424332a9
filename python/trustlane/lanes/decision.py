"""What was chosen for one mail, and why."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from hashlib import blake2b

from trustlane.assessment import Assessment
from trustlane.identities import Examined, Finding, Identities
from trustlane.ledger import Kind, Observation
from trustlane.ledger.port import Remembered
from trustlane.message import Instant
from trustlane.reasons import Reason


class Lane(StrEnum):
    """Which of the two streams carries the mail."""

    TRUSTED = "trusted"
    OPEN = "open"


class Action(StrEnum):
    """What is done with the mail."""

    DELIVER = "deliver"
    QUARANTINE = "quarantine"
    REJECT = "reject"


@dataclass(frozen=True, slots=True)
class Decision:
    """One mail's lane and action, with all that led to them.

    Attributes:
        id: names this decision in logs and replies.
        signed_id: the same, signed so that reports can be believed; for the delivered mail's own header alone.
        lane, action: what was chosen.
        reasons: why, the weightiest first.
        identities: who answers for the mail.
        assessment: what they did before.
        examined: findings, questions and answers.
        message_id: of the mail, by which an answer names it; ``""`` where it has none.
    """

    id: str
    signed_id: str
    lane: Lane
    action: Action
    reasons: tuple[Reason, ...]
    identities: Identities
    assessment: Assessment
    examined: Examined
    message_id: str = ""

    @property
    def findings(self) -> tuple[Finding, ...]:
        return self.examined.findings

    @property
    def is_trusted(self) -> bool:
        return self.lane is Lane.TRUSTED

    def observations(self, now: Instant) -> list[Observation]:
        """What the ledger is told of this decision: a mail was seen, and whose trust changed."""
        return list(self._observed(now))

    def _observed(self, now: Instant) -> Iterator[Observation]:
        sighting = self.assessment.sighting
        yield Observation(Kind.MAIL, now, self.identities.subjects, about=self.id, sighting=sighting)
        for subject, is_gained in self.assessment.changes:
            kind = Kind.TRUST_GAINED if is_gained else Kind.TRUST_LOST
            yield Observation(kind, now, (subject,))

    def remembered(self, now: Instant) -> Remembered:
        """What the ledger keeps, so that a later report finds the subjects of this mail."""
        reasons = "\n".join(reason.text for reason in self.reasons)
        return Remembered(
            id=self.id,
            time=now,
            lane=self.lane,
            action=self.action,
            subjects=self.identities.subjects,
            reasons=reasons,
            message=self.assessment.sighting.message,
            copy_of=self.assessment.copy_of,
        )

    def kept(self, now: Instant) -> list[Remembered]:
        """The same, and under the name by which an answer to the mail finds it."""
        remembered = self.remembered(now)
        if not self.message_id or not self.identities.subjects:
            return [remembered]
        return [remembered, Remembered(answered_to(self.message_id), now, self.lane, "named", (), self.id)]


def answered_to(message_id: str) -> str:
    """The name under which the decision about a mail of this Message-ID is kept; ``reasons`` holds its id."""
    digest = blake2b(message_id.encode("utf-8", "surrogatepass"), digest_size=12)
    return f"message-id {digest.hexdigest()}"
