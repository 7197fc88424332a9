"""One scenario, judged: the same events for everybody, in one pass."""

import time
from collections.abc import Sequence
from dataclasses import dataclass

from judge.cumulative_mean import CumulativeMean
from judge.lanes import Lanes
from judge.last_marks import LastMarks
from judge.no_reputation import NoReputation
from judge.rater import Rater
from judge.time_average import TimeAverage
from judge.watch import Watch
from trustlane.replay import FeedbackEvent, MailEvent, OutboundEvent, Recorded, read_lines
from trustlane.replay.tally import Figures, Tally
from trustlane.simulate import Scenario, traffic
from trustlane.simulate.incidents import DAY_SECONDS, Mishap, mishaps
from trustlane.simulate.senders import lasting
from trustlane.simulate.write import lines


@dataclass(frozen=True, slots=True)
class Result:
    """What one scenario came to.

    Attributes:
        title: of the scenario.
        figures: of each rater, by name; trustlane comes last.
        watch: what became of those to whom something happened, under trustlane.
        changed_unanswered: mails that DNS left without any answer, and that were counted for a name all the same.
        mails, seconds: how much was judged, and how long trustlane's part of it took.
    """

    title: str
    figures: dict[str, Figures]
    watch: Watch
    changed_unanswered: int
    mails: int
    seconds: float


def trial(scenario: Scenario, others: Sequence[Rater] | None = None) -> Result:
    """Runs a scenario.

    Args:
        others: whom trustlane is held against; by default all four.
    """
    lanes = Lanes()
    plain = others if others is not None else (NoReputation(), TimeAverage(), CumulativeMean(), LastMarks())
    raters: list[Rater] = [*plain, lanes]
    counted_from = scenario.start + scenario.warm_up_days * DAY_SECONDS
    tallies = {rater.name: Tally(counted_from) for rater in raters}
    watch = Watch(_mishaps(scenario))
    mails, seconds = 0, 0.0
    for recorded in read_lines(line.encode() for line in lines(traffic(scenario))):
        assert isinstance(recorded, Recorded), recorded
        event = recorded.event
        for rater in raters:
            began = time.perf_counter()
            match event:
                case MailEvent():
                    tallies[rater.name].mail(event, rater.mail(event), recorded.truth)
                case FeedbackEvent():
                    rater.feedback(event)
                    tallies[rater.name].feedback(event)
                case OutboundEvent():
                    rater.outbound(event)
        seconds += time.perf_counter() - began
        if isinstance(event, MailEvent) and lanes.verdict:
            mails += 1
            watch.mail(event, lanes.verdict, recorded.truth)
        elif isinstance(event, FeedbackEvent):
            watch.feedback(event, lanes.weight_of(event.reporter))
    figures = {name: tally.figures() for name, tally in tallies.items()}
    return Result(scenario.title, figures, watch, lanes.changed_unanswered, mails, seconds)


def _mishaps(scenario: Scenario) -> tuple[Mishap, ...]:
    senders = {
        population.name: [sender for _, sender in lasting(scenario, population)]
        for population in scenario.population
        if not population.lifetime_days
    }
    return mishaps(scenario, senders)
