"""The plainer ways that trustlane is held against do what their descriptions say, and fail as those say."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2] / "benches"))

from tests.edges.replay.events import SEEN, feedback, line, mail

from judge.cumulative_mean import CumulativeMean
from judge.last_marks import LastMarks
from judge.no_reputation import NoReputation
from judge.rater import Rater
from judge.time_average import TimeAverage
from trustlane.replay import FeedbackEvent, MailEvent, OutboundEvent, Recorded, read_lines
from trustlane.replay.tally import Outcome

DAY = 86_400.0


def outcomes(rater: Rater, *log: bytes) -> list[Outcome]:
    found = []
    for recorded in read_lines(log):
        assert isinstance(recorded, Recorded)
        match recorded.event:
            case MailEvent():
                found.append(rater.mail(recorded.event))
            case FeedbackEvent():
                rater.feedback(recorded.event)
            case OutboundEvent():
                rater.outbound(recorded.event)
    return found


def clean(count: int, days: float = 30.0) -> list[bytes]:
    """So many good mails, spread over days."""
    return [mail(f"good{number}", SEEN + number * days * DAY / count, content_score=-3.0) for number in range(count)]


def spam(count: int, time: float) -> list[bytes]:
    """So many mails within an hour that any filter knows."""
    return [mail(f"bad{number}", time + number * 3600.0 / count, content_score=15.0) for number in range(count)]


def test_without_reputation_the_points_decide() -> None:
    of = outcomes(
        NoReputation(), mail("a", content_score=5.9), mail("b", content_score=6.0), mail("c", content_score=None)
    )
    assert [it.is_delivered for it in of] == [True, False, True]
    assert not any(it.is_trusted for it in of)


def test_an_average_over_time_is_good_after_thousands_of_spams_in_an_hour() -> None:
    of = outcomes(TimeAverage(), *clean(30), *spam(2000, SEEN + 30 * DAY))
    assert of[-1].is_trusted


def test_an_average_over_time_needs_ten_mails() -> None:
    of = outcomes(TimeAverage(), *clean(12))
    assert [it.is_trusted for it in of] == [False] * 10 + [True] * 2


def test_a_mean_over_all_time_takes_as_much_spam_as_there_was_mail() -> None:
    of = outcomes(CumulativeMean(), *clean(300), *spam(400, SEEN + 30 * DAY))
    trusted = [it.is_trusted for it in of[300:]]
    assert trusted.index(False) > 100


def test_a_mean_over_all_time_learns_what_users_say() -> None:
    of = outcomes(
        CumulativeMean(), mail("a"), feedback("a", "junk", SEEN + 5.0), mail("b", SEEN + 9.0, content_score=1.0)
    )
    assert not of[1].is_trusted
    assert of[1].suspicion > 1.0


MARKS = [
    (["not_junk"], True, True, "the last one was good"),
    (["junk"], False, False, "the only one was junk"),
    (["not_junk", "junk"], True, True, "one of the last two was good"),
    (["not_junk", "junk", "junk"], False, False, "the last two were junk, whatever was before"),
]


def test_the_last_two_marks_of_an_address_decide() -> None:
    for kinds, is_trusted, is_delivered, reason in MARKS:
        log = []
        for number, kind in enumerate(kinds):
            log += [mail(f"m{number}", SEEN + number * DAY), feedback(f"m{number}", kind, SEEN + number * DAY + 5.0)]
        last = outcomes(LastMarks(), *log, mail("last", SEEN + len(kinds) * DAY, content_score=9.0))[-1]
        assert (last.is_trusted, last.is_delivered) == (is_trusted, is_delivered), reason


def test_whoever_was_written_to_is_let_in() -> None:
    written = line(type="outbound", time=SEEN, **{"from": "user@site.example", "rcpt": ["office@firm.example"]})
    assert outcomes(LastMarks(), written, mail("m", SEEN + 5.0, content_score=20.0))[-1].is_trusted


def test_one_good_mark_lets_in_a_flood_until_somebody_speaks() -> None:
    said = feedback("good0", "not_junk", SEEN + 5.0)
    of = outcomes(LastMarks(), clean(1)[0], said, *spam(1000, SEEN + DAY))
    assert all(it.is_trusted for it in of[1:])
