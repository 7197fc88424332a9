"""The parts of standing that can take trust away, and what is told of each."""

import random
from collections.abc import Iterator

import pytest

from trustlane.assessment import Level, Standing, Thresholds, assess, subjects_needed
from trustlane.assessment.standing import standing
from trustlane.ledger.drift import TURNED_AT
from trustlane.ledger.evidence import after
from trustlane.ledger.history import History, Subject
from trustlane.ledger.marks import mark
from trustlane.ledger.observation import Kind, Observation, Sighting

NOW = 1_800_000_000.0
DAY = 86_400.0
ANN = Subject("address", "ann@firm.example")
FIRM = Subject("rfc5322.from", "firm.example")
SIGNER = Subject("dkim", "service.example")
PAIR = Subject("pair", "firm.example service.example")
SIGNATURE = Subject("signature", "a3ef")
MANY = sum({mark(f"{number}.example") for number in range(9)})
GOOD = {"good": 300.0, "as_of": NOW, "long_good": 300.0, "last_mail": NOW, "is_trusted": True}


def test_a_turned_address_does_not_hide_behind_its_domain() -> None:
    """All its evidence is good still; three complaints in a row are enough."""
    turned = History(ANN, 300.0, 7.5, NOW, is_trusted=True, drift=TURNED_AT + 1.0, last_mail=NOW)
    assessment = assess([ANN, FIRM], {ANN: turned, FIRM: History(FIRM, **GOOD)}, NOW, Thresholds())
    assert (assessment.is_trusted, assessment.reasons[0].code) == (False, "standing.turned")
    assert assessment.changes == ((ANN, False),)


def test_trust_that_was_lost_by_a_turn_comes_back_when_half_is_made_good() -> None:
    for drift, level in ((TURNED_AT - 1.0, Level.KNOWN), (TURNED_AT / 2.0 - 0.1, Level.TRUSTED)):
        history = History(FIRM, 300.0, 1.0, NOW, drift=drift, last_mail=NOW)
        assert standing(history, None, NOW, Thresholds()).level is level


def test_a_trusted_sender_that_sends_far_too_much_takes_the_open_lane_and_keeps_its_standing() -> None:
    for history in (
        History(FIRM, **GOOD, audits_due=4, braked_at=NOW),
        History(FIRM, **GOOD, hour=int(NOW // 3_600), in_hour=40, most_in_hour=10.0, most_in_day=50.0),
    ):
        assessment = assess([FIRM], {FIRM: history}, NOW, Thresholds())
        assert (assessment.is_trusted, assessment.reasons[0].code) == (False, "standing.braked")
        assert assessment.changes == ()


def test_a_braked_address_does_not_hide_behind_its_domain() -> None:
    braked = History(ANN, **GOOD, audits_due=4, braked_at=NOW)
    assessment = assess([ANN, FIRM], {ANN: braked, FIRM: History(FIRM, **GOOD)}, NOW, Thresholds())
    assert assessment.reasons[0].code == "standing.braked"


PAIRS = [
    ([PAIR, SIGNER], 0, True, "standing.trusted", "a signer of few speaks for its own"),
    ([PAIR, SIGNER], MANY, False, "standing.pair-shared", "any customer of a shared service could write this From"),
    ([FIRM, PAIR, SIGNER], MANY, True, "standing.trusted", "an author that is validated is who it says"),
]


@pytest.mark.parametrize(("subjects", "others", "is_trusted", "code", "reason"), PAIRS)
def test_a_pair_at_a_shared_service_needs_a_validated_author(
    subjects: list[Subject], others: int, is_trusted: bool, code: str, reason: str
) -> None:
    histories = {PAIR: History(PAIR, **GOOD), SIGNER: History(SIGNER, others=others), FIRM: History(FIRM)}
    assert SIGNER in subjects_needed([PAIR])
    assessment = assess(subjects, histories, NOW, Thresholds())
    assert (assessment.is_trusted, assessment.reasons[0].code) == (is_trusted, code), reason


def test_field_note_27_whoever_signs_for_many_lends_its_trust_to_nobody() -> None:
    """A shared mail service, however good its standing, does not launder the mail of its worst customer."""
    service = History(SIGNER, **GOOD, others=MANY)
    stranger = Subject("pair", "stranger.example service.example")
    assessment = assess([stranger, SIGNER], {SIGNER: service}, NOW, Thresholds())
    assert not assessment.is_trusted
    assert [reason.code for reason in assessment.reasons] == ["standing.unknown", "standing.shared"]


def test_what_other_customers_of_a_shared_service_did_is_not_held_against_a_trusted_author() -> None:
    bad = {"good": 0.0, "bad": 50.0, "as_of": NOW, "last_mail": NOW}
    for others, code in ((MANY, "standing.trusted"), (0, "standing.bad")):
        histories = {FIRM: History(FIRM, **GOOD), SIGNER: History(SIGNER, **bad, others=others)}
        assert assess([FIRM, SIGNER], histories, NOW, Thresholds()).reasons[0].code == code


def test_a_replayed_signature_takes_the_open_lane_and_names_what_it_is_a_copy_of() -> None:
    seen = sum({mark(f"user{number}@here.example") for number in range(25)})
    histories = {FIRM: History(FIRM, **GOOD), SIGNATURE: History(SIGNATURE, mails=30, others=seen)}
    sighting = Sighting(signatures=(SIGNATURE,), strangers=mark("user@here.example"))
    assert SIGNATURE in subjects_needed([FIRM], sighting)
    assessment = assess([FIRM], histories, NOW, Thresholds(), sighting)
    assert (assessment.is_trusted, assessment.copy_of) == (False, "a3ef")
    assert [reason.code for reason in assessment.reasons] == ["standing.replayed"]
    assert assessment.changes == ()


def test_field_note_26_one_clean_mail_does_not_outweigh_an_hour_of_spam() -> None:
    """An average over time would still read "good" after 9,999 spams within the hour; counts do not."""
    history = after(History(FIRM), Observation(Kind.NOT_JUNK, NOW - 60 * DAY, (FIRM,)))
    for number in range(9_999):
        history = after(history, Observation(Kind.COMPLAINT, NOW + number * 0.36, (FIRM,)))
    assert standing(history, None, NOW + 3_600, Thresholds()).level is Level.BAD


def test_field_note_28_a_mail_that_skips_the_filter_still_gets_a_label() -> None:
    """Silence, complaints and audits judge it from outside: trust never rests on the filter's score alone."""
    history = History(FIRM)
    for _ in range(2_000):
        history = after(history, Observation(Kind.SILENCE, NOW, (FIRM,)))
    assert standing(history, None, NOW, Thresholds()).level is Level.TRUSTED


def test_field_note_29_one_false_positive_is_outweighed_within_days() -> None:
    """Ten mails a day; an average that lasts took 29 days."""
    history = after(History(FIRM), Observation(Kind.JUNK, NOW, (FIRM,)))
    for number in range(30):
        history = after(history, Observation(Kind.CLEAN, NOW + number * DAY / 10, (FIRM,)))
    assert standing(history, None, NOW + 3 * DAY, Thresholds()).rating > 0.87


def test_field_note_30_sixty_good_days_do_not_buy_fourteen_bad_ones() -> None:
    """At any volume trust is gone after three complaints, the first day."""
    for mails_a_day in (10, 100, 2_000):
        history = History(FIRM)
        for number in range(60 * mails_a_day):
            history = after(history, Observation(Kind.SILENCE, NOW + number * DAY / mails_a_day, (FIRM,)))
        history = history._replace(is_trusted=True)
        assert standing(history, None, NOW + 60 * DAY, Thresholds()).level is Level.TRUSTED
        for _ in range(3):
            history = after(history, Observation(Kind.COMPLAINT, NOW + 60 * DAY, (FIRM,)))
        judged = standing(history, None, NOW + 60 * DAY, Thresholds())
        assert judged.has_turned
        assert judged.level is not Level.TRUSTED


RATES = [
    (0.001, False, 0.85, 1.0, "0.1 % earns trust, and holds it"),
    (0.003, False, 0.0, 0.06, "0.3 % cannot earn it, whatever luck a day brings"),
    (0.005, True, 0.0, 0.06, "0.5 % loses it"),
]


@pytest.mark.parametrize(("rate", "was_trusted", "least", "most", "reason"), RATES)
def test_complaints_that_come_at_random_earn_what_their_rate_deserves(
    rate: float, was_trusted: bool, least: float, most: float, reason: str
) -> None:
    """5,000 mails a day for 20 days; the share of time with trust, over three seeds. The long memory tells the rate."""
    shares = [_share_of_time(rate, was_trusted, seed) for seed in (1, 2, 3)]
    assert least <= sum(shares) / len(shares) <= most, (reason, shares)


def _share_of_time(rate: float, was_trusted: bool, seed: int) -> float:
    chance, thresholds = random.Random(seed), Thresholds()
    history = History(FIRM, 290.0, 1.0, NOW, is_trusted=was_trusted, long_good=290.0, long_bad=1.0)
    judged = trusted = 0
    for number in range(100_000):
        kind = Kind.COMPLAINT if chance.random() < rate else Kind.SILENCE
        time = NOW + number * DAY / 5_000
        history = after(history, Observation(kind, time, (FIRM,)))._replace(last_mail=time)
        if number % 50 == 0:
            is_trusted = standing(history, None, time, thresholds).level is Level.TRUSTED
            history = history._replace(is_trusted=is_trusted)
            if number >= 10_000:
                judged += 1
                trusted += is_trusted
    return trusted / judged


def test_each_part_is_told_with_its_reason() -> None:
    history = History(
        SIGNER,
        **{**GOOD, "long_good": 9000.0},
        drift=4.0,
        mails=9,
        hour=int(NOW // 3_600),
        in_hour=3,
        audits_due=2,
        braked_at=NOW,
        others=MANY,
    )
    assessment = assess([SIGNER], {SIGNER: history}, NOW, Thresholds())
    codes = [reason.code.removeprefix("part.") for reason in assessment.parts(assessment.standings[0])]
    assert codes == ["evidence", "capped", "prior", "bounds", "long", "drift", "volume", "braked", "shared", "held"]


def test_a_lapsed_name_is_told_as_renewed() -> None:
    history = History(FIRM, **{**GOOD, "last_mail": NOW - 200 * DAY, "as_of": NOW - 200 * DAY})
    assessment = assess([FIRM], {FIRM: history}, NOW, Thresholds())
    assert "part.renewed" in [reason.code for reason in assessment.parts(assessment.standings[0])]
    assert assessment.standings[0].level is Level.NEWCOMER


def test_what_was_judged_a_moment_ago_is_judged_again_when_anything_changed() -> None:
    """The same histories within one minute are judged once; a new history, minute or threshold is judged anew."""
    history = History(FIRM, **GOOD)
    (first,) = assess([FIRM], {FIRM: history}, NOW, Thresholds()).standings
    for seen in _changed(history, first):
        assert seen != first


def _changed(history: History, _first: Standing) -> Iterator[Standing]:
    yield from assess([FIRM], {FIRM: history._replace(bad=9.0)}, NOW, Thresholds()).standings
    yield from assess([FIRM], {FIRM: history}, NOW + DAY, Thresholds()).standings
    yield from assess([FIRM], {FIRM: history}, NOW, Thresholds(doubt=0.01)).standings
    newcomers = Subject("newcomer", FIRM.kind)
    yield from assess(
        [FIRM], {FIRM: history, newcomers: History(newcomers, 0.0, 50.0, NOW)}, NOW, Thresholds()
    ).standings
