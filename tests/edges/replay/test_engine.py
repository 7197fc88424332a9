"""The engine judges with the clock of the events, and learns from nothing but them."""

import json
from collections.abc import Iterable

from tests.edges.replay.events import SEEN, feedback, line, mail

from trustlane.lanes import Action, Lane, Mode, Policy
from trustlane.ledger.memory import MemoryLedger
from trustlane.replay import Recorded, read_lines
from trustlane.replay.content import ContentFilter
from trustlane.replay.engine import Engine, Verdict
from trustlane.replay.run import run
from trustlane.replay.tally import Tally
from trustlane.replay.write import as_line
from trustlane.simulate import load, traffic
from trustlane.simulate.write import lines

DAY = 86_400.0


def judged(log: Iterable[bytes], tally: Tally | None = None) -> list[Verdict]:
    engine = Engine(MemoryLedger(), Policy(mode=Mode.ENFORCE), ContentFilter())
    recorded = [it for it in read_lines(log) if isinstance(it, Recorded)]
    return list(run(engine, tally or Tally(), recorded))


def answered(count: int, begin: float = SEEN) -> list[bytes]:
    """So many mails of one firm, an hour apart, each answered by another reader."""
    times = [begin + number * 3600.0 for number in range(count)]
    mails = [mail(f"m{number}", time) for number, time in enumerate(times)]
    answers = [feedback(f"m{n}", "answered", time + 60.0, f"user{n}@site.example") for n, time in enumerate(times)]
    return [event for pair in zip(mails, answers, strict=True) for event in pair]


def test_a_newcomer_takes_the_open_lane_and_is_told_why() -> None:
    (verdict,) = judged([mail("m1")])
    assert (verdict.lane, verdict.action) == (Lane.OPEN, Action.DELIVER)
    assert verdict.reasons[0].code == "standing.unknown"


def test_trust_comes_with_evidence_and_the_clock_is_that_of_the_log() -> None:
    """Two hundred mails within nine days are enough; the same ones years ago are worth nothing today."""
    verdicts = judged([*answered(200), mail("late", SEEN + 200 * 3600.0), mail("later", SEEN + 900 * DAY)])
    assert verdicts[-2].lane is Lane.TRUSTED
    assert verdicts[-1].lane is Lane.OPEN


def test_silence_is_settled_when_the_log_has_gone_on_for_three_days() -> None:
    quiet = [mail("m1"), mail("m2", SEEN + 71 * 3600.0), mail("m3", SEEN + 74 * 3600.0), mail("m4", SEEN + 75 * 3600.0)]
    sizes = [verdict.assessment.standings[1].sample_size for verdict in judged(quiet)]
    clean = 0.5
    assert sizes[1] < 2 * clean
    assert sizes[3] > 3 * clean


def test_feedback_counts_by_the_id_of_the_mail() -> None:
    log = [
        mail("m1"),
        feedback("m1", "trap", SEEN + 5.0),
        feedback("nobody", "trap", SEEN + 6.0),
        mail("m2", SEEN + 9.0),
    ]
    verdict = judged(log)[-1]
    assert verdict.action is Action.REJECT
    assert verdict.reasons[0].code == "standing.bad"


def test_the_content_filter_of_the_log_acts_in_the_open_lane() -> None:
    told = json.loads(mail("m1"))
    verdict = judged([line(**{**told, "content_score": 7.5})])[0]
    assert verdict.action is Action.QUARANTINE
    assert verdict.reasons[-1].code == "replay.content"


def test_the_truth_changes_no_verdict() -> None:
    """The same log with all truths turned about, and without any, gives the same octets."""
    scenario = load("mini")
    log = [text.encode() for _, text in zip(range(3000), lines(traffic(scenario)), strict=False)]
    told = "".join(as_line(verdict) for verdict in judged(log))
    turned = [it.replace(b'"truth":"wanted"', b'"truth":"un-wanted"') for it in log]
    turned = [
        it.replace(b'"truth":"unwanted"', b'"truth":"wanted"').replace(b"un-wanted", b"unwanted") for it in turned
    ]
    assert turned != log
    assert "".join(as_line(verdict) for verdict in judged(turned)) == told
    without = [it.replace(b',"truth":"wanted"', b"").replace(b',"truth":"unwanted"', b"") for it in log]
    assert b"truth" not in b"".join(without)
    assert "".join(as_line(verdict) for verdict in judged(without)) == told


def test_a_verdict_is_written_with_its_subjects() -> None:
    written = json.loads(as_line(judged([*answered(200), mail("late", SEEN + 200 * 3600.0)])[-1]))
    assert (written["id"], written["lane"], written["action"]) == ("late", "trusted", "deliver")
    assert written["reasons"][0]["code"] == "standing.trusted"
    first = written["subjects"][0]
    assert (first["kind"], first["name"]) == ("address", "office@firm.example")
    assert first["lower_bound"] >= 0.97
    assert first["sample_size"] > 98
    assert 0.97 < first["rating"] <= 1.0
