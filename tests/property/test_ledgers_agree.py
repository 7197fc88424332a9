"""All ledgers agree on any sequence of writes."""

import tempfile
from pathlib import Path

from hypothesis import given, settings
from hypothesis.strategies import builds, floats, integers, just, lists, sampled_from, text, tuples

from trustlane.ledger import Kind, Observation, Subject
from trustlane.ledger.evidence import EVIDENCE_CAP
from trustlane.ledger.memory import MemoryLedger
from trustlane.ledger.observation import Sighting
from trustlane.ledger.port import Remembered
from trustlane.ledger.sqlite import SqliteLedger

SUBJECTS = [Subject(kind, name) for kind in ("dkim", "spf", "newcomer") for name in ("a", "b", "dkim", "\udcff")]
IDS = ["", "1", "2", "3"]

times = floats(1.8e9, 1.8e9 + 90 * 86_400)
subjects = lists(sampled_from(SUBJECTS), max_size=3).map(tuple)
observations = builds(
    Observation,
    sampled_from(Kind),
    times,
    subjects,
    about=sampled_from([*IDS, "copies of s"]),
    reporter=sampled_from(["", "x"]),
    sighting=builds(
        Sighting,
        message=sampled_from(["", "m"]),
        network=integers(0, 3),
        author=sampled_from(["", "a"]),
        signatures=sampled_from([(), (Subject("signature", "s"),)]),
    ),
)
decisions = builds(
    Remembered,
    sampled_from(IDS),
    times,
    just("open"),
    sampled_from(["deliver", "reject"]),
    subjects,
    text(max_size=3),
    message=sampled_from(["", "m"]),
    copy_of=sampled_from(["", "s"]),
)
writes = tuples(lists(observations, max_size=6), lists(decisions, max_size=2))


@settings(deadline=None, max_examples=60)
@given(lists(writes, max_size=12))
def test_memory_and_sqlite_agree(sequence: list[tuple[list[Observation], list[Remembered]]]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        memory, sqlite = MemoryLedger(), SqliteLedger(Path(folder) / "ledger.sqlite")
        for written in sequence:
            assert memory.write(*written) == sqlite.write(*written)
            for decision_id in IDS:
                assert memory.decision(decision_id) == sqlite.decision(decision_id)
        assert memory.read(SUBJECTS) == sqlite.read(SUBJECTS)
        assert list(memory.everybody()) == list(sqlite.everybody())
        sqlite.close()
        for history in memory.everybody():
            assert 0.0 <= history.good + history.bad <= EVIDENCE_CAP * (1 + 1e-12)
            assert history.first_seen <= history.last_seen
            assert history.drift >= 0.0
