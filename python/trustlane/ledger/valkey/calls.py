"""Calls: one change of one subject each, as the server's functions take them (functions.lua)."""

from math import ceil

from trustlane.ledger.drift import LIKELIHOOD
from trustlane.ledger.evidence import others_of
from trustlane.ledger.history import History, Override, Subject
from trustlane.ledger.marks import mark
from trustlane.ledger.observation import Kind, Observation
from trustlane.ledger.port import KEPT_SECONDS, Counted, Remembered
from trustlane.ledger.renewal import LAPSE_SECONDS, NOT_RENEWED
from trustlane.ledger.reporters import Echo
from trustlane.ledger.signatures import KEPT_SECONDS as SIGNATURE_SECONDS
from trustlane.ledger.valkey import keys, values
from trustlane.ledger.valkey.functions import PREFIX
from trustlane.ledger.valkey.servers import Call
from trustlane.ledger.weights import BAD, GOOD

IDLE_SECONDS = {"signature": SIGNATURE_SECONDS, "correspondent": 2 * LAPSE_SECONDS}
"""How long a subject of some kinds may be idle (:mod:`trustlane.ledger.ageing`); all others until they lapse."""


def change(subject: Subject, it: Observation, now: float) -> Call:
    """What an observation that is no label changes in one subject."""
    match it.kind:
        case Kind.MAIL:
            sighting = it.sighting
            may_renew = int(subject.kind not in NOT_RENEWED)
            marks = (sighting.network, sighting.keys, others_of(subject, it), may_renew)
            return _on(subject, "mail", it.time, now, *marks)
        case Kind.WRITTEN:
            return _on(subject, "written", it.time, now, mark(it.reporter) if it.reporter else 0)
        case _:
            return _on(subject, "trust", it.time, now, int(it.kind is Kind.TRUST_GAINED))


def label(subject: Subject, it: Observation, weight: float, now: float, *said: bytes) -> Call:
    """What a label changes in one subject.

    Args:
        weight: of who gave it, 0 to 1.
        said: what must be said for the first time for it to count; the report first.
    """
    numbers = (GOOD.get(it.kind, 0.0), BAD.get(it.kind, 0.0), weight, LIKELIHOOD.get(it.kind, 0.0))
    flags = (int(it.kind in BAD), int(it.kind is Kind.SILENCE))
    return _on(subject, "label", it.time, now, *numbers, *flags, said=said)


def report(reporter: Subject, it: Observation, echo: Echo, now: float, *said: bytes) -> Call:
    """What a report changes in who made it."""
    added = (int(echo is Echo.BORNE_OUT), int(echo is Echo.CONTRADICTED))
    return _on(reporter, "report", it.time, now, *added, said=said)


def claim(once: tuple[str, str, str], time: float, now: float) -> Call:
    """Answers 1 where this is counted for the first time."""
    return ("FCALL", PREFIX + "claim", 1, keys.claim_key(once), _number(time), _number(now), values.kept_once(once))


def due(latest: float, most: int) -> Call:
    """Answers the ids of decisions that were made by then and are not settled; each once."""
    return ("FCALL", PREFIX + "due", 1, keys.UNSETTLED, _number(latest), most)


def keep(decision: Remembered) -> tuple[Call, Call]:
    """Keeps a decision, and that its silence is to be settled."""
    name = keys.octets(decision.id)
    return (
        ("SET", keys.decision_key(name), values.kept_decision(decision), "EX", int(KEPT_SECONDS)),
        ("ZADD", keys.UNSETTLED, _number(decision.time), name),
    )


def override(subject: Subject, word: Override, now: float) -> Call:
    """Keeps the operator's word about one subject."""
    name, words = keys.history_key(subject), values.kept_words(word.to, word.why)
    written = tuple(map(_number, (now, now, _idle_seconds(subject), word.until)))
    return ("FCALL", PREFIX + "override", 1, name, *written, words)


def put(history: History) -> Call:
    """Replaces a history."""
    seconds = max(_idle_seconds(history.subject), ceil(history.set_until - history.last_seen))
    return ("SET", keys.history_key(history.subject), values.kept_history(history), "EX", seconds)


def said(vote: Counted) -> Call:
    """Notes a reporter's word of the day, for the subject that it names."""
    _, _, kind, name = vote.about.split(" ", 3)
    return ("ZADD", keys.said_key(Subject(kind, name)), _number(vote.time), keys.digest(vote[:3]))


def _on(subject: Subject, name: str, time: float, now: float, *numbers: float, said: tuple[bytes, ...] = ()) -> Call:
    names = (keys.history_key(subject), keys.said_key(subject)) if said else (keys.history_key(subject),)
    written = tuple(map(_number, (time, now, _idle_seconds(subject), *numbers)))
    return ("FCALL", PREFIX + name, len(names), *names, *written, *said)


def _idle_seconds(subject: Subject) -> int:
    return int(IDLE_SECONDS.get(subject.kind, LAPSE_SECONDS))


def _number(value: float) -> str:
    return repr(float(value)) if isinstance(value, float) else str(value)
