"""Somebody says of a mail what it was worth: a person of a delivered one, or a report of those it names."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from hashlib import blake2b

from trustlane.assessment import Thresholds, assess, subjects_needed
from trustlane.delivery.trust_lane import NAME
from trustlane.dns import Resolver
from trustlane.identities import ExamineLimits, examine, identify
from trustlane.lanes.site_keys import Signature, SiteKeys
from trustlane.ledger import Kind, Ledger, Observation, Subject
from trustlane.ledger.port import KEPT_SECONDS, Remembered
from trustlane.message import Instant, Transaction
from trustlane.reasons import Reason
from trustlane.reports.content import verdict_of
from trustlane.reports.parts import read_header
from trustlane.reports.reasons import FEEDBACK
from trustlane.reports.report import Report, shown_by_header
from trustlane.reports.sent import Sent, answers_of, names_answered, read_sent, sent_name

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
            return Learned((), (*report.notes, *self._returned(report)), 0)
        if not report.shown:
            return Learned((), (*report.notes, FEEDBACK.reason("no-id")), 0)
        each = [self._take(shown, report.kind or otherwise, reporter, now) for shown in report.shown]
        return Learned(
            tuple(dict.fromkeys(subject for it in each for subject in it.subjects)),
            (*report.notes, *(reason for it in each for reason in it.reasons)),
            sum(it.counted for it in each),
            is_refused=all(it.is_refused for it in each),
        )

    def filtered(self, mail: Transaction, trusted: Iterable[str], *, now: Instant) -> Learned:
        """Counts the verdict of a content filter behind us, by the fields that it wrote above our own.

        Nobody who saw the mail before us can have written there.

        Args:
            trusted: names of the fields that are believed.

        Raises:
            LedgerError: it could not be written.
        """
        header = read_header(mail.message)
        ours = next((number for number, (name, _) in enumerate(header) if name == NAME.lower()), 0)
        shown = shown_by_header(header)
        if shown is None:
            return Learned((), (FEEDBACK.reason("no-id"),), 0)
        verdict = verdict_of(header[:ours], trusted)
        return self._take(shown, verdict, FILTER, now) if verdict else Learned((), (FEEDBACK.reason("no-verdict"),), 0)

    def sent(self, mail: Transaction, *, now: Instant) -> Learned:
        """Learns from a mail that leaves: correspondents, and which mails were answered.

        Raises:
            LedgerError: it could not be written.
        """
        sent = read_sent(mail)
        if sent is None:
            return Learned((), (FEEDBACK.reason("no-person"),), 0)
        observations = [*sent.observations(now), *answers_of(sent, list(self._answered(sent)), now)]
        counted = self.ledger.write(observations, list(sent.remembered(now)))
        for observation in observations:
            if observation.kind is Kind.ANSWERED:
                self._settle(observation.subjects, now)
        written = FEEDBACK.reason("written", writer=sent.writer, recipients=", ".join(sent.recipients))
        return Learned(
            tuple(dict.fromkeys(subject for it in observations for subject in it.subjects)),
            (written, *(_counted("counted", it) for it in observations if it.kind is Kind.ANSWERED)),
            counted,
        )

    def _answered(self, sent: Sent) -> Iterator[Remembered]:
        for name in names_answered(sent):
            named = self.ledger.decision(name)
            if named and (decision := self.ledger.decision(named.reasons)):
                yield decision

    def _returned(self, report: Report) -> Iterator[Reason]:
        """Addresses that do not exist are nobody's correspondents, where the bounce names a mail that we sent."""
        for address in report.unreachable:
            known = self.ledger.decision(sent_name(report.message_id, address.lower()))
            if known:
                for subject in known.subjects:
                    self.ledger.forget(subject)
                yield FEEDBACK.reason("no-correspondent", address=address)

    def _take(self, shown: str, kind: Kind, reporter: str, now: Instant) -> Learned:
        name, signature = self.keys.judge(shown)
        if signature is not Signature.GENUINE:
            return _refused(_not_ours(shown, signature))
        known = self.ledger.decision(name)
        if known is None:
            return Learned((), (FEEDBACK.reason("forgotten", id=name, days=int(KEPT_SECONDS / DAY_SECONDS)),), 0)
        return self._count(known.label(kind, now, reporter))

    def _count(self, observation: Observation) -> Learned:
        subjects = observation.subjects
        if not subjects:
            return Learned((), (FEEDBACK.reason("nobody"),), 0)
        counted = self.ledger.write([observation])
        self._settle(subjects, observation.time)
        return Learned(subjects, (_counted("counted" if counted else "counted-before", observation),), counted)

    def _settle(self, subjects: tuple[Subject, ...], now: Instant) -> None:
        """Trust that this report won or lost is kept at once, not when the next mail comes."""
        assessment = assess(subjects, self.ledger.read(subjects_needed(subjects)), now, self.thresholds)
        changes = list(_changes(assessment.changes, now))
        if changes:
            self.ledger.write(changes)


FILTER = "content-filter"
"""The reporter of a content filter's verdicts."""


def _counted(code: str, it: Observation) -> Reason:
    names = ", ".join(f"{subject.kind} {subject.name}" for subject in it.subjects)
    return FEEDBACK.reason(code, kind=it.kind.value, subjects=names)


def _examined(mail: Transaction, resolver: Resolver, now: Instant) -> tuple[Subject, ...]:
    return identify(examine(mail, resolver, ExamineLimits(), now).findings, mail.session).subjects


def _changes(changes: tuple[tuple[Subject, bool], ...], now: Instant) -> Iterator[Observation]:
    for subject, is_gained in changes:
        yield Observation(Kind.TRUST_GAINED if is_gained else Kind.TRUST_LOST, now, (subject,))


def _not_ours(shown: str, signature: Signature) -> Reason:
    return FEEDBACK.reason(signature.value, id=shown[:60])


def _refused(why: Reason) -> Learned:
    return Learned((), (why,), 0, is_refused=True)
