"""The embedded ledger keeps what it acknowledged, and says clearly what is wrong with its file."""

import signal
import sqlite3
import stat
import subprocess
import sys
from pathlib import Path
from threading import Event
from time import monotonic, sleep

import pytest

from trustlane.errors import LedgerError
from trustlane.ledger import History, Kind, Observation, Subject, rows
from trustlane.ledger.faults import saying
from trustlane.ledger.port import KEPT_SECONDS, Remembered
from trustlane.ledger.rows import FORGOTTEN_AT_ONCE
from trustlane.ledger.schema import BUSY_SECONDS, MIGRATIONS, opened, prepare
from trustlane.ledger.sqlite import READERS_KEPT, SqliteLedger
from trustlane.ledger.writer import LARGEST_BATCH, Writer

NOW = 1_800_000_000.0
EXAMPLE = Subject("dkim", "example.com")
JUNK = Observation(Kind.JUNK, NOW, (EXAMPLE,))

WRITES_UNTIL_KILLED = """
import sys
from trustlane.ledger import Kind, Observation, Subject
from trustlane.ledger.sqlite import SqliteLedger

ledger = SqliteLedger(sys.argv[1])
number = 0
while True:
    ledger.write([Observation(Kind.MAIL, 1.8e9, (Subject("dkim", "example.com"),), str(number))])
    number += 1
    print(number, flush=True)
"""


def test_what_was_acknowledged_is_there_after_a_kill(tmp_path: Path) -> None:
    path = tmp_path / "ledger.sqlite"
    acknowledged = _killed_after(path, 20)
    ledger = SqliteLedger(path)
    assert ledger.read([EXAMPLE])[EXAMPLE].mails in (acknowledged, acknowledged + 1)
    ledger.close()


def test_two_processes_may_have_it_open(tmp_path: Path) -> None:
    """The service and the command line; both may also be first to make the file."""
    path = tmp_path / "ledger.sqlite"
    with _writing(path) as first, _writing(path) as second:
        for process in (first, second):
            for _ in range(10):
                assert process.stdout
                assert process.stdout.readline()
        ledger = SqliteLedger(path)
        assert ledger.write([JUNK]) == 1
        for process in (first, second):
            process.send_signal(signal.SIGKILL)
    assert ledger.read([EXAMPLE])[EXAMPLE].mails >= 10
    ledger.close()


def test_it_is_still_there_when_opened_again(tmp_path: Path) -> None:
    first = SqliteLedger(tmp_path / "ledger.sqlite")
    first.write([JUNK])
    first.close()
    second = SqliteLedger(tmp_path / "ledger.sqlite")
    assert second.read([EXAMPLE])[EXAMPLE].bad == 1.0
    second.close()


def test_the_file_is_its_owners_alone(tmp_path: Path) -> None:
    ledger = SqliteLedger(tmp_path / "ledger.sqlite")
    ledger.write([JUNK])
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in tmp_path.iterdir()}
    assert set(modes.values()) == {0o600}, modes
    ledger.close()


def test_a_closed_ledger_says_so(tmp_path: Path) -> None:
    ledger = SqliteLedger(tmp_path / "ledger.sqlite")
    ledger.close()
    ledger.close()
    for use in (lambda: ledger.read([EXAMPLE]), lambda: ledger.write([JUNK]), lambda: list(ledger.everybody())):
        with pytest.raises(LedgerError, match="closed"):
            use()


def test_closing_finishes_what_was_begun(tmp_path: Path) -> None:
    writer = Writer(opened(tmp_path / "any.sqlite", BUSY_SECONDS), _said)
    writes = [writer.submit(lambda connection: connection.total_changes) for _ in range(LARGEST_BATCH * 2 + 1)]
    writer.close()
    assert all(write.done() for write in writes)


UNUSABLE = [
    ("text", b"this is no database, but a text that somebody wrote\n" * 99, "is no database"),
    ("folder", None, "cannot be opened"),
    ("missing/ledger", None, "cannot be used"),
]


@pytest.mark.parametrize(("name", "content", "sentence"), UNUSABLE)
def test_a_file_that_cannot_be_a_ledger_is_named(
    tmp_path: Path, name: str, content: bytes | None, sentence: str
) -> None:
    (tmp_path / "folder").mkdir()
    if content is not None:
        (tmp_path / name).write_bytes(content)
    with pytest.raises(LedgerError) as error:
        SqliteLedger(tmp_path / name)
    assert str(error.value).startswith(f"{tmp_path / name} {sentence}: ")


def test_another_database_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "other.sqlite"
    _execute(path, "CREATE TABLE other (x)")
    with pytest.raises(LedgerError, match="is a database, but no ledger"):
        SqliteLedger(path)


def test_a_ledger_of_a_later_version_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "ledger.sqlite"
    SqliteLedger(path).close()
    _execute(path, f"PRAGMA user_version = {len(MIGRATIONS) + 1}")
    with pytest.raises(LedgerError, match="written by a later trustlane"):
        SqliteLedger(path)


def test_an_older_ledger_is_brought_up_to_date(tmp_path: Path) -> None:
    path = tmp_path / "ledger.sqlite"
    first = SqliteLedger(path)
    first.write([JUNK])
    first.close()
    connection = opened(path, BUSY_SECONDS)
    prepare(connection, path, (*MIGRATIONS, "CREATE TABLE more (x); CREATE TABLE still_more (x)"))
    assert rows.histories(connection, [EXAMPLE])[EXAMPLE].bad == 1.0
    connection.close()
    assert _execute(path, "PRAGMA user_version") == [(len(MIGRATIONS) + 1,)]


def test_a_ledger_of_the_first_version_keeps_its_evidence(tmp_path: Path) -> None:
    """What was counted goes into the long memory too; a mail of which somebody spoke is not taken for silence."""
    path = tmp_path / "ledger.sqlite"
    path.touch()
    connection = opened(path, BUSY_SECONDS)
    prepare(connection, path, MIGRATIONS[:1])
    connection.execute("INSERT INTO history VALUES ('dkim', 'example.com', 7.0, 1.0, ?, 5.0, 6.0, 3, 1)", (NOW,))
    for decision_id in ("spoken", "silent"):
        connection.execute("INSERT INTO decision VALUES (?, ?, 'open', 'deliver', '[]', '')", (decision_id, NOW))
    connection.execute("INSERT INTO counted VALUES ('spoken', 'complaint', 'bob', ?)", (NOW,))
    prepare(connection, path)
    expected = History(EXAMPLE, 7.0, 1.0, NOW, 5.0, 6.0, 3, True, 7.0, 1.0, last_mail=6.0)
    assert rows.histories(connection, [EXAMPLE]) == {EXAMPLE: expected}
    assert connection.execute("SELECT id FROM decision WHERE is_settled = 0").fetchall() == [("silent",)]
    connection.close()


def test_what_another_process_wrote_is_seen_within_a_second(tmp_path: Path) -> None:
    first, second = SqliteLedger(tmp_path / "ledger.sqlite"), SqliteLedger(tmp_path / "ledger.sqlite")
    assert first.read([EXAMPLE]) == {}
    second.write([JUNK])
    ends = monotonic() + 5.0
    while not first.read([EXAMPLE]):
        assert monotonic() < ends
        sleep(0.05)
    assert first.read([EXAMPLE])[EXAMPLE].bad == 1.0
    first.close()
    second.close()


FIRST_VERSION = """
PRAGMA application_id = 0x74726C6E;
PRAGMA user_version = 1;
INSERT INTO history VALUES ('dkim', 'example.com', 90.5, 2.5, 1800000000, 1790000000, 1800000000, 12, 1);
INSERT INTO decision VALUES ('a1', 1800000000, 'open', 'deliver', '[["dkim", "example.com"]]', 'why');
INSERT INTO counted VALUES ('a1', 'complaint', 'bob', 1800000000);
"""


def test_a_file_of_the_first_version_keeps_all_it_had(tmp_path: Path) -> None:
    path = tmp_path / "ledger.sqlite"
    connection = sqlite3.connect(path)
    connection.executescript(MIGRATIONS[0] + FIRST_VERSION)
    connection.close()
    ledger = SqliteLedger(path)
    history = ledger.read([EXAMPLE])[EXAMPLE]
    assert (history.good, history.bad, history.mails, history.is_trusted) == (90.5, 2.5, 12, True)
    assert (history.long_good, history.override(NOW)) == (90.5, None)
    assert ledger.decision("a1") == Remembered("a1", NOW, "open", "deliver", (EXAMPLE,), "why")
    assert ledger.write([Observation(Kind.COMPLAINT, NOW, (EXAMPLE,), "a1", "bob")]) == 0
    ledger.close()
    assert _execute(path, "PRAGMA user_version") == [(len(MIGRATIONS),)]


def test_a_damaged_ledger_is_an_error_and_nothing_worse(tmp_path: Path) -> None:
    path = tmp_path / "ledger.sqlite"
    first = SqliteLedger(path)
    first.write([Observation(Kind.JUNK, NOW, (Subject("dkim", f"{number}.example"),)) for number in range(2_000)])
    first.close()
    octets = bytearray(path.read_bytes())
    octets[4096:] = b"\xa5" * (len(octets) - 4096)
    path.write_bytes(octets)
    second = SqliteLedger(path)
    for use in (lambda: second.read([EXAMPLE]), lambda: second.write([JUNK]), lambda: list(second.everybody())):
        with pytest.raises(LedgerError, match="is damaged"):
            use()
    second.close()


def test_a_lock_held_too_long_is_an_error_and_then_it_works_again(tmp_path: Path) -> None:
    path = tmp_path / "ledger.sqlite"
    ledger = SqliteLedger(path, busy_seconds=0.05)
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(LedgerError, match="is locked by another process"):
        ledger.write([JUNK])
    assert ledger.read([EXAMPLE]) == {}, "readers wait for no writer"
    other.execute("ROLLBACK")
    other.close()
    assert ledger.write([JUNK]) == 1
    ledger.close()


def test_a_write_that_fails_fails_with_all_that_shared_its_transaction(tmp_path: Path) -> None:
    path = tmp_path / "any.sqlite"
    _execute(path, "CREATE TABLE some (x)")
    writer = Writer(opened(path, BUSY_SECONDS), _said)
    begun, may_go = Event(), Event()

    def slow(_: sqlite3.Connection) -> int:
        begun.set()
        return int(may_go.wait())

    first = writer.submit(slow)
    begun.wait()
    good = writer.submit(lambda connection: connection.execute("INSERT INTO some VALUES (1)").rowcount)
    bad = writer.submit(lambda connection: connection.execute("INSERT INTO nowhere VALUES (1)").rowcount)
    may_go.set()
    assert first.result() == 1
    for failed in (good, bad):
        with pytest.raises(LedgerError, match="no such table"):
            failed.result()
    assert writer.submit(lambda connection: connection.execute("INSERT INTO some VALUES (2)").rowcount).result() == 1
    writer.close()
    assert _execute(path, "SELECT x FROM some") == [(2,)]


def test_a_file_that_may_only_be_read_says_so(tmp_path: Path) -> None:
    path = tmp_path / "ledger.sqlite"
    ledger = SqliteLedger(path)
    read_only = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
    with pytest.raises(LedgerError, match="cannot be written"), saying(path):
        rows.write(read_only, [JUNK], [], set())
    read_only.close()
    ledger.close()


def test_old_decisions_go_in_steps(tmp_path: Path) -> None:
    """One write deletes no more than a step, so that no mail waits for a month of them."""
    path = tmp_path / "ledger.sqlite"
    ledger = SqliteLedger(path)
    old = [Remembered(str(number), NOW, "open", "deliver", (), "") for number in range(FORGOTTEN_AT_ONCE + 5)]
    ledger.write([], old)
    for left in (5, 0):
        ledger.write([Observation(Kind.MAIL, NOW + KEPT_SECONDS + 1, (EXAMPLE,))])
        assert _execute(path, "SELECT count(*) FROM decision") == [(left,)]
    ledger.close()


def test_more_readers_at_once_than_connections_are_kept(tmp_path: Path) -> None:
    ledger = SqliteLedger(tmp_path / "ledger.sqlite")
    ledger.write([JUNK])
    listings = [iter(ledger.everybody()) for _ in range(READERS_KEPT + 3)]
    assert {next(listing).subject.kind for listing in listings} == {"dkim"}
    for listing in listings:
        assert len(list(listing)) == 1
    assert ledger.read([EXAMPLE])
    ledger.close()


def _writing(path: Path) -> "subprocess.Popen[str]":
    command = [sys.executable, "-c", WRITES_UNTIL_KILLED, str(path)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)


def _killed_after(path: Path, lines: int) -> int:
    with _writing(path) as process:
        assert process.stdout
        for _ in range(lines):
            process.stdout.readline()
        process.send_signal(signal.SIGKILL)
        rest = [line for line in process.stdout.read().splitlines() if line]
    return int(rest[-1]) if rest else lines


def _said(error: Exception) -> LedgerError:
    return LedgerError(str(error))


def _execute(path: Path, statement: str) -> list[tuple[object, ...]]:
    connection = sqlite3.connect(path, isolation_level=None)
    try:
        return connection.execute(statement).fetchall()
    finally:
        connection.close()
