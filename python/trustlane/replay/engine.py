"""The engine: events in, one verdict for each mail out, with the clock of the events.

It takes the line's own steps, from findings to the lane, and tells a ledger of its own what the daemon would tell the
one in force. It is given events and nothing else: what a mail was in truth is not part of them.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from trustlane.assessment import Assessment, Assessors, Context, Opinion, assess, subjects_needed
from trustlane.assessment.correspondents import Correspondents, correspondence
from trustlane.identities import Identities
from trustlane.lanes import Action, Lane, Memory, Policy, choose_lane
from trustlane.lanes.audit import is_audited
from trustlane.ledger import History, Kind, Observation, Subject
from trustlane.ledger.port import Remembered
from trustlane.message import Envelope, Instant, Session
from trustlane.reasons import Reason
from trustlane.replay.content import ContentFilter
from trustlane.replay.event import Event, FeedbackEvent, FeedbackKind, MailEvent, OutboundEvent
from trustlane.replay.reasons import REPLAY
from trustlane.replay.who import who


@dataclass(frozen=True, slots=True)
class Verdict:
    """What would have been done with one mail, and why.

    Attributes:
        mail: the event.
        lane, action, reasons: as a decision has them; the action counts what the content filter would have done.
        assessment: the subjects with rating, bounds and sample size.
        is_audited: whether the content filter would have looked at it in the trusted lane.
    """

    mail: MailEvent
    lane: Lane
    action: Action
    reasons: tuple[Reason, ...]
    assessment: Assessment
    is_audited: bool


class Counts(Protocol):
    """As much of a ledger as a replay needs."""

    def read(self, subjects: Sequence[Subject]) -> Mapping[Subject, History]: ...

    def write(self, observations: Sequence[Observation], decisions: Sequence[Remembered] = ()) -> int: ...

    def decision(self, decision_id: str) -> Remembered | None: ...


class Engine:
    """Judges mail, and learns from what follows. Events come in the order of time."""

    def __init__(self, ledger: Counts, policy: Policy, content: ContentFilter) -> None:
        """
        Args:
            ledger: empty, or filled with what was before; the engine writes to it.
            policy: what is tried.
            content: what the points of the log's content filter mean.
        """
        self._ledger = ledger
        self._policy = policy
        self._content = content
        self._assessors = Assessors((*policy.assessors.all, Correspondents()))

    def take(self, event: Event) -> Verdict | None:
        """One event; a mail gets a verdict."""
        match event:
            case MailEvent():
                return self._mail(event)
            case FeedbackEvent():
                self._feedback(event)
            case OutboundEvent():
                self._outbound(event)
        return None

    def _mail(self, mail: MailEvent) -> Verdict:
        identities, sighting = who(mail)
        subjects = identities.subjects
        context = Context(Session(mail.ip, mail.helo), Envelope(mail.mail_from, mail.rcpt), mail.findings)
        needed = [*subjects_needed(subjects, sighting), *self._assessors.subjects(identities, context)]
        histories = self._ledger.read(needed)
        opinions = self._opinions(identities, replace(context, histories=histories), mail.time)
        assessment = assess(subjects, histories, mail.time, self._policy.thresholds, sighting, opinions)
        choice = choose_lane(mail.findings, assessment, Memory.READ, self._policy)
        is_looked_at = choice.lane is Lane.OPEN or is_audited(mail.id, assessment)
        label = self._content.verdict(mail.content_score) if is_looked_at else None
        action, reasons = choice.action, choice.reasons
        if label is Kind.JUNK and choice.lane is Lane.OPEN and action is Action.DELIVER:
            action, because = Action.QUARANTINE, REPLAY.reason("content", score=mail.content_score)
            reasons = (*reasons, because)
        verdict = Verdict(mail, choice.lane, action, reasons, assessment, is_looked_at and choice.lane is Lane.TRUSTED)
        remembered = Remembered(mail.id, mail.time, choice.lane, action, subjects, "", copy_of=assessment.copy_of)
        self._ledger.write(list(_observed(verdict, subjects, label)), [remembered])
        return verdict

    def _opinions(self, identities: Identities, context: Context, now: Instant) -> list[Opinion]:
        """What is known here beside standing. Others are not asked: what they would have said then, no log knows."""
        return [opinion for it in self._assessors.all for opinion in it.opine(identities, context, now)]

    def _feedback(self, feedback: FeedbackEvent) -> None:
        known = self._ledger.decision(feedback.about)
        if known is None or not known.subjects:
            return
        self._ledger.write([known.label(KINDS[feedback.kind], feedback.time, feedback.reporter)])
        self._settle(known.subjects, feedback.time)

    def _settle(self, subjects: tuple[Subject, ...], now: float) -> None:
        """Trust that a report won or lost is kept at once, not when the next mail comes."""
        assessment = assess(subjects, self._ledger.read(subjects_needed(subjects)), now, self._policy.thresholds)
        if changes := list(_changes(assessment, now)):
            self._ledger.write(changes)

    def _outbound(self, outbound: OutboundEvent) -> None:
        """Whoever our people write to is their correspondent."""
        time, sender = outbound.time, outbound.sender
        written = (Observation(Kind.WRITTEN, time, correspondence(sender, to), reporter=sender) for to in outbound.rcpt)
        self._ledger.write(list(written))


KINDS = {
    FeedbackKind.COMPLAINT: Kind.COMPLAINT,
    FeedbackKind.JUNK: Kind.COMPLAINT,
    FeedbackKind.NOT_JUNK: Kind.NOT_JUNK,
    FeedbackKind.TRAP: Kind.TRAP,
    FeedbackKind.ANSWERED: Kind.ANSWERED,
}
"""What feedback is to the ledger. Who moves a mail to junk says what a complaint says (``Kind.JUNK`` is a filter's)."""


def _observed(verdict: Verdict, subjects: tuple[Subject, ...], label: Kind | None) -> Iterator[Observation]:
    mail, assessment = verdict.mail, verdict.assessment
    yield Observation(Kind.MAIL, mail.time, subjects, mail.id, sighting=assessment.sighting)
    yield from _changes(assessment, mail.time)
    if label and not assessment.copy_of:
        yield Observation(label, mail.time, subjects, mail.id)


def _changes(assessment: Assessment, now: float) -> Iterator[Observation]:
    for subject, is_gained in assessment.changes:
        yield Observation(Kind.TRUST_GAINED if is_gained else Kind.TRUST_LOST, now, (subject,))
