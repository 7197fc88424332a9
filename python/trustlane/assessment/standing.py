"""Standing: what one subject's history says about its next mail. A function of history and time."""

from dataclasses import dataclass
from enum import StrEnum

from trustlane.assessment.beta import bounds
from trustlane.ledger.evidence import NEWCOMER_EVIDENCE, decayed, evidence
from trustlane.ledger.history import History, Subject


class Level(StrEnum):
    """How a subject stands."""

    TRUSTED = "trusted"
    KNOWN = "known"
    NEWCOMER = "newcomer"
    BAD = "bad"


@dataclass(frozen=True, slots=True)
class Thresholds:
    """Where one level ends and the next begins.

    Attributes:
        gained_at: least lower bound that gains trust. 98 clean observations reach it, and so does the mean of a mass
            mailer with 0.1 % complaints; that of one with 0.3 %, the ceiling that large receivers publish, does not.
        lost_below: lower bound below which trust is lost; the gap to ``gained_at`` keeps a single complaint from
            switching lanes back and forth.
        bad: upper bound below which a subject is bad: more of its mail is unwanted than wanted, almost certainly.
        doubt: the share of cases in which a bound may be wrong, on either side.
        own_evidence: least evidence that lets a subject speak for itself, against it or in its place: five junk mails,
            two complaints, half a spam trap.
    """

    gained_at: float = 0.97
    lost_below: float = 0.94
    bad: float = 0.5
    doubt: float = 0.05
    own_evidence: float = 5.0


@dataclass(frozen=True, slots=True)
class Standing:
    """One opinion (RFC 7071 §3.1) about one subject.

    Attributes:
        rating: expected share of wanted mail, 0 to 1.
        confidence: the part of the rating that rests on the subject's own evidence and not on what newcomers are like,
            0 to 1.
        sample_size: evidence, in decayed weights of observations.
        lower_bound: the share of wanted mail is above this, but for ``Thresholds.doubt`` of cases.
        upper_bound: it is below this, but for as many.
        level: what follows.
    """

    subject: Subject
    rating: float
    confidence: float
    sample_size: float
    lower_bound: float
    upper_bound: float
    level: Level


def standing(history: History, newcomers: History | None, now: float, thresholds: Thresholds) -> Standing:
    """What the history says at this time.

    Args:
        newcomers: the history of ``Subject("newcomer", kind)`` for the subject's kind; ``None`` where there is none.
    """
    current = decayed(history, now)
    prior_good, prior_bad = _prior(newcomers, now)
    alpha, beta = prior_good + current.good, prior_bad + current.bad
    own = evidence(current)
    lower, upper = bounds(_rounded(alpha), _rounded(beta), thresholds.doubt)
    return Standing(
        subject=history.subject,
        rating=alpha / (alpha + beta),
        confidence=own / (own + prior_good + prior_bad),
        sample_size=own,
        lower_bound=lower,
        upper_bound=upper,
        level=_level(lower, upper, own, history, thresholds),
    )


PRIOR_STRENGTH = 2.0
"""What newcomers of the same kind were like counts as much as two observations of the subject itself."""

UNMEASURED_RATE = 0.5
"""The rate of newcomers before any was observed, itself with :data:`PRIOR_STRENGTH`: nothing starts good."""

LEAST_DOUBT = 1.0
"""The prior holds at least this much against a newcomer. However good a crowd of newcomers was, each one has to earn
trust itself: otherwise whoever can make many names buys trust for the next one."""


def _prior(newcomers: History | None, now: float) -> tuple[float, float]:
    good, bad = _counts(newcomers, now)
    rate = (good + UNMEASURED_RATE * PRIOR_STRENGTH) / (good + bad + PRIOR_STRENGTH)
    return rate * PRIOR_STRENGTH, max((1.0 - rate) * PRIOR_STRENGTH, LEAST_DOUBT)


def _counts(history: History | None, now: float) -> tuple[float, float]:
    if history is None:
        return 0.0, 0.0
    current = decayed(history, now)
    return current.good, current.bad


def _level(lower: float, upper: float, own: float, history: History, thresholds: Thresholds) -> Level:
    if own >= thresholds.own_evidence and upper < thresholds.bad:
        return Level.BAD
    if lower >= (thresholds.lost_below if history.is_trusted else thresholds.gained_at):
        return Level.TRUSTED
    return Level.NEWCOMER if own < NEWCOMER_EVIDENCE else Level.KNOWN


def _rounded(count: float) -> float:
    """To a hundredth of an observation, so that subjects alike share their bounds; never nothing."""
    return max(round(count, 2), 0.01)
