"""Every ledger keeps the same promises."""

import asyncio
from collections.abc import Iterator
from pathlib import Path
from threading import Thread

import pytest
from tests.edges import valkeys

from trustlane.errors import LedgerError
from trustlane.ledger import History, Kind, Observation, Override, Subject
from trustlane.ledger.evidence import SILENCE_SECONDS
from trustlane.ledger.history import EARNED
from trustlane.ledger.memory import MemoryLedger
from trustlane.ledger.observation import Sighting
from trustlane.ledger.port import KEPT_SECONDS, Remembered
from trustlane.ledger.silence import SETTLED_AT_ONCE
from trustlane.ledger.sqlite import SqliteLedger
from trustlane.ledger.valkey import ValkeyLedger, Where

NOW = 1_800_000_000.0
ANN = Subject("address", "ann@example.com")
EXAMPLE = Subject("rfc5322.from", "example.com")
NEWCOMERS = Subject("newcomer", "rfc5322.from")

AnyLedger = MemoryLedger | SqliteLedger | ValkeyLedger


@pytest.fixture(params=["memory", "sqlite", "valkey", "cluster"])
def ledger(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[AnyLedger]:
    made = _made(request.param, tmp_path)
    yield made
    made.close()


def _made(store: str, folder: Path) -> AnyLedger:
    if store == "memory":
        return MemoryLedger()
    if store == "sqlite":
        return SqliteLedger(folder / "ledger.sqlite")
    if not valkeys.SERVER:
        pytest.skip("neither valkey-server nor redis-server is installed")
    servers = [valkeys.shared_server()] if store == "valkey" else valkeys.shared_cluster()
    valkeys.emptied(*servers)
    return ValkeyLedger(Where([server.url for server in servers], is_cluster=store == "cluster"))


def test_what_was_never_observed_has_no_history(ledger: AnyLedger) -> None:
    assert ledger.read([EXAMPLE]) == {}
    assert ledger.read([]) == {}
    assert ledger.decision("a1") is None
    assert list(ledger.everybody()) == []


def test_an_observation_counts_for_each_of_its_subjects_and_for_newcomers(ledger: AnyLedger) -> None:
    assert ledger.write([Observation(Kind.JUNK, NOW, (EXAMPLE, ANN))]) == 1
    histories = ledger.read([EXAMPLE, ANN, NEWCOMERS, Subject("dkim", "example.com")])
    assert {subject: history.bad for subject, history in histories.items()} == {EXAMPLE: 1.0, ANN: 1.0, NEWCOMERS: 1.0}


COUNTED = [
    (("a1", Kind.JUNK, "bob"), 0, "the same again"),
    (("a2", Kind.JUNK, "bob"), 1, "about another mail"),
    (("a1", Kind.COMPLAINT, "bob"), 1, "another kind"),
    (("a1", Kind.JUNK, "eve"), 1, "another reporter"),
    (("", Kind.JUNK, "bob"), 1, "about no decision"),
]


@pytest.mark.parametrize(("again", "new", "reason"), COUNTED)
def test_a_reporter_counts_once_for_a_kind_and_a_decision(
    ledger: AnyLedger, again: tuple[str, Kind, str], new: int, reason: str
) -> None:
    about, kind, reporter = again
    ledger.write([Observation(Kind.JUNK, NOW, (EXAMPLE,), "a1", "bob"), Observation(Kind.CLEAN, NOW, (EXAMPLE,))])
    assert ledger.write([Observation(kind, NOW, (EXAMPLE,), about, reporter)]) == new, reason


def test_observations_without_a_decision_all_count(ledger: AnyLedger) -> None:
    assert ledger.write([Observation(Kind.JUNK, NOW, (EXAMPLE,))] * 3) == 3
    assert ledger.read([EXAMPLE])[EXAMPLE].bad == 3.0


def test_the_same_twice_in_one_write_counts_once(ledger: AnyLedger) -> None:
    assert ledger.write([Observation(Kind.JUNK, NOW, (EXAMPLE,), "a1")] * 2) == 1


def test_a_decision_is_kept_with_its_subjects_and_the_latest_of_one_id_stays(ledger: AnyLedger) -> None:
    first = Remembered("a1", NOW, "open", "deliver", (EXAMPLE, ANN), "one\ntwo")
    second = Remembered("a1", NOW + 1, "trusted", "deliver", (EXAMPLE,), "")
    ledger.write([], [first])
    assert ledger.decision("a1") == first
    ledger.write([], [second])
    assert ledger.decision("a1") == second


def test_decisions_and_reports_are_forgotten_after_thirty_days(ledger: AnyLedger) -> None:
    observation = Observation(Kind.JUNK, NOW, (EXAMPLE,), "a1")
    ledger.write([observation], [Remembered("a1", NOW, "open", "deliver", (EXAMPLE,), "")])
    ledger.write([Observation(Kind.MAIL, NOW + KEPT_SECONDS, (ANN,))])
    assert ledger.decision("a1")
    assert ledger.write([observation]) == 0
    ledger.write([Observation(Kind.MAIL, NOW + KEPT_SECONDS + 1, (ANN,))])
    assert ledger.decision("a1") is None
    assert ledger.write([observation]) == 1


def test_silence_is_counted_with_later_writes(ledger: AnyLedger) -> None:
    """Nothing waits for it: the first write after 72 hours settles the mails of which nobody spoke."""
    mails = dict.fromkeys(("quiet", "loud", "held", "again"), (EXAMPLE,))
    kept = [
        Remembered(name, NOW, "open", "quarantine" if name == "held" else "deliver", subjects, "", message="m")
        if name in ("quiet", "again")
        else Remembered(name, NOW, "open", "quarantine" if name == "held" else "deliver", subjects, "")
        for name, subjects in mails.items()
    ]
    ledger.write([Observation(Kind.COMPLAINT, NOW, (EXAMPLE,), "loud")], kept)
    other = Observation(Kind.MAIL, NOW + SILENCE_SECONDS - 1, (ANN,))
    assert ledger.write([other]) == 1
    assert ledger.read([EXAMPLE])[EXAMPLE].good == 0.0
    assert ledger.write([Observation(Kind.MAIL, NOW + SILENCE_SECONDS, (ANN,))]) == 1
    assert ledger.read([EXAMPLE])[EXAMPLE].good == 0.25, (
        "one mail, though it was tried twice; the others are no silence"
    )
    ledger.write([Observation(Kind.MAIL, NOW + SILENCE_SECONDS + 9, (ANN,))])
    assert ledger.read([EXAMPLE])[EXAMPLE].good == 0.25


def test_much_silence_is_settled_in_steps(ledger: AnyLedger) -> None:
    kept = [Remembered(str(number), NOW, "open", "deliver", (EXAMPLE,), "") for number in range(SETTLED_AT_ONCE + 5)]
    ledger.write([], kept)
    for settled in (SETTLED_AT_ONCE, SETTLED_AT_ONCE + 5):
        ledger.write([Observation(Kind.MAIL, NOW + SILENCE_SECONDS, (ANN,))])
        assert ledger.read([EXAMPLE])[EXAMPLE].good == pytest.approx(settled * 0.25)


def test_retries_of_one_mail_count_once(ledger: AnyLedger) -> None:
    tries = [
        Observation(Kind.MAIL, NOW + number, (EXAMPLE,), f"a{number}", sighting=Sighting(message=message))
        for number, message in enumerate(["m1", "m1", "m2", ""])
    ]
    assert ledger.write(tries) == 3
    assert ledger.read([EXAMPLE])[EXAMPLE].mails == 3


def test_a_person_counts_once_a_day_for_an_identity(ledger: AnyLedger) -> None:
    day = 86_400

    def complaint(about: str, time: float, *subjects: Subject) -> Observation:
        return Observation(Kind.COMPLAINT, time, subjects, about, "bob")

    assert ledger.write([complaint("a1", NOW, EXAMPLE)]) == 1
    assert ledger.write([complaint("a2", NOW + 60, EXAMPLE)]) == 0, "another mail of the same day"
    assert ledger.write([complaint("a3", NOW + 60, EXAMPLE, ANN)]) == 1, "but one more subject"
    assert ledger.write([complaint("a4", NOW + day, EXAMPLE)]) == 1, "the next day"
    histories = ledger.read([EXAMPLE, ANN, Subject("reporter", "bob")])
    assert histories[ANN].bad == pytest.approx(0.25), "a newcomer among reporters counts a tenth"
    assert histories[EXAMPLE].bad == pytest.approx(0.5, rel=0.05)
    assert histories[Subject("reporter", "bob")].last_seen == NOW + day


def test_signatures_are_remembered_for_a_week(ledger: AnyLedger) -> None:
    signature = Subject("signature", "a3ef")
    mail = Observation(Kind.MAIL, NOW, (EXAMPLE,), sighting=Sighting(network=1, strangers=6, signatures=(signature,)))
    ledger.write([mail])
    kept = ledger.read([signature])[signature]
    assert (kept.mails, kept.networks, kept.others) == (1, 1, 6)
    for _ in range(3):
        ledger.write([Observation(Kind.MAIL, NOW + 8 * 86_400, (EXAMPLE,))])
    assert ledger.read([signature]) == {}


def test_everybody_comes_heaviest_first_as_of_one_moment(ledger: AnyLedger) -> None:
    """Twenty observations of four half-lives ago weigh less than two of today."""
    names = ["old.example", "new.example", "none.example"]
    old, new, none = (Subject("dkim", name) for name in names)
    ledger.write([Observation(Kind.NOT_JUNK, NOW - 120 * 86_400, (old,))] * 20)
    ledger.write([Observation(Kind.NOT_JUNK, NOW, (new,))] * 2 + [Observation(Kind.MAIL, NOW, (none,))])
    assert [history.subject.name for history in ledger.everybody("dkim")] == [names[1], names[0], names[2]]
    assert next(iter(ledger.everybody())).subject == Subject("newcomer", "dkim")
    assert list(ledger.everybody("spf")) == []


def test_an_operator_can_have_a_subject_forgotten(ledger: AnyLedger) -> None:
    ledger.write([Observation(Kind.JUNK, NOW, (EXAMPLE,))])
    assert ledger.forget(EXAMPLE)
    assert not ledger.forget(EXAMPLE)
    assert ledger.read([EXAMPLE]) == {}


WORD = Override("trusted", NOW + 10 * 86_400, "our bank; see ticket 7 / \u00fcber")


def test_an_operators_word_is_kept_beside_what_was_earned(ledger: AnyLedger) -> None:
    ledger.override(EXAMPLE, WORD)
    ledger.write([Observation(Kind.MAIL, NOW, (EXAMPLE,)), Observation(Kind.JUNK, NOW, (EXAMPLE,))])
    history = ledger.read([EXAMPLE])[EXAMPLE]
    assert (history.bad, history.mails, history.override(NOW)) == (1.0, 1, WORD)
    assert history.override(WORD.until) is None, "it ends by itself"
    ledger.override(EXAMPLE, EARNED)
    assert ledger.read([EXAMPLE])[EXAMPLE] == history._replace(set_to="", set_until=0.0, set_why="")


def test_an_operators_word_outlives_a_lapse_and_is_not_aged_away(ledger: AnyLedger) -> None:
    later = NOW + 400 * 86_400
    ledger.write([Observation(Kind.MAIL, NOW, (EXAMPLE,))])
    ledger.override(EXAMPLE, WORD._replace(until=later))
    for _ in range(3):
        ledger.write([Observation(Kind.MAIL, NOW + 200 * 86_400, (ANN,))])
    assert EXAMPLE in ledger.read([EXAMPLE])
    ledger.write([Observation(Kind.MAIL, later - 1, (EXAMPLE,))])
    history = ledger.read([EXAMPLE])[EXAMPLE]
    assert (history.mails, history.set_why) == (1, WORD.why), "its past began anew"


def test_everything_can_be_taken_out_and_put_back(ledger: AnyLedger) -> None:
    """Into an empty store of any kind: the same histories, decisions, and notes of what was counted."""
    complaint = Observation(Kind.COMPLAINT, NOW, (EXAMPLE, ANN), "a1", "bob")
    ledger.write([complaint], [Remembered(name, NOW, "open", "deliver", (ANN,), "") for name in ("a1", "a2")])
    ledger.override(ANN, WORD)
    kept = list(ledger.kept())
    histories = sorted(it for it in kept if isinstance(it, History))
    for subject in [it.subject for it in histories]:
        assert ledger.forget(subject)
    other = MemoryLedger()
    for store in (ledger, other):
        store.restore(kept)
        assert sorted(it for it in store.kept() if isinstance(it, History)) == histories
        assert store.write([complaint]) == 0, "it was counted before it was taken out"
        assert store.decision("a2") == Remembered("a2", NOW, "open", "deliver", (ANN,), "")
        store.write([Observation(Kind.MAIL, NOW + SILENCE_SECONDS, (EXAMPLE,))])
        assert store.read([ANN])[ANN].good == 0.25, "of one mail somebody spoke, of the other nobody did"


STRANGE = [
    "",
    "a\x00b",
    "'); DROP TABLE history; --",
    "bücher.example",
    "\udcff\udc00",
    "\ud800",
    "x" * 10_000,
    "a\nb",
    "🐎",
]


@pytest.mark.parametrize("name", STRANGE)
def test_names_may_hold_any_octets(ledger: AnyLedger, name: str) -> None:
    subject = Subject("address", name)
    kept = Remembered(f"id{name}", NOW, "open", "deliver", (subject,), name)
    assert ledger.write([Observation(Kind.JUNK, NOW, (subject,), name or "a1", name)], [kept]) == 1
    assert ledger.write([Observation(Kind.JUNK, NOW, (subject,), name or "a1", name)]) == 0
    assert ledger.read([subject])[subject].bad == 1.0
    assert [history.subject for history in ledger.everybody("address")] == [subject]
    assert ledger.decision(kept.id) == kept
    assert ledger.forget(subject)


@pytest.mark.parametrize("time", [float("nan"), float("inf")])
def test_what_has_no_time_is_refused_whole(ledger: AnyLedger, time: float) -> None:
    good = Observation(Kind.JUNK, NOW, (EXAMPLE,))
    with pytest.raises(LedgerError, match="needs a time"):
        ledger.write([good, Observation(Kind.JUNK, time, (EXAMPLE,))])
    with pytest.raises(LedgerError, match="needs a time"):
        ledger.write([good], [Remembered("a1", time, "open", "deliver", (), "")])
    assert ledger.read([EXAMPLE]) == {}


async def test_tasks_may_write_and_read_at_once(ledger: AnyLedger) -> None:
    writes = (ledger.awrite([Observation(Kind.CLEAN, NOW, (EXAMPLE,), f"a{number}")]) for number in range(200))
    assert sum(await asyncio.gather(*writes)) == 200
    assert (await ledger.aread([EXAMPLE]))[EXAMPLE].good == pytest.approx(100.0)


def test_threads_may_write_and_read_at_once(ledger: AnyLedger) -> None:
    def work(number: int) -> None:
        for turn in range(25):
            ledger.write([Observation(Kind.MAIL, NOW, (EXAMPLE,), f"{number}-{turn}")])
            ledger.read([EXAMPLE])

    threads = [Thread(target=work, args=(number,)) for number in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    history = ledger.read([EXAMPLE])[EXAMPLE]
    assert (history.mails, history.in_hour, history.first_seen, history.last_mail) == (300, 300, NOW, NOW)
