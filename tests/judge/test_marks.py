"""The marks hold in a small world of 24 days in which everything goes wrong; ``make judge`` has the months."""

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[2] / "benches"))

from judge.marks import LEAST_COVERAGE_PERCENT, MOST_AFTER_TURN, marks
from judge.trial import Result, trial
from trustlane.simulate import load


@pytest.fixture(scope="module")
def result() -> Result:
    return trial(load("mini"), ())


def test_established_senders_are_trusted(result: Result) -> None:
    coverage = result.figures["**trustlane**"].established_coverage_percent
    assert coverage is not None
    assert coverage >= LEAST_COVERAGE_PERCENT


def test_every_mark_is_reached(result: Result) -> None:
    """A turn, a taken mailbox, a replay, slander by one and by ten, an outage: each has its mark, and reaches it."""
    reached = list(marks(result))
    assert len(reached) >= 8
    assert [mark for mark in reached if not mark.holds] == []


def test_what_was_betrayed_had_been_trusted(result: Result) -> None:
    """A mark that nobody could miss would say nothing."""
    assert all(it.was_trusted for it in result.watch.betrayals)
    assert all(it.harm > 0 for it in result.watch.betrayals)


def test_a_turn_does_little_harm(result: Result) -> None:
    figures = result.figures["**trustlane**"]
    assert figures.harm_most is not None
    assert figures.harm_most <= MOST_AFTER_TURN
