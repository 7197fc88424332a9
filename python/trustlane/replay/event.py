"""What a log of traffic tells: a mail came, somebody judged one, or one of ours was sent.

Whether a mail was wanted in truth is no part of these. The engine gets nothing else, so it cannot look at the answer;
:class:`trustlane.replay.read.Recorded` carries the truth beside the event, to the report alone.
"""

from dataclasses import dataclass, field
from enum import StrEnum

from trustlane.identities import Finding


@dataclass(frozen=True, slots=True)
class MailEvent:
    """One mail that came, as the log has it.

    Attributes:
        id: names the mail; feedback refers to it.
        time: Unix seconds of receipt.
        ip: the client's address; ``None`` where it is not known.
        helo: what the client called itself.
        mail_from: the reverse-path; ``""`` is the null path.
        rcpt: the forward-paths.
        author: the address in From; ``None`` where there is not exactly one.
        findings: what the checks found then; a DMARC finding names the author domain.
        content_score: what a content filter said then, in its own points; ``None`` where none looked.
        size: octets.
        alike: equal for mails whose findings differ in their signatures alone; ``None`` where nobody looked.
    """

    id: str
    time: float
    ip: str | None
    helo: str | None
    mail_from: str | None
    rcpt: tuple[str, ...]
    author: str | None
    findings: tuple[Finding, ...]
    content_score: float | None
    size: int
    alike: tuple[object, ...] | None = field(default=None, repr=False, compare=False)


class FeedbackKind(StrEnum):
    """What was said of a delivered mail."""

    COMPLAINT = "complaint"
    JUNK = "junk"
    NOT_JUNK = "not_junk"
    TRAP = "trap"
    ANSWERED = "answered"


@dataclass(frozen=True, slots=True)
class FeedbackEvent:
    """Somebody judged a mail.

    Attributes:
        time: Unix seconds.
        about: the mail's id.
        kind: what was said.
        reporter: who says so; ``""`` where it is not known.
    """

    time: float
    about: str
    kind: FeedbackKind
    reporter: str


@dataclass(frozen=True, slots=True)
class OutboundEvent:
    """One of our own users sent a mail.

    Attributes:
        time: Unix seconds.
        sender: the user's address.
        rcpt: whom it went to.
    """

    time: float
    sender: str
    rcpt: tuple[str, ...]


Event = MailEvent | FeedbackEvent | OutboundEvent
