"""What one mail costs in a replay, beside reading its line, and beside a bare read of SQLite."""

import json
import sqlite3
from itertools import islice
from pathlib import Path

import pytest
from pytest_benchmark.fixture import BenchmarkFixture

from trustlane.lanes import Mode, Policy
from trustlane.replay import MailEvent, Recorded, read_lines
from trustlane.replay.content import ContentFilter
from trustlane.replay.engine import Engine
from trustlane.replay.ledger import ReplayLedger
from trustlane.simulate import load, traffic
from trustlane.simulate.write import lines

EVENTS = 4_000
"""Events of one round: those of a day or two of a small world, after which most names are known."""


@pytest.fixture(scope="module")
def log() -> list[bytes]:
    return [line.encode() for line in islice(lines(traffic(load("mini"))), EVENTS)]


def test_reading_the_json_alone(benchmark: BenchmarkFixture, log: list[bytes]) -> None:
    """The floor: every line of the log, as Python's own reader takes it."""
    benchmark.extra_info.update(table="replay", row="JSON alone", by="trustlane", mails=_mails(log))
    benchmark.pedantic(lambda: [json.loads(line) for line in log], rounds=7, warmup_rounds=1)


def test_reading_events(benchmark: BenchmarkFixture, log: list[bytes]) -> None:
    """Lines become events."""
    benchmark.extra_info.update(table="replay", row="events", by="trustlane", mails=_mails(log))
    benchmark.pedantic(lambda: list(read_lines(log)), rounds=7, warmup_rounds=1)


def test_replay(benchmark: BenchmarkFixture, log: list[bytes]) -> None:
    """All of it: read, identified, assessed, given a lane, and counted; silence and feedback too."""
    benchmark.extra_info.update(table="replay", row="replay", by="trustlane", mails=_mails(log))
    benchmark.pedantic(_replayed, args=(log,), rounds=7, warmup_rounds=1)


def test_a_bare_read_of_sqlite(benchmark: BenchmarkFixture, log: list[bytes], tmp_path: Path) -> None:
    """Eight rows by their key for each mail, which is what its history would cost in a file."""
    mails = _mails(log)
    connection = sqlite3.connect(tmp_path / "bare.sqlite")
    connection.execute("CREATE TABLE t (kind, name, good REAL, bad REAL, PRIMARY KEY (kind, name)) WITHOUT ROWID")
    connection.executemany("INSERT INTO t VALUES ('a', ?, 1, 1)", [(str(number),) for number in range(100_000)])
    connection.commit()
    keys = [str(number * 7919 % 100_000) for number in range(8 * mails)]

    def read() -> None:
        for key in keys:
            connection.execute("SELECT good, bad FROM t WHERE kind = 'a' AND name = ?", (key,)).fetchone()

    benchmark.extra_info.update(table="replay", row="bare SQLite, 8 rows", by="floor", mails=mails)
    benchmark.pedantic(read, rounds=7, warmup_rounds=1)


def _replayed(log: list[bytes]) -> int:
    engine = Engine(ReplayLedger(), Policy(mode=Mode.ENFORCE), ContentFilter())
    return sum(engine.take(it.event) is not None for it in read_lines(log) if isinstance(it, Recorded))


def _mails(log: list[bytes]) -> int:
    return sum(isinstance(it, Recorded) and isinstance(it.event, MailEvent) for it in read_lines(log))
