"""Standing: what one subject's history says about its next mail. A function of history and time."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from trustlane.assessment.beta import bounds
from trustlane.ledger.drift import TURNED_AT
from trustlane.ledger.evidence import CARRIERS, NEWCOMER_EVIDENCE, newcomers_like
from trustlane.ledger.history import BAD, OPEN, TRUSTED, History, Override, Subject
from trustlane.ledger.marks import how_many
from trustlane.ledger.observation import NOTHING_SIGHTED, Sighting
from trustlane.ledger.renewal import NEW_OWNER_SECONDS, renewed
from trustlane.ledger.volume import is_over, with_mail
from trustlane.ledger.weights import EVIDENCE_CAP, left


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
        long_lost_below: lower bound of the rate over weeks below which trust is lost. It moves slowly, so its gap to
            ``gained_at`` is smaller: 0.235 % complaints.
        turned_at: the drift at which a sender has turned.
        shared_at: authors of other organizations from which a signing or MAIL FROM domain counts as a shared service.
    """

    gained_at: float = 0.97
    lost_below: float = 0.94
    bad: float = 0.5
    doubt: float = 0.05
    own_evidence: float = 5.0
    long_lost_below: float = 0.96
    turned_at: float = TURNED_AT
    shared_at: float = 5.0


class Standing(NamedTuple):
    """One opinion (RFC 7071 §3.1) about one subject, with the parts that led to it.

    Attributes:
        rating: expected share of wanted mail, 0 to 1.
        confidence: the part of the rating that rests on the subject's own evidence and not on what newcomers are like,
            0 to 1.
        sample_size: evidence, in decayed weights of observations.
        lower_bound: the share of wanted mail is above this, but for ``Thresholds.doubt`` of cases.
        upper_bound: it is below this, but for as many.
        level: what follows.
        long_bound: as ``lower_bound``, for the rate over weeks; the same where too little is known of it.
        drift: the sum that tells a turn for the worse, as of now.
        has_turned: whether it has.
        is_braked: whether it sends far more than it ever did, and audits are due.
        is_shared: whether it carries the mail of many authors.
        is_renewed: whether its past counts no more: a lapse, or a new owner.
        override: the operator's word, which goes before all of this; ``None`` where there is none in force.
    """

    subject: Subject
    rating: float
    confidence: float
    sample_size: float
    lower_bound: float
    upper_bound: float
    level: Level
    long_bound: float = 0.0
    drift: float = 0.0
    has_turned: bool = False
    is_braked: bool = False
    is_shared: bool = False
    is_renewed: bool = False
    override: Override | None = None


def standing(
    history: History,
    newcomers: History | None,
    now: float,
    thresholds: Thresholds,
    sighting: Sighting = NOTHING_SIGHTED,
) -> Standing:
    """What the history says at this time, to the minute.

    Args:
        newcomers: the history of ``Subject("newcomer", kind)`` for the subject's kind; ``None`` where there is none.
        sighting: of the mail at hand, which may show that the name has a new owner.
    """
    return _judged(history, newcomers, now - now % JUDGED_AGAIN_SECONDS, thresholds, sighting)


def standings(
    subjects: Sequence[Subject],
    histories: Mapping[Subject, History],
    now: float,
    thresholds: Thresholds,
    sighting: Sighting = NOTHING_SIGHTED,
) -> tuple[Standing, ...]:
    """How each subject stands, by the histories of :func:`trustlane.assessment.subjects_needed`.

    What was judged from the same histories within the same minute is not judged again.
    """
    at = now - now % JUDGED_AGAIN_SECONDS
    if len(_kept) > MOST_KEPT:
        _kept.clear()
    found: list[Standing] = []
    for subject in subjects:
        history, newcomers = histories.get(subject), histories.get(newcomers_like(subject))
        kept = _kept.get(subject)
        if kept is not None and kept[0] is history and kept[1] is newcomers and kept[2] == at and kept[3] is thresholds:
            found.append(kept[4])
            continue
        judged = _judged(history or History(subject), newcomers, at, thresholds, sighting)
        found.append(judged)
        # After a pause it depends on the mail at hand whether the name has a new owner.
        if history is None or not history.last_mail or at - history.last_mail <= NEW_OWNER_SECONDS:
            _kept[subject] = (history, newcomers, at, thresholds, judged)
    return tuple(found)


LONG_EVIDENCE = 4.0 * EVIDENCE_CAP
"""From so much uncapped evidence on, the rate over weeks is better known than that within the cap, and must hold too.
Within the cap some 1,200 silent mails are remembered: a sender with 0.3 % complaints has four of them there on average,
and one or none now and then; that luck earned it trust for hours."""

JUDGED_AGAIN_SECONDS = 60.0
"""Time is taken to the minute: within one, decay takes less than 0.002 % of any evidence."""

MOST_KEPT = 8_192
"""Standings kept from one mail to the next, some 5 MB: most mail comes from few subjects."""


_Kept = tuple[History | None, History | None, float, Thresholds, Standing]
"""The histories of a subject and of newcomers, the minute, the thresholds, and what follows from them."""

_kept: dict[Subject, _Kept] = {}


def _judged(
    history: History, newcomers: History | None, now: float, thresholds: Thresholds, sighting: Sighting
) -> Standing:
    past = history
    if history.last_mail and now - history.last_mail > NEW_OWNER_SECONDS:
        history = renewed(history, sighting, now)
    kept = left(now - history.as_of) if now > history.as_of else 1.0
    good, bad, drift = history.good * kept, history.bad * kept, history.drift * kept
    prior_good, prior_bad = prior(newcomers, now)
    alpha, beta, own = prior_good + good, prior_bad + bad, good + bad
    lower, upper = bounds(alpha, beta, thresholds.doubt)
    long_bound, long = lower, (history.long_good + history.long_bad) * kept
    if long >= LONG_EVIDENCE:
        scale = kept * EVIDENCE_CAP / long
        long_good, long_bad = history.long_good * scale, history.long_bad * scale
        long_bound = bounds(prior_good + long_good, prior_bad + long_bad, thresholds.doubt)[0]
    override = history.override(now) if history.set_until else None
    if override:
        level = _LEVELS[override.to]
    elif own >= thresholds.own_evidence and upper < thresholds.bad:
        level = Level.BAD
    elif _is_trusted(history.is_trusted, lower, long_bound if long >= LONG_EVIDENCE else None, drift, thresholds):
        level = Level.TRUSTED
    else:
        level = Level.NEWCOMER if own < NEWCOMER_EVIDENCE else Level.KNOWN
    return Standing(
        history.subject,
        alpha / (alpha + beta),
        own / (alpha + beta),
        own,
        lower,
        upper,
        level,
        long_bound,
        drift,
        drift >= thresholds.turned_at,
        level is Level.TRUSTED and _is_braked(history, now),
        is_shared(history, thresholds),
        history is not past,
        override,
    )


_LEVELS = {TRUSTED: Level.TRUSTED, OPEN: Level.KNOWN, BAD: Level.BAD}


def is_shared(history: History, thresholds: Thresholds) -> bool:
    """Whether a signing domain, a MAIL FROM domain or a HELO name carries the mail of many authors.

    Such a service lends its name to its worst customer too; it counts only in the pair with an author.
    """
    return history.subject.kind in CARRIERS and how_many(history.others) >= thresholds.shared_at


def _is_braked(history: History, now: float) -> bool:
    """Also by the mail at hand, which is not counted yet."""
    return history.audits_due > 0 or (history.is_trusted and is_over(with_mail(history, now)))


PRIOR_STRENGTH = 2.0
"""What newcomers of the same kind were like counts as much as two observations of the subject itself."""

UNMEASURED_RATE = 0.5
"""The rate of newcomers before any was observed, itself with :data:`PRIOR_STRENGTH`: nothing starts good."""

LEAST_DOUBT = 1.0
"""The prior holds at least this much against a newcomer. However good a crowd of newcomers was, each one has to earn
trust itself: otherwise whoever can make many names buys trust for the next one."""


def prior(newcomers: History | None, now: float) -> tuple[float, float]:
    """What newcomers of the kind were like, as counts for and against."""
    if newcomers is None:
        return UNMEASURED_RATE * PRIOR_STRENGTH, max((1.0 - UNMEASURED_RATE) * PRIOR_STRENGTH, LEAST_DOUBT)
    kept = left(now - newcomers.as_of) if now > newcomers.as_of else 1.0
    good, bad = newcomers.good * kept, newcomers.bad * kept
    rate = (good + UNMEASURED_RATE * PRIOR_STRENGTH) / (good + bad + PRIOR_STRENGTH)
    return rate * PRIOR_STRENGTH, max((1.0 - rate) * PRIOR_STRENGTH, LEAST_DOUBT)


def _is_trusted(
    was_trusted: bool,  # noqa: FBT001
    lower: float,
    long_bound: float | None,
    drift: float,
    thresholds: Thresholds,
) -> bool:
    """Whether trust is held, or gained; with less than is wanted of the rate over weeks that has no say."""
    if was_trusted:
        least, long_least, most_drift = thresholds.lost_below, thresholds.long_lost_below, thresholds.turned_at
    else:
        # Trust that was lost by a turn comes back when half of it is made good.
        least, long_least, most_drift = thresholds.gained_at, thresholds.gained_at, thresholds.turned_at / 2.0
    return lower >= least and drift < most_drift and (long_bound is None or long_bound >= long_least)
