"""How observations change what is remembered."""

import pytest

from trustlane.errors import LedgerError
from trustlane.ledger.evidence import (
    BAD,
    EVIDENCE_CAP,
    GOOD,
    HALF_LIFE_SECONDS,
    NEWCOMER_EVIDENCE,
    after,
    checked,
    counted,
    decayed,
    evidence,
    touched,
)
from trustlane.ledger.history import History, Subject
from trustlane.ledger.observation import Kind, Observation

NOW = 1_800_000_000.0
SUBJECT = Subject("dkim", "example.com")
NEWCOMERS = Subject("newcomer", "dkim")

WEIGHTS = [
    (Kind.COMPLAINT, 0.0, 2.5),
    (Kind.TRAP, 0.0, 10.0),
    (Kind.JUNK, 0.0, 1.0),
    (Kind.CLEAN, 0.5, 0.0),
    (Kind.SILENCE, 0.25, 0.0),
    (Kind.NOT_JUNK, 1.0, 0.0),
    (Kind.ANSWERED, 2.0, 0.0),
    (Kind.MAIL, 0.0, 0.0),
    (Kind.TRUST_GAINED, 0.0, 0.0),
    (Kind.TRUST_LOST, 0.0, 0.0),
    (Kind.WRITTEN, 0.0, 0.0),
]


@pytest.mark.parametrize(("kind", "good", "bad"), WEIGHTS)
def test_each_kind_has_its_weight(kind: Kind, good: float, bad: float) -> None:
    history = after(History(SUBJECT), _observed(kind))
    assert (history.good, history.bad) == (good, bad)


def test_every_kind_stands_in_the_table_of_weights() -> None:
    assert {kind for kind, _, _ in WEIGHTS} == set(Kind)
    assert not GOOD.keys() & BAD.keys()


def test_evidence_halves_in_thirty_days_good_and_bad_alike() -> None:
    history = decayed(History(SUBJECT, 8.0, 4.0, NOW), NOW + HALF_LIFE_SECONDS)
    assert (history.good, history.bad, history.as_of) == (4.0, 2.0, NOW + HALF_LIFE_SECONDS)


def test_a_clock_that_goes_backwards_grows_nothing() -> None:
    history = History(SUBJECT, 8.0, 4.0, NOW)
    assert decayed(history, NOW - HALF_LIFE_SECONDS) == history


def test_a_late_observation_counts_as_if_it_had_come_in_time() -> None:
    early, late = _observed(Kind.NOT_JUNK, NOW - HALF_LIFE_SECONDS), _observed(Kind.COMPLAINT, NOW)
    in_time = after(after(History(SUBJECT), early), late)
    too_late = after(after(History(SUBJECT), late), early)
    assert (too_late.good, too_late.bad) == (in_time.good, in_time.bad) == (0.5, 2.5)
    assert (too_late.as_of, too_late.first_seen, too_late.last_seen) == (NOW, NOW - HALF_LIFE_SECONDS, NOW)


def test_no_more_evidence_is_kept_than_the_cap() -> None:
    """One more observation over it scales both counts down."""
    history = after(History(SUBJECT, EVIDENCE_CAP - 30.0, 30.0, NOW), _observed(Kind.TRAP))
    assert evidence(history) == pytest.approx(EVIDENCE_CAP)
    assert history.bad == pytest.approx(40.0 * 300 / 310)


def test_mails_are_counted_and_trust_is_kept_beside_the_evidence() -> None:
    history = History(SUBJECT)
    for kind in (Kind.MAIL, Kind.TRUST_GAINED, Kind.MAIL, Kind.CLEAN):
        history = after(history, _observed(kind))
    assert (history.mails, history.is_trusted) == (2, True)
    assert not after(history, _observed(Kind.TRUST_LOST)).is_trusted


NEWCOMER_CASES = [
    (Kind.JUNK, 0.0, 1.0, "the first observation"),
    (Kind.JUNK, NEWCOMER_EVIDENCE - 0.01, 1.0, "the last one as a newcomer"),
    (Kind.JUNK, NEWCOMER_EVIDENCE, None, "no newcomer any more"),
    (Kind.MAIL, 0.0, None, "no weight, no lesson"),
]


@pytest.mark.parametrize(("kind", "good", "bad_of_newcomers", "reason"), NEWCOMER_CASES)
def test_what_newcomers_do_counts_for_all_newcomers(
    kind: Kind, good: float, bad_of_newcomers: float | None, reason: str
) -> None:
    changed = counted({SUBJECT: History(SUBJECT, good, 0.0, NOW)}, _observed(kind))
    newcomers = changed.get(NEWCOMERS)
    assert (newcomers.bad if newcomers else None) == bad_of_newcomers, reason


def test_an_observation_counts_once_for_a_subject_named_twice() -> None:
    observation = Observation(Kind.JUNK, NOW, (SUBJECT, SUBJECT))
    assert counted({}, observation)[SUBJECT].bad == 1.0


def test_two_newcomers_of_one_kind_teach_twice() -> None:
    observation = Observation(Kind.JUNK, NOW, (SUBJECT, Subject("dkim", "example.org")))
    assert counted({}, observation)[NEWCOMERS].bad == 2.0
    assert touched(observation) == {*observation.subjects, NEWCOMERS}


@pytest.mark.parametrize("time", [float("nan"), float("inf")])
def test_an_observation_without_a_time_is_refused(time: float) -> None:
    with pytest.raises(LedgerError, match="needs a time"):
        checked([_observed(Kind.MAIL), _observed(Kind.MAIL, time)])


def _observed(kind: Kind, time: float = NOW) -> Observation:
    return Observation(kind, time, (SUBJECT,))
