"""Somebody says of a mail what it was worth: a person of a delivered one, or a report of those it names."""

from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import blake2b

from trustlane.assessment import Thresholds, assess, subjects_needed
from trustlane.dns import Resolver
from trustlane.identities import ExamineLimits, examine, identify
from trustlane.lanes.site_keys import Signature, SiteKeys
from trustlane.ledger import Kind, Ledger, Observation, Subject
from trustlane.ledger.port import KEPT_SECONDS
from trustlane.message import Instant, Transaction
from trustlane.reasons import Reason
from trustlane.reports.parts import read_header
from trustlane.reports.reasons import FEEDBACK
from trustlane.reports.report import Report, shown_by_header

DAY_SECONDS = 86_400


@dataclass(frozen=True, slots=True)
class Learned:
    """What came of a report.

    Attributes:
        subjects: whom it counted for, now or before; empty where it did for nobody.
        reasons: one for each mail it is about, after what else it tells.
        counted: observations that are new.
        is_refused: whether it shows ids and none of them is ours.
    """

    subjects: tuple[Subject, ...]
    reasons: tuple[Reason, ...]
    counted: int
    is_refused: bool = False


@dataclass(frozen=True, slots=True)
class Listener:
    """Whom reports are told to.

    Attributes:
        keys: of the site; an id is believed where one of them signed it.
        ledger: where observations go; it keeps them before they are acknowledged.
        thresholds: where trust begins and ends.
    """

    keys: SiteKeys
    ledger: Ledger
    thresholds: Thresholds

    def learn(self, mail: Transaction, kind: Kind, *, reporter: str, resolver: Resolver, now: Instant) -> Learned:
        """Counts what somebody says of this mail, once for each decision and reporter.

        A mail that bears our ``Trust-Lane`` field is counted for the subjects of that decision. One without it is
        examined now: what its signatures still prove is what it is counted for. One that bears an id which is not ours
        is refused.

        Raises:
            LedgerError: it could not be written; nothing was counted.
        """
        shown = shown_by_header(read_header(mail.message))
        if shown is None:
            about = f"octets-{blake2b(mail.message, digest_size=12).hexdigest()}"
            return self._count(Observation(kind, now, _examined(mail, resolver, now), about, reporter))
        name, signature = self.keys.judge(shown)
        if signature is not Signature.GENUINE:
            return _refused(_not_ours(shown, signature))
        known = self.ledger.decision(name)
        if known:
            return self._count(known.label(kind, now, reporter))
        return self._count(Observation(kind, now, _examined(mail, resolver, now), name, reporter))

    def take(self, report: Report, otherwise: Kind, *, reporter: str, now: Instant) -> Learned:
        """Counts a report for each decision whose signed id it shows; for nobody where it shows none.

        Args:
            otherwise: what it says where it leaves that open.

        Raises:
            LedgerError: it could not be written.
        """
        if not report.is_about_behaviour:
            return Learned((), report.notes, 0)
        if not report.shown:
            return Learned((), (*report.notes, FEEDBACK.reason("no-id")), 0)
        each = [self._take(shown, report.kind or otherwise, reporter, now) for shown in report.shown]
        return Learned(
            tuple(dict.fromkeys(subject for it in each for subject in it.subjects)),
            (*report.notes, *(reason for it in each for reason in it.reasons)),
            sum(it.counted for it in each),
            is_refused=all(it.is_refused for it in each),
        )

    def _take(self, shown: str, kind: Kind, reporter: str, now: Instant) -> Learned:
        name, signature = self.keys.judge(shown)
        if signature is not Signature.GENUINE:
            return _refused(_not_ours(shown, signature))
        known = self.ledger.decision(name)
        if known is None:
            return Learned((), (FEEDBACK.reason("forgotten", id=name, days=int(KEPT_SECONDS / DAY_SECONDS)),), 0)
        return self._count(known.label(kind, now, reporter))

    def _count(self, observation: Observation) -> Learned:
        subjects, kind = observation.subjects, observation.kind
        if not subjects:
            return Learned((), (FEEDBACK.reason("nobody"),), 0)
        counted = self.ledger.write([observation])
        self._settle(subjects, observation.time)
        code = "counted" if counted else "counted-before"
        names = ", ".join(f"{subject.kind} {subject.name}" for subject in subjects)
        return Learned(subjects, (FEEDBACK.reason(code, kind=kind.value, subjects=names),), counted)

    def _settle(self, subjects: tuple[Subject, ...], now: Instant) -> None:
        """Trust that this report won or lost is kept at once, not when the next mail comes."""
        assessment = assess(subjects, self.ledger.read(subjects_needed(subjects)), now, self.thresholds)
        changes = list(_changes(assessment.changes, now))
        if changes:
            self.ledger.write(changes)


def _examined(mail: Transaction, resolver: Resolver, now: Instant) -> tuple[Subject, ...]:
    return identify(examine(mail, resolver, ExamineLimits(), now).findings, mail.session).subjects


def _changes(changes: tuple[tuple[Subject, bool], ...], now: Instant) -> Iterator[Observation]:
    for subject, is_gained in changes:
        yield Observation(Kind.TRUST_GAINED if is_gained else Kind.TRUST_LOST, now, (subject,))


def _not_ours(shown: str, signature: Signature) -> Reason:
    return FEEDBACK.reason(signature.value, id=shown[:60])


def _refused(why: Reason) -> Learned:
    return Learned((), (why,), 0, is_refused=True)
