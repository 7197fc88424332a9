"""What the standing of one mail costs, beside one bare SQLite read of one row from the same file of a million names."""

import random
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest
from pytest_benchmark.fixture import BenchmarkFixture

from trustlane.assessment import Thresholds, assess, subjects_needed
from trustlane.ledger import History, Kind, Observation, Subject
from trustlane.ledger.memory import MemoryLedger
from trustlane.ledger.observation import Sighting
from trustlane.ledger.sqlite import SqliteLedger

NAMES = 1_000_000
NOW = 1_800_000_000.0
KINDS = ("address", "rfc5322.from", "organization", "pair", "dkim", "spf", "rfc5321.helo", "network")
COLD_ROUNDS = 2_000
THRESHOLDS = Thresholds()

in_table = pytest.mark.benchmark(min_rounds=2_000, warmup=False)


@pytest.fixture(scope="session")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A ledger of a million names, an eighth of each kind, with something known of each."""
    path = tmp_path_factory.mktemp("ledger") / "ledger.sqlite"
    SqliteLedger(path).close()
    columns = ", ".join(("kind", "name", *History._fields[1:]))
    connection = sqlite3.connect(path)
    connection.executemany(
        f"INSERT INTO history ({columns}) VALUES ({', '.join('?' * (len(History._fields) + 1))})", _rows()
    )
    connection.commit()
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()
    return path


def _rows() -> Iterator[tuple[object, ...]]:
    for kind in sorted(KINDS):
        for number in sorted(range(NAMES // len(KINDS)), key=str):
            history = History(
                Subject(kind, f"{number}"), 100.0 + number % 200, number % 7 / 2.0, NOW - number % 86_400, NOW, NOW, 500
            )
            yield (kind, f"{number}", *history[1:])


@pytest.fixture
def ledger(path: Path) -> Iterator[SqliteLedger]:
    opened = SqliteLedger(path)
    yield opened
    opened.close()


def judged(ledger: SqliteLedger, subjects: tuple[Subject, ...], now: float = NOW) -> bool:
    return assess(subjects, ledger.read(subjects_needed(subjects)), now, THRESHOLDS).is_trusted


def subjects_of(number: int) -> tuple[Subject, ...]:
    return tuple(Subject(kind, f"{number}") for kind in KINDS)


@in_table
def test_warm(benchmark: BenchmarkFixture, ledger: SqliteLedger) -> None:
    """A sender of whom mail came a moment ago: its histories and standings are at hand."""
    told(benchmark, "8 subjects, warm", "trustlane")
    benchmark(judged, ledger, subjects_of(4_711))


@in_table
def test_warm_bare_read(benchmark: BenchmarkFixture, path: Path) -> None:
    told(benchmark, "8 subjects, warm", "floor")
    connection = sqlite3.connect(path)
    benchmark(bare, connection, "dkim", "4711")
    connection.close()


def test_cold(benchmark: BenchmarkFixture, ledger: SqliteLedger) -> None:
    """A sender of whom nothing is at hand: eight rows are read, and bounds are counted anew."""
    told(benchmark, "8 subjects, cold", "trustlane")
    numbers = iter(random.Random(1).sample(range(NAMES // 8), COLD_ROUNDS + 1))
    judged(ledger, subjects_of(next(numbers)))
    benchmark.pedantic(
        judged, setup=lambda: ((ledger, subjects_of(next(numbers))), {}), rounds=COLD_ROUNDS, iterations=1
    )


def test_cold_bare_read(benchmark: BenchmarkFixture, path: Path) -> None:
    told(benchmark, "8 subjects, cold", "floor")
    connection = sqlite3.connect(path)
    numbers = iter(random.Random(2).sample(range(NAMES // 8), COLD_ROUNDS + 1))
    bare(connection, "dkim", str(next(numbers)))
    benchmark.pedantic(
        bare, setup=lambda: ((connection, "dkim", str(next(numbers))), {}), rounds=COLD_ROUNDS, iterations=1
    )
    connection.close()


def test_a_mail_of_a_replay(benchmark: BenchmarkFixture) -> None:
    """What a replay does with one mail beside reading its line: assess, and count it and a mail's silence."""
    told(benchmark, "assess and count one mail in memory", "trustlane")
    ledger, numbers = MemoryLedger(), iter(range(10_000_000))

    def mail() -> None:
        number = next(numbers)
        subjects, now = subjects_of(number % 500), NOW + number
        signature = Subject("signature", str(number))
        sighting = Sighting(message=str(number), network=1, keys=2, author="a.example", signatures=(signature,))
        assessment = assess(subjects, ledger.read(subjects_needed(subjects, sighting)), now, THRESHOLDS, sighting)
        changes = [
            Observation(Kind.TRUST_GAINED if gained else Kind.TRUST_LOST, now, (it,))
            for it, gained in assessment.changes
        ]
        silence = Observation(Kind.SILENCE, now, subjects, str(number))
        ledger.write([Observation(Kind.MAIL, now, subjects, str(number), sighting=sighting), silence, *changes])

    benchmark.pedantic(mail, rounds=20, iterations=1_000, warmup_rounds=2)


def bare(connection: sqlite3.Connection, kind: str, name: str) -> tuple[object, ...]:
    """One row of one name, in one step: the least that a ledger in SQLite can do."""
    found: tuple[object, ...] = connection.execute(
        "SELECT good, bad, as_of FROM history WHERE kind = ? AND name = ?", (kind, name)
    ).fetchone()
    return found


def told(benchmark: BenchmarkFixture, row: str, by: str) -> None:
    benchmark.extra_info.update(table="assessment", row=row, by=by)
