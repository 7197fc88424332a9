"""Evidence: how one observation changes what is remembered. Pure arithmetic, the same for every store."""

from collections.abc import Mapping, Sequence
from math import isfinite, log2
from typing import TypeVar

from trustlane.errors import LedgerError
from trustlane.ledger.drift import drifted
from trustlane.ledger.history import History, Override, Subject
from trustlane.ledger.marks import mark
from trustlane.ledger.observation import Kind, Observation
from trustlane.ledger.port import Remembered
from trustlane.ledger.renewal import renewed
from trustlane.ledger.reporters import Echo, echo, reporter_of, weight_of
from trustlane.ledger.volume import AUDITS, is_over, with_mail
from trustlane.ledger.weights import BAD, EVIDENCE_CAP, GOOD, HALF_LIFE_SECONDS, left

Timed = TypeVar("Timed", Observation, Remembered)

NEWCOMER = "newcomer"
"""The kind of subject that stands for all newcomers of the kind that its name tells."""

NEWCOMER_EVIDENCE = 10.0
"""Below this much evidence a subject is a newcomer: what is observed of it also counts for newcomers of its kind."""

CARRIERS = frozenset({"dkim", "spf", "rfc5321.helo"})
"""Kinds of which it is counted for how many other authors they stand."""

HOMES = frozenset({"rfc5322.from", "organization"})
"""Kinds of which it is counted from how many addresses they write."""

SILENCE_SECONDS = 72 * 3_600.0
"""After this time without a word, a mail counts as silently taken. Most complaints come within two days."""


def evidence(history: History) -> float:
    """Good and bad together."""
    return history.good + history.bad


def decayed(history: History, now: float) -> History:
    """The same history as of ``now``. A clock that went backwards changes nothing."""
    if now <= history.as_of:
        return history
    kept = left(now - history.as_of)
    return history._replace(
        good=history.good * kept,
        bad=history.bad * kept,
        long_good=history.long_good * kept,
        long_bad=history.long_bad * kept,
        drift=history.drift * kept,
        as_of=now,
    )


def after(history: History, observation: Observation, weight: float = 1.0) -> History:
    """What is remembered once this observation counts.

    A late observation, from before ``history.as_of``, counts as much as if it had come in time.

    Args:
        weight: how much the word of the reporter counts, 0 to 1.
    """
    match observation.kind:
        case Kind.MAIL:
            return _after_mail(renewed(history, observation.sighting, observation.time), observation)
        case Kind.WRITTEN:
            return _after_writing(history, observation)
        case Kind.TRUST_GAINED | Kind.TRUST_LOST as kind:
            return _seen(history, observation.time)._replace(is_trusted=kind is Kind.TRUST_GAINED)
        case _:
            return _after_label(history, observation.kind, observation.time, weight)


def counted(histories: Mapping[Subject, History], observation: Observation) -> dict[Subject, History]:
    """The histories that this observation changes: of its subjects, and of newcomers, signatures and the reporter.

    Args:
        histories: at least those of :func:`touched` that exist.
    """
    subjects = dict.fromkeys(observation.subjects)
    if not has_weight(observation.kind):
        names = dict.fromkeys((*subjects, *observation.sighting.signatures))
        return {subject: after(histories.get(subject) or History(subject), observation) for subject in names}
    reporter = reporter_of(observation)
    weight = weight_of(histories.get(reporter)) if reporter else 1.0
    changed: dict[Subject, History] = {}
    for subject in subjects:
        before = histories.get(subject) or History(subject)
        changed[subject] = _after_label(before, observation.kind, observation.time, weight)
        if subject.kind != NEWCOMER and _is_newcomer(before, observation.time):
            newcomers = newcomers_like(subject)
            so_far = changed.get(newcomers) or histories.get(newcomers) or History(newcomers)
            changed[newcomers] = _after_label(so_far, observation.kind, observation.time, weight)
    if reporter:
        changed[reporter] = _after_report(histories.get(reporter) or History(reporter), observation, histories)
    return changed


def touched(observation: Observation) -> set[Subject]:
    """Every subject whose history this observation may change, or rests upon."""
    if not has_weight(observation.kind):
        return {*observation.subjects, *observation.sighting.signatures}
    reporter = reporter_of(observation)
    newcomers = (newcomers_like(subject) for subject in observation.subjects if subject.kind != NEWCOMER)
    return {*observation.subjects, *newcomers, *((reporter,) if reporter else ())}


def newcomers_like(subject: Subject) -> Subject:
    """All newcomers of the subject's kind."""
    return _NEWCOMERS.get(subject.kind) or Subject(NEWCOMER, subject.kind)


def heft(good: float, bad: float, as_of: float) -> float:
    """Orders histories by how much evidence they hold at one moment, whichever moment that is."""
    return log2(good + bad) + as_of / HALF_LIFE_SECONDS if good + bad > 0 else float("-inf")


def with_override(history: History, word: Override) -> History:
    """The same history with the operator's word."""
    return history._replace(set_to=word.to, set_until=word.until, set_why=word.why)


def has_weight(kind: Kind) -> bool:
    """Whether it is a label, for or against."""
    return kind in GOOD or kind in BAD


def checked(written: Sequence[Timed]) -> tuple[Timed, ...]:
    """What is to be written, if all of it can be counted.

    Raises:
        LedgerError: a time is no finite number.
    """
    for it in written:
        if not isfinite(it.time):
            raise LedgerError(f"what is written to the ledger needs a time, not {it.time}")
    return tuple(written)


_NEWCOMERS = {
    kind: Subject(NEWCOMER, kind)
    for kind in ("address", "rfc5322.from", "organization", "pair", "dkim", "spf", "rfc5321.helo", "network")
}


def _after_mail(history: History, observation: Observation) -> History:
    """One mail more: its time, its volume, and its marks. A mail alone teaches nothing."""
    time, sighting = observation.time, observation.sighting
    windows = with_mail(history, time)
    (subject, good, bad, as_of, first_seen, last_seen, mails, is_trusted, long_good, long_bad, drift, last_mail, *_) = (
        history
    )
    braked_at, audits_due = history.braked_at, history.audits_due
    if is_trusted and not audits_due and is_over(windows):
        braked_at, audits_due = time, AUDITS
    return _new(
        History,
        (
            subject,
            good,
            bad,
            as_of,
            min(first_seen or time, time),
            max(last_seen, time),
            mails + 1,
            is_trusted,
            long_good,
            long_bad,
            drift,
            max(last_mail, time),
            *windows,
            braked_at,
            audits_due,
            history.keys | sighting.keys,
            history.networks | sighting.network,
            history.others | others_of(subject, observation),
            history.set_until,
            history.set_to,
            history.set_why,
        ),
    )


_new = tuple.__new__
"""Makes a named tuple in one step; its own constructor takes as long again for so many fields."""


def others_of(subject: Subject, observation: Observation) -> int:
    sighting = observation.sighting
    if subject.kind == "signature":
        return sighting.strangers
    if subject.kind in HOMES:
        return next((mark(it.name) for it in observation.subjects if it.kind == "address"), 0)
    author = sighting.author
    if not author or subject.kind not in CARRIERS or subject.name == author or subject.name.endswith(f".{author}"):
        return 0
    return mark(author)


def _after_writing(history: History, observation: Observation) -> History:
    seen = _seen(history, observation.time)
    return seen._replace(
        mails=history.mails + 1,
        last_mail=max(history.last_mail, observation.time),
        others=history.others | (mark(observation.reporter) if observation.reporter else 0),
    )


def _after_label(history: History, kind: Kind, time: float, weight: float) -> History:
    """Counted for each subject of each mail, so the fields are taken apart and put together in one step each."""
    (subject, good, bad, as_of, first_seen, last_seen, mails, is_trusted, long_good, long_bad, drift, *rest) = history
    for_it, against_it = GOOD.get(kind, 0.0) * weight, BAD.get(kind, 0.0) * weight
    if time > as_of:
        old = left(time - as_of)
        good, bad, long_good, long_bad, drift = good * old, bad * old, long_good * old, long_bad * old, drift * old
        as_of = time
    elif time < as_of:
        new = left(as_of - time)
        for_it, against_it, weight = for_it * new, against_it * new, weight * new
    long_good, long_bad = max(long_good, good) + for_it, max(long_bad, bad) + against_it
    good, bad = good + for_it, bad + against_it
    if good + bad > EVIDENCE_CAP:
        kept = EVIDENCE_CAP / (good + bad)
        good, bad = good * kept, bad * kept
    counted = _new(
        History,
        (
            subject,
            good,
            bad,
            as_of,
            min(first_seen or time, time),
            max(last_seen, time),
            mails,
            is_trusted,
            long_good,
            long_bad,
            drifted(drift, kind, weight),
            *rest,
        ),
    )
    return _released(counted, kind, time) if counted.audits_due else counted


def _released(history: History, kind: Kind, time: float) -> History:
    """The brake once this label counts: a bad one makes all audits due again, a good one of what was sent since one
    less. When none is due, what was sent is usual from then on."""
    if kind in BAD:
        return history._replace(audits_due=AUDITS)
    sent_at = time - SILENCE_SECONDS if kind is Kind.SILENCE else time
    if sent_at < history.braked_at:
        return history
    if history.audits_due > 1:
        return history._replace(audits_due=history.audits_due - 1)
    return history._replace(
        audits_due=0,
        most_in_hour=max(history.most_in_hour, history.in_hour),
        most_in_day=max(history.most_in_day, history.in_day),
    )


def _after_report(reporter: History, observation: Observation, histories: Mapping[Subject, History]) -> History:
    """What a report says of who made it: borne out by others, or contradicted."""
    time = observation.time
    current = decayed(_seen(reporter, time), time)
    match echo(observation, current, histories):
        case Echo.BORNE_OUT:
            return current._replace(good=min(current.good + 1.0, EVIDENCE_CAP), as_of=max(current.as_of, time))
        case Echo.CONTRADICTED:
            return current._replace(bad=min(current.bad + 1.0, EVIDENCE_CAP), as_of=max(current.as_of, time))
        case _:
            return current


def _seen(history: History, time: float) -> History:
    return history._replace(first_seen=min(history.first_seen or time, time), last_seen=max(history.last_seen, time))


def _is_newcomer(before: History, time: float) -> bool:
    return evidence(before) * left(max(time - before.as_of, 0.0)) < NEWCOMER_EVIDENCE
