"""One run: each event to the engine, its outcome to the tally."""

from collections.abc import Iterable, Iterator

from trustlane.assessment import Level
from trustlane.lanes import Action
from trustlane.replay.engine import Engine, Verdict
from trustlane.replay.event import FeedbackEvent
from trustlane.replay.read import Recorded
from trustlane.replay.tally import DAY_SECONDS, Outcome, Tally

TRUSTED_SUSPICION, BAD_SUSPICION = -100.0, 100.0
"""Where trust and a bad name stand among a content filter's points: outside of them."""


def run(engine: Engine, tally: Tally, recorded: Iterable[Recorded], warm_up_days: float = 0.0) -> Iterator[Verdict]:
    """The verdict on each mail. The truth goes past the engine, to the tally."""
    for number, it in enumerate(recorded):
        if not number:
            tally.counted_from = it.event.time + warm_up_days * DAY_SECONDS
        if isinstance(it.event, FeedbackEvent):
            tally.feedback(it.event)
        verdict = engine.take(it.event)
        if verdict:
            tally.mail(verdict.mail, outcome(verdict), it.truth)
            yield verdict


def outcome(verdict: Verdict) -> Outcome:
    """A verdict as the report counts it."""
    is_trusted = verdict.lane.value == "trusted"
    deciding = verdict.assessment.deciding
    if is_trusted:
        suspicion = TRUSTED_SUSPICION
    elif deciding and deciding.level is Level.BAD:
        suspicion = BAD_SUSPICION
    else:
        suspicion = verdict.mail.content_score or 0.0
    return Outcome(is_trusted, verdict.action is Action.DELIVER, suspicion)
