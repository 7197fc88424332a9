"""What a history is worth."""

from collections.abc import Iterable

import pytest

from trustlane.assessment.standing import Level, Standing, Thresholds, standing
from trustlane.ledger.evidence import after
from trustlane.ledger.history import History, Subject
from trustlane.ledger.observation import Kind, Observation

DAY = 86_400.0
NOW = 1_800_000_000.0
SUBJECT = Subject("rfc5322.from", "example.com")


def test_nothing_starts_good() -> None:
    """Even where every newcomer so far was good, a newcomer is not trusted, and neither is one with ten good marks."""
    for good in (0.0, 10.0):
        judged = _judged(good, 0.0, newcomers=History(Subject("newcomer", "rfc5322.from"), 300.0, 0.0, NOW))
        assert judged.level in (Level.NEWCOMER, Level.KNOWN)
        assert judged.lower_bound < 0.9


def test_a_newcomer_is_expected_to_be_like_other_newcomers() -> None:
    assert _judged(0.0, 0.0).rating == 0.5
    poor = _judged(0.0, 0.0, newcomers=History(Subject("newcomer", "rfc5322.from"), 8.0, 90.0, NOW))
    assert poor.rating == pytest.approx(0.09)
    assert poor.level is Level.NEWCOMER
    assert poor.confidence == 0.0


LEVELS = [
    (0.0, 0.0, False, Level.NEWCOMER, "nothing known"),
    (9.9, 0.0, False, Level.NEWCOMER, "under ten observations"),
    (10.0, 0.0, False, Level.KNOWN, "known, not yet trusted"),
    (97.0, 0.0, False, Level.KNOWN, "one clean observation too few"),
    (98.0, 0.0, False, Level.TRUSTED, "98 clean observations claim 3 %"),
    (60.0, 0.0, True, Level.TRUSTED, "trust is kept above 0.94"),
    (47.0, 0.0, True, Level.KNOWN, "and lost below it"),
    (200.0, 2.5, False, Level.KNOWN, "one complaint in 200 is too much to gain trust"),
    (200.0, 2.5, True, Level.TRUSTED, "but not to lose it"),
    (0.0, 4.9, False, Level.NEWCOMER, "too little to condemn"),
    (0.0, 5.0, False, Level.BAD, "two complaints and nothing good"),
    (0.0, 10.0, False, Level.BAD, "one spam trap"),
    (100.0, 150.0, True, Level.BAD, "more unwanted than wanted, almost certainly"),
    (100.0, 100.0, False, Level.KNOWN, "half of it is wanted"),
]


@pytest.mark.parametrize(("good", "bad", "was_trusted", "level", "reason"), LEVELS)
def test_levels(good: float, bad: float, was_trusted: bool, level: Level, reason: str) -> None:
    assert _judged(good, bad, was_trusted=was_trusted).level is level, reason


def test_trust_fades_in_silence() -> None:
    """A subject with the most evidence there can be, all good, keeps trust through 75 days without mail, not 85."""
    history = History(SUBJECT, 300.0, 0.0, NOW, is_trusted=True)
    assert standing(history, None, NOW + 75 * DAY, Thresholds()).level is Level.TRUSTED
    assert standing(history, None, NOW + 85 * DAY, Thresholds()).level is Level.KNOWN


@pytest.mark.parametrize(("bad_mails", "kind"), [(3, Kind.JUNK), (3, Kind.COMPLAINT), (2, Kind.TRAP)])
def test_a_long_good_past_buys_no_impunity(bad_mails: int, kind: Kind) -> None:
    """With all the good past that is kept, three bad mails in a row lose trust, or two traps, and one less does not."""
    history = History(SUBJECT, 300.0, 0.0, NOW, is_trusted=True)
    seen = 0
    while standing(history, None, NOW, Thresholds()).level is Level.TRUSTED:
        history = after(history, Observation(kind, NOW, (SUBJECT,)))
        seen += 1
    assert seen == bad_mails


@pytest.mark.parametrize(("weight", "kind"), [(1.0, Kind.JUNK), (2.5, Kind.COMPLAINT), (10.0, Kind.TRAP)])
def test_some_ten_bad_mails_among_good_ones_lose_trust_without_any_turn(weight: float, kind: Kind) -> None:
    """What the cap alone does: each bad mail comes with as many wanted ones as hide it from the drift."""
    history = History(SUBJECT, 300.0, 0.0, NOW, is_trusted=True)
    bad_mails = 0
    while standing(history, None, NOW, Thresholds()).level is Level.TRUSTED:
        history = after(history, Observation(kind, NOW, (SUBJECT,)))._replace(drift=0.0)
        bad_mails += 1
    assert 9.0 <= bad_mails * weight <= 20.0


MASS_MAILERS = [
    (0.001, False, Level.TRUSTED, "0.1 % complaints earn trust"),
    (0.003, False, Level.KNOWN, "0.3 % cannot earn it"),
    (0.003, True, Level.TRUSTED, "though they do not lose it"),
    (0.005, True, Level.KNOWN, "0.5 % lose it"),
]


@pytest.mark.parametrize(("complaint_rate", "was_trusted", "level", "reason"), MASS_MAILERS)
def test_a_mass_mailer_with_10_000_mails_a_day(
    complaint_rate: float, was_trusted: bool, level: Level, reason: str
) -> None:
    """Complaints come evenly among silent recipients; the level is that of the mean over the last day."""
    history = History(SUBJECT, 290.0, 10.0, NOW, is_trusted=was_trusted)
    good, bad = [], []
    for number, kind in enumerate(_kinds(20_000, complaint_rate)):
        history = after(history, Observation(kind, NOW + number * DAY / 10_000, (SUBJECT,)))
        if number >= 10_000:
            good.append(history.good)
            bad.append(history.bad)
    assert _judged(sum(good) / len(good), sum(bad) / len(bad), was_trusted=was_trusted).level is level, reason


def test_a_mail_alone_teaches_nothing() -> None:
    """A mail that was merely seen, with whatever temporary errors, neither trains nor demotes: only labels do."""
    history = History(SUBJECT, 100.0, 0.0, NOW, is_trusted=True)
    seen = after(history, Observation(Kind.MAIL, NOW, (SUBJECT,)))
    assert standing(seen, None, NOW, Thresholds()) == standing(history, None, NOW, Thresholds())


def test_confidence_is_the_part_that_rests_on_own_evidence() -> None:
    assert _judged(0.0, 0.0).confidence == 0.0
    assert _judged(1.0, 1.0).confidence == 0.5
    assert _judged(98.0, 0.0).confidence == 0.98


def _kinds(mails: int, complaint_rate: float) -> Iterable[Kind]:
    every = round(1 / complaint_rate)
    return (Kind.COMPLAINT if number % every == 0 else Kind.SILENCE for number in range(1, mails + 1))


def _judged(good: float, bad: float, *, was_trusted: bool = False, newcomers: History | None = None) -> Standing:
    return standing(History(SUBJECT, good, bad, NOW, is_trusted=was_trusted), newcomers, NOW, Thresholds())
