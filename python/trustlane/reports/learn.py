"""Somebody says of a delivered mail: junk, or not junk."""

from dataclasses import dataclass
from hashlib import blake2b

from trustlane.assessment import Thresholds, assess, subjects_needed
from trustlane.delivery.trust_lane import NAME, decision_id
from trustlane.dns import Resolver
from trustlane.identities import ExamineLimits, examine, identify
from trustlane.ledger import Kind, Ledger, Observation, Subject
from trustlane.message import Instant, Transaction


@dataclass(frozen=True, slots=True)
class Learned:
    """What a report did.

    Attributes:
        subjects: whom it is about; empty where nobody answered for the mail.
        about: the decision it names; the digest of its octets where it bears none of ours and was examined anew.
        is_new: false where the same report had been counted before.
    """

    subjects: tuple[Subject, ...]
    about: str
    is_new: bool


def learn(
    mail: Transaction,
    kind: Kind,
    *,
    reporter: str,
    resolver: Resolver,
    ledger: Ledger,
    thresholds: Thresholds,
    now: Instant,
) -> Learned:
    """Counts a report, once for each decision and reporter.

    A mail that bears our ``Trust-Lane`` field is counted for the subjects of that decision. Another one is examined
    now: what its signatures still prove is what it is counted for.

    Raises:
        LedgerError: it could not be written; nothing was counted.
    """
    about, subjects = _whom(mail, resolver, ledger, now)
    if not subjects:
        return Learned((), about, is_new=False)
    counted = ledger.write([Observation(kind, now, subjects, about, reporter)])
    _settle(subjects, ledger, thresholds, now)
    return Learned(subjects, about, is_new=counted > 0)


def _whom(mail: Transaction, resolver: Resolver, ledger: Ledger, now: Instant) -> tuple[str, tuple[Subject, ...]]:
    examined = examine(mail, resolver, ExamineLimits(), now)
    fields = examined.examination.field_spans
    lane = next((mail.message[start:end] for name, start, end in fields if name.lower() == NAME.lower().encode()), b"")
    named = decision_id(lane)
    known = ledger.decision(named) if named else None
    if known:
        return known.id, known.subjects
    return f"octets-{blake2b(mail.message, digest_size=12).hexdigest()}", identify(
        examined.findings, mail.session
    ).subjects


def _settle(subjects: tuple[Subject, ...], ledger: Ledger, thresholds: Thresholds, now: Instant) -> None:
    """Trust that this report won or lost is kept at once, not when the next mail comes."""
    assessment = assess(subjects, ledger.read(subjects_needed(subjects)), now, thresholds)
    changes = [
        Observation(Kind.TRUST_GAINED if is_gained else Kind.TRUST_LOST, now, (subject,))
        for subject, is_gained in assessment.changes
    ]
    if changes:
        ledger.write(changes)
