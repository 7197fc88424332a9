"""Each part of what a history remembers, and why it is remembered so."""

import pytest

from trustlane.ledger import History, Kind, Observation, Subject
from trustlane.ledger.ageing import is_stale
from trustlane.ledger.drift import TURNED_AT
from trustlane.ledger.evidence import after, counted, touched
from trustlane.ledger.marks import how_many, mark
from trustlane.ledger.observation import Sighting
from trustlane.ledger.port import Remembered
from trustlane.ledger.renewal import renewed
from trustlane.ledger.reporters import Echo, echo, vote, weight_of
from trustlane.ledger.signatures import is_replayed
from trustlane.ledger.silence import settled
from trustlane.ledger.volume import AUDITS, FREE_IN_HOUR, TIMES

NOW = 1_800_000_000.0
HOUR, DAY = 3_600.0, 86_400.0
FIRM = Subject("rfc5322.from", "firm.example")
SIGNER = Subject("dkim", "service.example")
SIGNATURE = Subject("signature", "a3ef")


@pytest.mark.parametrize(("names", "least", "most"), [(0, 0.0, 0.0), (1, 1.0, 1.1), (5, 4.0, 6.0), (10, 8.0, 12.0)])
def test_marks_tell_about_how_many_names_there_were(names: int, least: float, most: float) -> None:
    marks = 0
    for number in range(names):
        marks |= mark(f"firm-{number}.example")
    assert least <= how_many(marks) <= most
    assert 0 <= marks < 2**32


DRIFTS = [
    ("complaint", False, "one complaint may be a slip of the hand"),
    ("complaint complaint", False, "two may come from a mailing that two people did not like"),
    ("complaint complaint complaint", True, "three in a row tell a turn"),
    ("trap complaint", True, "so do a trap and a complaint"),
    ("trap trap", True, "and two traps"),
    ("trap", False, "an address may have been given by mistake"),
    ("junk junk junk", True, "three verdicts of a filter"),
    ("complaint" + " silence" * 40 + " complaint" + " silence" * 40 + " complaint", False, "three in 80 mails do not"),
    ("complaint complaint answered answered complaint", False, "who is answered is not that bad"),
]


@pytest.mark.parametrize(("words", "has_turned", "reason"), DRIFTS)
def test_drift_tells_a_change_after_two_or_three_bad_events(words: str, has_turned: bool, reason: str) -> None:
    history = History(FIRM, 300.0, 0.0, NOW, long_good=1e6)
    for word in words.split():
        history = after(history, Observation(Kind(word), NOW, (FIRM,)))
    assert (history.drift >= TURNED_AT) == has_turned, reason


def test_a_good_past_earns_no_credit_against_drift() -> None:
    history = History(FIRM)
    for _ in range(10_000):
        history = after(history, Observation(Kind.SILENCE, NOW, (FIRM,)))
    assert history.drift == 0.0


def test_the_long_memory_has_no_cap() -> None:
    history = History(FIRM)
    for _ in range(2_000):
        history = after(history, Observation(Kind.SILENCE, NOW, (FIRM,)))
    assert (history.good, history.long_good) == (300.0, 500.0)


def test_a_burst_brakes_a_trusted_sender_until_audits_come_back_clean() -> None:
    history = History(FIRM, 200.0, is_trusted=True)
    for number in range(80):
        history = _mailed(history, NOW + number * HOUR / 8)
    usual = history.most_in_hour
    assert usual == 8.0
    burst = NOW + DAY
    for number in range(int(max(FREE_IN_HOUR, TIMES * usual)) + 1):
        assert history.audits_due == 0, number
        history = _mailed(history, burst)
    assert history.audits_due == AUDITS
    for _ in range(AUDITS - 1):
        history = after(history, Observation(Kind.CLEAN, burst + 60, (FIRM,)))
    assert history.audits_due == 1
    history = after(history, Observation(Kind.JUNK, burst + 70, (FIRM,)))
    assert history.audits_due == AUDITS, "one bad audit, and all are due again"
    for _ in range(AUDITS):
        history = after(history, Observation(Kind.CLEAN, burst + 80, (FIRM,)))
    assert history.audits_due == 0
    assert history.most_in_hour == history.in_hour, "what was found clean is usual from now on"


def test_the_silence_of_mail_from_before_does_not_release_the_brake() -> None:
    history = History(FIRM, is_trusted=True, braked_at=NOW, audits_due=AUDITS)
    before = after(history, Observation(Kind.SILENCE, NOW + 71 * HOUR, (FIRM,)))
    since = after(history, Observation(Kind.SILENCE, NOW + 73 * HOUR, (FIRM,)))
    assert (before.audits_due, since.audits_due) == (AUDITS, AUDITS - 1)


def test_an_hour_that_was_braked_does_not_become_usual() -> None:
    history = History(FIRM, is_trusted=True, hour=int(NOW // HOUR), in_hour=500, braked_at=NOW, audits_due=3)
    assert _mailed(history, NOW + HOUR).most_in_hour == 0.0


def test_who_is_not_trusted_has_nothing_to_brake() -> None:
    history = History(FIRM)
    for _ in range(1_000):
        history = _mailed(history, NOW)
    assert history.audits_due == 0


OLD_KEYS, NEW_KEYS, OLD_NET, NEW_NET = 1, 2, 4, 8
RENEWALS = [
    (179, OLD_KEYS, OLD_NET, False, "half a year is not over"),
    (181, OLD_KEYS, OLD_NET, True, "no mail for 180 days"),
    (31, NEW_KEYS, NEW_NET, True, "after a pause, new keys and new networks: a new owner"),
    (31, NEW_KEYS, OLD_NET, False, "keys are rotated"),
    (31, OLD_KEYS, NEW_NET, False, "servers move"),
    (31, 0, NEW_NET, False, "no signature, so no key has changed"),
    (29, NEW_KEYS, NEW_NET, False, "a name does not change hands within a month"),
]


@pytest.mark.parametrize(("days", "keys", "network", "is_new", "reason"), RENEWALS)
def test_a_name_starts_anew_after_a_lapse_or_with_a_new_owner(
    days: int, keys: int, network: int, is_new: bool, reason: str
) -> None:
    history = History(FIRM, 200.0, 1.0, NOW, NOW, NOW, 9, is_trusted=True, last_mail=NOW, keys=1, networks=4)
    sighting = Sighting(keys=keys, network=network)
    found = renewed(history, sighting, NOW + days * DAY)
    assert (found == History(FIRM)) == is_new, reason
    mail = Observation(Kind.MAIL, NOW + days * DAY, (FIRM,), sighting=sighting)
    assert (after(history, mail).mails == 1) == is_new, reason


def test_a_signer_of_other_authors_is_marked_with_each_of_them() -> None:
    history = History(SIGNER)
    for author in ("service.example", "a.example", "b.example", "b.example", "c.example"):
        history = after(history, Observation(Kind.MAIL, NOW, (SIGNER,), sighting=Sighting(author=author)))
    assert history.others.bit_count() == 3


def test_a_firm_that_signs_below_its_own_domain_signs_for_nobody_else() -> None:
    signer = Subject("dkim", "news.firm.example")
    mail = Observation(Kind.MAIL, NOW, (signer,), sighting=Sighting(author="firm.example"))
    assert after(History(signer), mail).others == 0


def test_copies_of_one_signed_mail_are_known_by_their_networks_or_by_strangers() -> None:
    def stops(sightings: list[Sighting]) -> int:
        history = History(SIGNATURE)
        for number, sighting in enumerate(sightings, 1):
            if is_replayed(history, sighting):
                return number
            history = after(history, Observation(Kind.MAIL, NOW, (SIGNATURE,), sighting=sighting))
        return 0

    networks = [Sighting(network=mark(f"198.51.{number}.0/24")) for number in range(50)]
    strangers = [Sighting(strangers=mark(f"user{number}@here.example")) for number in range(50)]
    assert 8 <= stops(networks) <= 50
    assert 15 <= stops(strangers) <= 50
    assert stops(networks[:1] * 50) == 0, "many retries from one place are no replay"


def test_a_copy_too_many_earns_nothing_and_is_held_against_its_signer_once() -> None:
    copies = [Remembered(str(number), NOW, "open", "deliver", (FIRM,), "", copy_of="a3ef") for number in range(3)]
    assert [copy.label(Kind.NOT_JUNK, NOW, "bob").subjects for copy in copies] == [()] * 3
    assert {copy.label(Kind.COMPLAINT, NOW, name).once for copy, name in zip(copies, "abc", strict=True)} == {
        ("copies of a3ef", "complaint", "")
    }
    assert all(settled(copy) is None for copy in copies)


REPORTERS = [
    (0.0, 0.0, 0.1, "nothing known"),
    (1.0, 0.0, 0.7, "borne out once"),
    (9.0, 0.0, 0.95, "borne out often"),
    (0.0, 3.0, 0.01, "contradicted by all others"),
    (9.0, 3.0, 0.49, "wrong now and then"),
]


@pytest.mark.parametrize(("borne_out", "contradicted", "weight", "reason"), REPORTERS)
def test_reporters_count_as_others_bear_them_out(
    borne_out: float, contradicted: float, weight: float, reason: str
) -> None:
    history = History(Subject("reporter", "bob"), borne_out, contradicted)
    assert weight_of(history) == pytest.approx(weight, abs=0.02), reason


ECHOES = [
    (Kind.COMPLAINT, 1.0, 20.0, 0.0, Echo.BORNE_OUT, "others say so too"),
    (Kind.COMPLAINT, 200.0, 1.0, 0.0, Echo.CONTRADICTED, "all others want its mail"),
    (Kind.COMPLAINT, 200.0, 1.0, 6.0, Echo.UNKNOWN, "but somebody else has just complained too"),
    (Kind.COMPLAINT, 20.0, 10.0, 0.0, Echo.UNKNOWN, "opinions differ"),
    (Kind.COMPLAINT, 1.0, 1.0, 0.0, Echo.UNKNOWN, "too few to tell"),
    (Kind.NOT_JUNK, 1.0, 20.0, 0.0, Echo.CONTRADICTED, "all others hate its mail"),
    (Kind.NOT_JUNK, 200.0, 1.0, 0.0, Echo.UNKNOWN, "praise for the praised is cheap"),
]


@pytest.mark.parametrize(("kind", "good", "bad", "drift", "expected", "reason"), ECHOES)
def test_what_others_say_to_a_report(
    kind: Kind, good: float, bad: float, drift: float, expected: Echo, reason: str
) -> None:
    report = Observation(kind, NOW, (FIRM,), "a1", "bob")
    reporter = History(Subject("reporter", "bob"), good=1.0)
    assert echo(report, reporter, {FIRM: History(FIRM, good, bad, NOW, drift=drift)}) is expected, reason


def test_ten_new_reporters_who_agree_do_not_turn_an_established_sender() -> None:
    """Day after day they count less, since everybody else contradicts them."""
    histories = {FIRM: History(FIRM, 300.0, 0.0, NOW, long_good=300.0)}
    for day in range(30):
        for number in range(10):
            report = Observation(Kind.COMPLAINT, NOW + day * DAY, (FIRM,), f"{day}", f"evil-{number}")
            histories.update(counted(histories, report))
            assert histories[FIRM].drift < TURNED_AT
            assert histories[FIRM].bad < 12.0


def test_the_word_of_a_person_counts_once_a_day_for_each_side() -> None:
    report = Observation(Kind.COMPLAINT, NOW, (FIRM,), "a1", "bob")
    names = {
        vote(report, FIRM),
        vote(Observation(Kind.COMPLAINT, NOW + 60, (FIRM,), "a2", "bob"), FIRM),
        vote(Observation(Kind.NOT_JUNK, NOW, (FIRM,), "a1", "bob"), FIRM),
        vote(Observation(Kind.COMPLAINT, NOW + DAY, (FIRM,), "a1", "bob"), FIRM),
    }
    assert len(names) == 3
    assert Subject("reporter", "bob") in touched(report)


def test_whom_this_site_wrote_to_is_counted_with_who_wrote() -> None:
    ann = Subject("correspondent", "ann@firm.example")
    history = History(ann)
    for user in ("bob@here.example", "eve@here.example", "bob@here.example"):
        history = after(history, Observation(Kind.WRITTEN, NOW, (ann,), reporter=user))
    assert (history.mails, history.last_mail, history.others.bit_count()) == (3, NOW, 2)


STALE = [
    (SIGNATURE, 8, 0.0, True, "a signature of last week"),
    (SIGNATURE, 6, 0.0, False, "one of this week"),
    (FIRM, 181, 300.0, True, "a name that has lapsed"),
    (FIRM, 31, 0.1, True, "a name seen once, a month ago"),
    (FIRM, 31, 9.0, False, "a name of which something is known"),
    (FIRM, 29, 0.0, False, "a name of this month"),
    (Subject("correspondent", "ann@firm.example"), 300, 0.0, False, "friends write seldom"),
]


@pytest.mark.parametrize(("subject", "days", "good", "is_forgotten", "reason"), STALE)
def test_what_says_nothing_any_more_is_forgotten(
    subject: Subject, days: int, good: float, is_forgotten: bool, reason: str
) -> None:
    history = History(subject, good, 0.0, NOW, last_seen=NOW)
    assert is_stale(history, NOW + days * DAY) == is_forgotten, reason


def _mailed(history: History, time: float) -> History:
    return after(history, Observation(Kind.MAIL, time, (FIRM,)))
