"""Volume: whether a subject sends far more than it ever did, by the hour and by the day.

An account that was taken over, or a domain that was bought, keeps its good name for as long as complaints take. What
it cannot keep is its old number of mails.
"""

from typing import NamedTuple

from trustlane.ledger.history import History

HOUR_SECONDS = 3_600
DAY_SECONDS = 86_400

TIMES = 4.0
"""So many times its own most is far more. A firm that grows doubles; a campaign for a holiday triples."""

FREE_IN_HOUR = 12.0
"""Mails an hour that are never too many: what one person may write on a busy morning. A mailbox that was taken over is
stopped after so many; at thirty, it had done its harm before anybody spoke."""

FREE_IN_DAY = 60.0
"""Mails a day that are never too many."""

AUDITS = 10
"""Clean audits, or wanted mails, that release the brake: ten of ten leave less than 26 % of junk likely (95 %)."""

MOST_HALF_LIFE_DAYS = 180.0
"""The most fades: half a year later it is half."""


class Windows(NamedTuple):
    """The fields of a history that tell of volume, in their order there."""

    hour: int
    in_hour: int
    most_in_hour: float
    day: int
    in_day: int
    most_in_day: float


def with_mail(history: History, time: float) -> Windows:
    """The windows once a mail of this time is counted. A late one counts in the window that is open."""
    hour, day = int(time // HOUR_SECONDS), int(time // DAY_SECONDS)
    if hour > history.hour:
        in_hour, most_in_hour = 1, _most_in_hour(history, hour)
    else:
        hour, in_hour, most_in_hour = history.hour, history.in_hour + 1, history.most_in_hour
    if day > history.day:
        in_day, most_in_day = 1, _most_in_day(history, day)
    else:
        day, in_day, most_in_day = history.day, history.in_day + 1, history.most_in_day
    return _windows(Windows, (hour, in_hour, most_in_hour, day, in_day, most_in_day))


_windows = tuple.__new__


def is_over(windows: Windows) -> bool:
    """Whether an hour or a day holds far more than any did before. Who has no day behind it has no past to compare."""
    if not windows.most_in_day:
        return False
    return windows.in_hour > max(FREE_IN_HOUR, TIMES * windows.most_in_hour) or windows.in_day > max(
        FREE_IN_DAY, TIMES * windows.most_in_day
    )


def _most_in_hour(history: History, hour: int) -> float:
    # What was sent while braked says nothing of what is usual.
    ended = 0.0 if history.audits_due else float(history.in_hour)
    return max(history.most_in_hour * _faded((hour - history.hour) / 24.0), ended)


def _most_in_day(history: History, day: int) -> float:
    ended = 0.0 if history.audits_due else float(history.in_day)
    return max(history.most_in_day * _faded(day - history.day), ended)


def _faded(days: float) -> float:
    return float(2.0 ** (-days / MOST_HALF_LIFE_DAYS))
