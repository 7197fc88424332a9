"""The functions on a real server do the arithmetic of Python, to the last bit, for any sequence of writes."""

from collections.abc import Iterable
from typing import get_type_hints

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis.strategies import booleans, builds, floats, integers, just, lists, sampled_from, text, tuples
from tests.edges import valkeys

from trustlane.ledger import History, Kind, Observation, Subject
from trustlane.ledger.ageing import is_stale
from trustlane.ledger.memory import MemoryLedger
from trustlane.ledger.observation import Sighting
from trustlane.ledger.port import Remembered
from trustlane.ledger.valkey import ValkeyLedger, Where
from trustlane.ledger.valkey.values import decision_of, history_of, kept_decision, kept_history

pytestmark = pytest.mark.skipif(not valkeys.SERVER, reason="neither valkey-server nor redis-server is installed")

KINDS = ("dkim", "network", "newcomer", "correspondent")
SUBJECTS = [Subject(kind, name) for kind in KINDS for name in ("a", "b c", "}{", "\udcff")]
IDS = ["", "1", "2", "3"]

subjects = lists(sampled_from(SUBJECTS), max_size=3).map(tuple)
marks = sampled_from([0, 1, 2, 1 << 31, 0xFFFFFFFF])
sightings = builds(
    Sighting,
    message=sampled_from(["", "m"]),
    network=marks,
    keys=marks,
    author=sampled_from(["", "a", "x"]),
    strangers=marks,
    signatures=sampled_from([(), (Subject("signature", "s"),)]),
)
observations = builds(
    Observation,
    sampled_from(Kind),
    just(0.0),
    subjects,
    about=sampled_from([*IDS, "copies of s"]),
    reporter=sampled_from(["", "x", "y"]),
    sighting=sightings,
)
decisions = builds(
    Remembered,
    sampled_from(IDS[1:]),
    just(0.0),
    just("open"),
    sampled_from(["deliver", "reject"]),
    subjects,
    just("\udcff"),
    message=sampled_from(["", "m"]),
    copy_of=sampled_from(["", "s"]),
)
pauses = floats(0.0, 40 * 86_400.0) | sampled_from([0.0, 1.0, 3_600.0, 86_400.0, 200 * 86_400.0])
many = sampled_from([1, 1, 1, 40])
writes = tuples(pauses, many, lists(tuples(observations, booleans()), max_size=4), lists(decisions, max_size=2))


@settings(deadline=None, max_examples=100, suppress_health_check=[HealthCheck.too_slow])
@given(lists(writes, max_size=8))
def test_memory_and_valkey_agree(
    sequence: list[tuple[float, int, list[tuple[Observation, bool]], list[Remembered]]],
) -> None:
    """Time goes on from write to write; an observation may be an hour late."""
    server = valkeys.shared_server()
    valkeys.emptied(server)
    memory, valkey, now = MemoryLedger(), ValkeyLedger(Where([server.url])), 1.8e9
    for pause, times, observed, decided in sequence:
        now += pause
        told = [_at(now - 3_600.0 if is_late else now, it) for it, is_late in observed] * times
        kept = [_decided(now, it) for it in decided]
        assert memory.write(told, kept) == valkey.write(told, kept)
        for decision_id in IDS:
            assert memory.decision(decision_id) == valkey.decision(decision_id)
    asked = [*SUBJECTS, Subject("signature", "s"), Subject("reporter", "x"), Subject("newcomer", "dkim")]
    assert _seen(memory.read(asked).values(), now) == _seen(valkey.read(asked).values(), now)
    valkey.close()


def _is_plain(text: str) -> bool:
    return text.isprintable()


numbers = floats(0.0, 1e12)
whole = integers(0, 0xFFFFFFFF)


values_of = {bool: booleans(), int: whole, float: numbers, str: text(max_size=3).filter(_is_plain)}


@given(tuples(*(values_of[kind] for kind in get_type_hints(History).values() if kind in values_of)))
def test_a_history_is_read_back_as_it_was(values: tuple[float, ...]) -> None:
    history = History(SUBJECTS[0], *values)  # type: ignore[arg-type]
    history = history if history.set_to else history._replace(set_why="")
    assert history_of(SUBJECTS[0], kept_history(history)) == history


@given(decisions)
def test_a_decision_is_read_back_as_it_was(decision: Remembered) -> None:
    assert decision_of(kept_decision(decision)) == decision


def _at(time: float, it: Observation) -> Observation:
    return Observation(it.kind, time, it.subjects, it.about, it.reporter, it.sighting)


def _decided(time: float, it: Remembered) -> Remembered:
    return Remembered(it.id, time, it.lane, it.action, it.subjects, it.reasons, it.message, it.copy_of)


def _seen(histories: Iterable[History], now: float) -> list[History]:
    """Those that are not stale: stores may still hold them for a while, and say so or not."""
    return sorted(history for history in histories if not is_stale(history, now))
