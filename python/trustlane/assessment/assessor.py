"""The port of assessors: what they need to know of a mail, and what they then say of its identities (RFC 5863 §2.1,
RFC 5863 §2.4).

Asking is not theirs: they say what they lack, are told the answers, and are asked again, as the core is. The same
identities, context and time give the same opinions.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from trustlane._core import Answer, Question
from trustlane.assessment.opinion import Opinion
from trustlane.identities import Finding, Identities
from trustlane.ledger import History, Subject
from trustlane.message import Envelope, Instant, Session


@dataclass(frozen=True, slots=True)
class Page:
    """What came of one question by HTTP.

    Attributes:
        status: of HTTP; 0 where nothing came in time.
        content_type: without parameters, lower case.
        body: its octets, no more than were asked for.
        expires: Unix seconds, where the server said so.
    """

    status: int
    content_type: str = ""
    body: bytes = b""
    expires: float | None = None


@dataclass(frozen=True, slots=True)
class Context:
    """All that an assessor may know of one mail.

    Attributes:
        session, envelope: how it came.
        findings: of all checks.
        histories: of the subjects that assessors asked for; ``{}`` while the ledger cannot be read.
        vouched: what VBR-Info fields claim: (domain, content, vouchers), in their order (RFC 5518 §4).
        answers: of DNS, by question.
        pages: of HTTP, by address.
    """

    session: Session
    envelope: Envelope
    findings: Sequence[Finding] = ()
    histories: Mapping[Subject, History] = field(default_factory=dict)
    vouched: Sequence[tuple[str, str, Sequence[str]]] = ()
    answers: Mapping[Question, Answer] = field(default_factory=dict)
    pages: Mapping[str, Page] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Needs:
    """What an assessor still has to know: questions to DNS, and addresses to get by HTTP."""

    questions: tuple[Question, ...] = ()
    pages: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.questions or self.pages)


NOTHING_NEEDED = Needs()


class Assessor(Protocol):
    """One kind of knowledge about identities."""

    def subjects(self, identities: Identities, context: Context) -> Sequence[Subject]:
        """Whose histories it wants from the ledger, beside those of the mail's own subjects."""

    def ahead(self, session: Session, now: Instant) -> Sequence[Question]:
        """What it will lack whatever the mail's identities are, so that it can be asked while they are found out."""

    def needs(self, identities: Identities, context: Context, now: Instant) -> Needs:
        """What it lacks; nothing when it can speak."""

    def opine(self, identities: Identities, context: Context, now: Instant) -> list[Opinion]:
        """What it says. What could not be found out gives no opinion: "cannot tell now" is neither good nor bad."""
