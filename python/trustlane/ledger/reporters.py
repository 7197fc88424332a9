"""Reporters: how much the word of one person counts.

One reporter counts once a day for an identity. A new one counts little, so that ten of them who agree to hurt somebody
cannot; one whose reports others bear out counts in full, and one who contradicts all others less and less.
"""

from collections.abc import Mapping
from enum import StrEnum

from trustlane.ledger.drift import TURNED_AT
from trustlane.ledger.history import History, Subject
from trustlane.ledger.observation import Kind, Observation
from trustlane.ledger.weights import BAD, GOOD

BY_PEOPLE = frozenset({Kind.COMPLAINT, Kind.NOT_JUNK, Kind.ANSWERED})
"""What people say, who may err or lie. All else is said by this site itself."""

NEWCOMER_WEIGHT = 0.1
"""A reporter of whom nothing is known. Ten of them make one reporter that is known, and one does not demote."""

NEWCOMER_STRENGTH = 0.5
"""Reports borne out or contradicted that outweigh this first impression: the first one already counts more."""

TELLING_EVIDENCE = 5.0
"""Least evidence of others about an identity that can bear out a report, or contradict it."""

DAY_SECONDS = 86_400


class Echo(StrEnum):
    """What others say of the identity that was reported."""

    BORNE_OUT = "borne-out"
    CONTRADICTED = "contradicted"
    UNKNOWN = "unknown"


def reporter_of(observation: Observation) -> Subject | None:
    """The person who says so, if it is one."""
    is_person = observation.reporter and observation.kind in BY_PEOPLE
    return Subject("reporter", observation.reporter) if is_person else None


def weight_of(reporter: History | None) -> float:
    """How much a reporter's word counts, 0 to 1. Its history: ``good`` was borne out, ``bad`` contradicted.

    Contradictions count by their square, so that what one adds by going on day after day has an end.
    """
    good, bad = (reporter.good, reporter.bad) if reporter else (0.0, 0.0)
    return (good + NEWCOMER_STRENGTH * NEWCOMER_WEIGHT) / (good + bad * bad + NEWCOMER_STRENGTH)


def vote(observation: Observation, subject: Subject) -> str:
    """Names what may count once: this reporter's word for or against this subject on this day."""
    side = "against" if observation.kind in BAD else "for"
    return f"{int(observation.time // DAY_SECONDS)} {side} {subject.kind} {subject.name}"


def echo(observation: Observation, reporter: History, histories: Mapping[Subject, History]) -> Echo:
    """What the identity's history, as it was before the report, says to it.

    Praise for a good identity proves nothing, since most mail is good: only complaints are borne out.
    """
    told = _told(observation, histories)
    if told is None:
        return Echo.UNKNOWN
    share = told.good / (told.good + told.bad)
    if observation.kind in GOOD:
        return Echo.CONTRADICTED if share < 0.5 else Echo.UNKNOWN
    if share < 0.5:
        return Echo.BORNE_OUT
    # Whoever was right before, and sees early that a good sender has turned, does not contradict those who see it too.
    is_early = reporter.good > reporter.bad and told.drift >= TURNED_AT / 4.0
    return Echo.CONTRADICTED if share >= 0.9 and not is_early else Echo.UNKNOWN


def _told(observation: Observation, histories: Mapping[Subject, History]) -> History | None:
    """The history of the most specific subject of which enough is known, else of newcomers like the first."""
    names = [subject for subject in observation.subjects if subject.kind != "network"]
    newcomers = [Subject("newcomer", subject.kind) for subject in names[:1]]
    for subject in (*names, *newcomers):
        history = histories.get(subject)
        if history and history.good + history.bad >= TELLING_EVIDENCE:
            return history
    return None
