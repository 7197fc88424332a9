"""The parts of one standing as people read them, each with its reason."""

from collections.abc import Iterator, Mapping

from trustlane.assessment.reasons import PARTS
from trustlane.assessment.set_by_operator import day
from trustlane.assessment.standing import LONG_EVIDENCE, PRIOR_STRENGTH, Standing, Thresholds, is_shared, prior
from trustlane.ledger.evidence import decayed, evidence, newcomers_like
from trustlane.ledger.history import History, Subject
from trustlane.ledger.marks import how_many
from trustlane.ledger.volume import AUDITS
from trustlane.ledger.weights import EVIDENCE_CAP
from trustlane.reasons import Reason


def parts(it: Standing, histories: Mapping[Subject, History], now: float, thresholds: Thresholds) -> list[Reason]:
    """Why a subject stands as it does, step by step; what plays no part is left out."""
    return list(_parts(it, histories, now, thresholds))


def _parts(it: Standing, histories: Mapping[Subject, History], now: float, thresholds: Thresholds) -> Iterator[Reason]:
    if it.override:
        yield PARTS.reason("set", to=it.override.to, until=day(it.override.until), why=it.override.why)
    history = histories.get(it.subject) or History(it.subject)
    if it.is_renewed:
        yield PARTS.reason("renewed")
        history = History(it.subject)
    current = decayed(history, now)
    rate = prior(histories.get(newcomers_like(it.subject)), now)[0] / PRIOR_STRENGTH
    if not history.mails and not evidence(history):
        yield PARTS.reason("nothing", rate=rate)
        return
    yield PARTS.reason("evidence", good=current.good, bad=current.bad)
    long = current.long_good + current.long_bad
    if long > EVIDENCE_CAP or evidence(history) >= EVIDENCE_CAP:
        yield PARTS.reason("capped", cap=EVIDENCE_CAP)
    yield PARTS.reason("prior", rate=rate)
    yield PARTS.reason("bounds", lower=it.lower_bound, upper=it.upper_bound)
    if long >= LONG_EVIDENCE:
        yield PARTS.reason("long", rate=current.long_good / long, bound=it.long_bound)
    if it.drift > 0.0:
        yield PARTS.reason("drift", drift=it.drift, most=thresholds.turned_at)
    if history.mails:
        yield PARTS.reason(
            "volume",
            in_hour=history.in_hour,
            in_day=history.in_day,
            most_in_hour=history.most_in_hour,
            most_in_day=history.most_in_day,
        )
    if it.is_braked:
        yield PARTS.reason("braked", audits=history.audits_due or AUDITS)
    if is_shared(history, thresholds):
        yield PARTS.reason("shared", authors=how_many(history.others))
    if history.is_trusted:
        yield PARTS.reason("held", lost=thresholds.lost_below, gained=thresholds.gained_at)
    else:
        yield PARTS.reason("not-held", gained=thresholds.gained_at)
