"""What the report counts."""

import re

import pytest
from tests.edges.replay.events import SEEN, feedback, mail

from trustlane.replay import FeedbackEvent, MailEvent, Recorded, Truth, read_lines
from trustlane.replay.page import as_html
from trustlane.replay.report import as_text
from trustlane.replay.roc import Roc, logistic_average_percent
from trustlane.replay.tally import Outcome, Tally

DAY = 86_400.0
TRUSTED, OPEN, HELD = Outcome(True, True, -100.0), Outcome(False, True, 1.0), Outcome(False, False, 9.0)


def told(
    tally: Tally, outcome: Outcome, truth: Truth | None, *, time: float = SEEN, id_: str = "m", **more: str
) -> None:
    (recorded,) = read_lines([mail(id_, time, **more)])
    assert isinstance(recorded, Recorded)
    assert isinstance(recorded.event, MailEvent)
    tally.mail(recorded.event, outcome, truth)


def against(tally: Tally, about: str, reporter: str) -> None:
    (recorded,) = read_lines([feedback(about, "complaint", SEEN, reporter)])
    assert isinstance(recorded, Recorded)
    assert isinstance(recorded.event, FeedbackEvent)
    tally.feedback(recorded.event)


def test_rates_are_shares_of_their_kind() -> None:
    tally = Tally()
    for outcome, truth, count in (
        (TRUSTED, Truth.WANTED, 89),
        (OPEN, Truth.WANTED, 10),
        (HELD, Truth.WANTED, 1),
        (TRUSTED, Truth.UNWANTED, 1),
        (OPEN, Truth.UNWANTED, 9),
        (HELD, Truth.UNWANTED, 40),
        (TRUSTED, None, 7),
    ):
        for _ in range(count):
            told(tally, outcome, truth)
    figures = tally.figures()
    assert figures.mails == 157
    assert figures.trusted == 97
    assert figures.misplaced_percent == pytest.approx(1.0)
    assert figures.passed_percent == pytest.approx(20.0)
    assert figures.coverage_percent == pytest.approx(89.0)
    assert figures.contamination_per_million == pytest.approx(1e6 / 90)
    assert figures.lost_in_open == 1
    assert figures.lost_in_open_percent == pytest.approx(100 / 11)
    assert figures.logistic_average_percent == pytest.approx(4.783, abs=0.01)


def test_a_score_that_tells_all_apart_misses_no_area() -> None:
    roc = Roc()
    for number in range(10):
        roc.add(float(number), is_wanted=True)
        roc.add(20.0 + number, is_wanted=False)
    assert roc.missing_area_percent() == 0.0


def test_a_score_that_tells_nothing_misses_half() -> None:
    roc = Roc()
    for number in range(10):
        roc.add(float(number), is_wanted=True)
        roc.add(float(number), is_wanted=False)
    assert roc.missing_area_percent() == 50.0
    assert Roc().missing_area_percent() is None


def test_the_logistic_average_lets_neither_rate_hide() -> None:
    assert logistic_average_percent(50.0, 50.0) == pytest.approx(50.0)
    assert logistic_average_percent(0.0, 50.0) < 0.2
    assert logistic_average_percent(1.0, 1.0) == pytest.approx(1.0)


def test_a_sender_is_established_by_a_week_and_150_wanted_mails() -> None:
    tally = Tally()
    for number in range(150):
        told(tally, TRUSTED, Truth.WANTED, time=SEEN + number)
    assert tally.established.total() == 0
    told(tally, OPEN, Truth.WANTED, time=SEEN + 8 * DAY)
    told(tally, TRUSTED, Truth.WANTED, time=SEEN + 8 * DAY)
    told(tally, TRUSTED, Truth.WANTED, time=SEEN + 8 * DAY, domain="new.example")
    assert tally.figures().established_coverage_percent == 50.0


def test_who_sends_much_unwanted_mail_is_established_for_something_else() -> None:
    tally = Tally()
    for number in range(400):
        told(tally, OPEN, Truth.UNWANTED if number % 20 == 0 else Truth.WANTED, time=SEEN + number)
    told(tally, OPEN, Truth.WANTED, time=SEEN + 8 * DAY)
    assert tally.established.total() == 0


def test_the_warm_up_makes_a_past_and_counts_for_nothing() -> None:
    tally = Tally(counted_from=SEEN + 7 * DAY)
    for number in range(160):
        told(tally, OPEN, Truth.UNWANTED if number % 40 == 0 else Truth.WANTED, time=SEEN + number)
    told(tally, TRUSTED, Truth.WANTED, time=SEEN + 8 * DAY)
    assert (tally.figures().mails, tally.figures().established_wanted) == (1, 1)


def test_harm_is_what_the_trusted_lane_carried_before_the_sender_was_demoted() -> None:
    tally = Tally()
    told(tally, TRUSTED, Truth.WANTED)
    for number in range(5):
        told(tally, TRUSTED, Truth.UNWANTED, id_=f"bad{number}")
        against(tally, f"bad{number}", f"user{number}")
    told(tally, HELD, Truth.UNWANTED)
    told(tally, TRUSTED, Truth.UNWANTED)
    figures = tally.figures()
    assert (figures.turns, figures.harm_median, figures.harm_most) == (1, 5.0, 5.0)
    (turn,) = tally.pasts.turns
    assert (len(turn.against), turn.after_third, turn.is_demoted) == (3, 2, True)


def test_time_to_trust_runs_from_the_first_mail() -> None:
    tally = Tally()
    for number in range(6):
        told(tally, OPEN if number < 4 else TRUSTED, Truth.WANTED, time=SEEN + number * DAY)
    figures = tally.figures()
    assert (figures.days_to_trust, figures.mails_to_trust, figures.senders_trusted) == (4.0, 4.0, 1)


def test_a_log_without_truth_tells_lanes_alone() -> None:
    tally = Tally()
    told(tally, TRUSTED, None)
    told(tally, OPEN, None)
    text = as_text(tally.figures())
    assert "trusted lane" in text
    assert "hm %" not in text
    assert "ROCA" not in text


def test_the_page_asks_for_nothing_and_runs_nothing() -> None:
    tally = Tally()
    for number in range(30):
        told(tally, TRUSTED, Truth.WANTED, time=SEEN + number * DAY / 3)
        told(tally, OPEN, Truth.UNWANTED, time=SEEN + number * DAY / 3, domain="other.example")
    page = as_html(tally, '<script>"x"</script>.jsonl')
    assert page.count("<svg") == 4
    assert not re.search(r"https?:|<script|<link|<img|url\(|@import|javascript:", page)
    assert "&lt;script&gt;" in page
