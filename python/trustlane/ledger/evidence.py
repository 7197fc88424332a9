"""Evidence: how one observation changes what is remembered. Pure arithmetic, the same for every store."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from math import isfinite, log2
from typing import TypeVar

from trustlane.errors import LedgerError
from trustlane.ledger.history import History, Subject
from trustlane.ledger.observation import Kind, Observation
from trustlane.ledger.port import Remembered

Timed = TypeVar("Timed", Observation, Remembered)

GOOD: Mapping[Kind, float] = {Kind.CLEAN: 0.5, Kind.SILENCE: 0.25, Kind.NOT_JUNK: 1.0, Kind.ANSWERED: 2.0}
"""Weight in favour. Chosen so that the mean of a mass mailer's traffic earns trust with 0.1 % complaints, and does not
with 0.3 %, the ceiling that large receivers publish."""

BAD: Mapping[Kind, float] = {Kind.COMPLAINT: 2.5, Kind.TRAP: 10.0, Kind.JUNK: 1.0}
"""Weight against."""

HALF_LIFE_SECONDS = 30 * 86_400.0
"""After this time an observation counts half, good or bad alike."""

EVIDENCE_CAP = 300.0
"""Most evidence kept, good and bad together, so that a long good past cannot buy impunity. 299 clean observations are
what it takes to claim a rate of 1 % with 95 % certainty; more would only slow down the loss of trust."""

NEWCOMER = "newcomer"
"""The kind of subject that stands for all newcomers of the kind that its name tells."""

NEWCOMER_EVIDENCE = 10.0
"""Below this much evidence a subject is a newcomer: what is observed of it also counts for newcomers of its kind."""


def evidence(history: History) -> float:
    """Good and bad together."""
    return history.good + history.bad


def decayed(history: History, now: float) -> History:
    """The same history as of ``now``. A clock that went backwards changes nothing."""
    if now <= history.as_of:
        return history
    left = _left(now - history.as_of)
    return replace(history, good=history.good * left, bad=history.bad * left, as_of=now)


def after(history: History, observation: Observation) -> History:
    """What is remembered once this observation counts.

    A late observation, from before ``history.as_of``, counts as much as if it had come in time.
    """
    time, kind = observation.time, observation.kind
    current = decayed(history, time)
    left = _left(current.as_of - time)
    good = current.good + GOOD.get(kind, 0.0) * left
    bad = current.bad + BAD.get(kind, 0.0) * left
    kept = min(1.0, EVIDENCE_CAP / (good + bad)) if good + bad else 1.0
    return History(
        subject=history.subject,
        good=good * kept,
        bad=bad * kept,
        as_of=current.as_of,
        first_seen=min(history.first_seen or time, time),
        last_seen=max(history.last_seen, time),
        mails=history.mails + (kind is Kind.MAIL),
        is_trusted=_TRUST.get(kind, history.is_trusted),
    )


def counted(histories: Mapping[Subject, History], observation: Observation) -> dict[Subject, History]:
    """The histories that this observation changes, those of newcomers among them.

    Args:
        histories: at least those of :func:`touched` that exist.
    """
    changed: dict[Subject, History] = {}
    has_weight = _has_weight(observation)
    for subject in dict.fromkeys(observation.subjects):
        before = histories.get(subject, History(subject))
        changed[subject] = after(before, observation)
        if has_weight and subject.kind != NEWCOMER and _is_newcomer(before, observation.time):
            newcomers = newcomers_like(subject)
            so_far = changed.get(newcomers) or histories.get(newcomers, History(newcomers))
            changed[newcomers] = after(so_far, observation)
    return changed


def touched(observation: Observation) -> set[Subject]:
    """Every subject whose history this observation may change."""
    if not _has_weight(observation):
        return set(observation.subjects)
    return {*observation.subjects, *(newcomers_like(s) for s in observation.subjects if s.kind != NEWCOMER)}


def newcomers_like(subject: Subject) -> Subject:
    """All newcomers of the subject's kind."""
    return Subject(NEWCOMER, subject.kind)


def heft(good: float, bad: float, as_of: float) -> float:
    """Orders histories by how much evidence they hold at one moment, whichever moment that is."""
    return log2(good + bad) + as_of / HALF_LIFE_SECONDS if good + bad > 0 else float("-inf")


def checked(written: Sequence[Timed]) -> tuple[Timed, ...]:
    """What is to be written, if all of it can be counted.

    Raises:
        LedgerError: a time is no finite number.
    """
    for it in written:
        if not isfinite(it.time):
            raise LedgerError(f"what is written to the ledger needs a time, not {it.time}")
    return tuple(written)


_TRUST = {Kind.TRUST_GAINED: True, Kind.TRUST_LOST: False}


def _left(seconds: float) -> float:
    return float(2.0 ** (-seconds / HALF_LIFE_SECONDS))


def _has_weight(observation: Observation) -> bool:
    return observation.kind in GOOD or observation.kind in BAD


def _is_newcomer(before: History, time: float) -> bool:
    return evidence(decayed(before, time)) < NEWCOMER_EVIDENCE
