"""The SQLite file of a ledger: its tables, and how an older file becomes a newer one."""

import sqlite3
import time
from collections.abc import Sequence
from pathlib import Path

from trustlane.errors import LedgerError

APPLICATION_ID = 0x74726C6E
"""``trln`` in the file's header, so that ``file`` and we know a ledger when we see one."""

MIGRATIONS = (
    """
    CREATE TABLE history (
        kind NOT NULL, name NOT NULL,
        good REAL NOT NULL, bad REAL NOT NULL, as_of REAL NOT NULL,
        first_seen REAL NOT NULL, last_seen REAL NOT NULL,
        mails INTEGER NOT NULL, is_trusted INTEGER NOT NULL,
        PRIMARY KEY (kind, name)
    ) WITHOUT ROWID;
    CREATE TABLE decision (
        id PRIMARY KEY NOT NULL, time REAL NOT NULL,
        lane NOT NULL, action NOT NULL, subjects NOT NULL, reasons NOT NULL
    ) WITHOUT ROWID;
    CREATE INDEX decision_by_age ON decision (time);
    CREATE TABLE counted (
        about NOT NULL, kind NOT NULL, reporter NOT NULL, time REAL NOT NULL,
        PRIMARY KEY (about, kind, reporter)
    ) WITHOUT ROWID;
    CREATE INDEX counted_by_age ON counted (time);
    """,
    """
    ALTER TABLE history ADD COLUMN long_good REAL NOT NULL DEFAULT 0;
    ALTER TABLE history ADD COLUMN long_bad REAL NOT NULL DEFAULT 0;
    ALTER TABLE history ADD COLUMN drift REAL NOT NULL DEFAULT 0;
    ALTER TABLE history ADD COLUMN last_mail REAL NOT NULL DEFAULT 0;
    ALTER TABLE history ADD COLUMN hour INTEGER NOT NULL DEFAULT 0;
    ALTER TABLE history ADD COLUMN in_hour INTEGER NOT NULL DEFAULT 0;
    ALTER TABLE history ADD COLUMN most_in_hour REAL NOT NULL DEFAULT 0;
    ALTER TABLE history ADD COLUMN day INTEGER NOT NULL DEFAULT 0;
    ALTER TABLE history ADD COLUMN in_day INTEGER NOT NULL DEFAULT 0;
    ALTER TABLE history ADD COLUMN most_in_day REAL NOT NULL DEFAULT 0;
    ALTER TABLE history ADD COLUMN braked_at REAL NOT NULL DEFAULT 0;
    ALTER TABLE history ADD COLUMN audits_due INTEGER NOT NULL DEFAULT 0;
    ALTER TABLE history ADD COLUMN keys INTEGER NOT NULL DEFAULT 0;
    ALTER TABLE history ADD COLUMN networks INTEGER NOT NULL DEFAULT 0;
    ALTER TABLE history ADD COLUMN others INTEGER NOT NULL DEFAULT 0;
    UPDATE history SET long_good = good, long_bad = bad, last_mail = CASE WHEN mails THEN last_seen ELSE 0 END;
    ALTER TABLE decision ADD COLUMN message NOT NULL DEFAULT '';
    ALTER TABLE decision ADD COLUMN copy_of NOT NULL DEFAULT '';
    ALTER TABLE decision ADD COLUMN is_settled INTEGER NOT NULL DEFAULT 0;
    UPDATE decision SET is_settled = 1 WHERE id IN
        (SELECT about FROM counted WHERE kind IN ('complaint', 'trap', 'junk', 'not-junk', 'answered'));
    CREATE INDEX decision_unsettled ON decision (time) WHERE is_settled = 0;
    CREATE TABLE place (only INTEGER PRIMARY KEY CHECK (only = 1), kind NOT NULL, name NOT NULL);
    INSERT INTO place VALUES (1, '', '');
    """,
    """
    ALTER TABLE history ADD COLUMN set_until REAL NOT NULL DEFAULT 0;
    ALTER TABLE history ADD COLUMN set_to NOT NULL DEFAULT '';
    ALTER TABLE history ADD COLUMN set_why NOT NULL DEFAULT '';
    """,
)
"""Step n takes a file from version n to version n + 1 (``PRAGMA user_version``). Steps are added, never changed."""

BUSY_SECONDS = 5.0
"""How long one process waits for another's transaction. Ours take milliseconds; it must stay below the time that a
client waits for the reply to the end of data (10 minutes, RFC 5321 §4.5.3.2.6)."""

BUSY_READING_SECONDS = 0.25
"""Readers wait for nobody but a process that repairs the file after a crash."""


def opened(path: Path, busy_seconds: float) -> sqlite3.Connection:
    """A connection for one thread at a time, in autocommit mode."""
    connection = sqlite3.connect(path, timeout=busy_seconds, isolation_level=None, check_same_thread=False)
    # FULL: a commit is on the disk before it is acknowledged, also with a write-ahead log.
    connection.execute("PRAGMA synchronous = FULL")
    return connection


def prepare(connection: sqlite3.Connection, path: Path, migrations: Sequence[str] = MIGRATIONS) -> None:
    """Makes the file a ledger of the present version, with a write-ahead log so that readers never wait for writers.

    A file that is one already is only looked at.

    Raises:
        LedgerError: it is some other file, or a ledger of a later trustlane.
    """
    if _version(connection, path, migrations) == len(migrations):
        return
    _use_write_ahead_log(connection)
    connection.execute("BEGIN IMMEDIATE")
    try:
        # Another process may have done it since.
        for number in range(_version(connection, path, migrations), len(migrations)):
            for statement in migrations[number].split(";"):
                connection.execute(statement)
            connection.execute(f"PRAGMA user_version = {number + 1}")
        connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
    except BaseException:
        connection.execute("ROLLBACK")
        raise
    connection.execute("COMMIT")


def _version(connection: sqlite3.Connection, path: Path, migrations: Sequence[str]) -> int:
    (mark,) = connection.execute("PRAGMA application_id").fetchone()
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    (tables,) = connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()
    if tables and mark != APPLICATION_ID:
        raise LedgerError(f"{path} is a database, but no ledger")
    if version > len(migrations):
        raise LedgerError(f"{path} was written by a later trustlane (version {version}; we know {len(migrations)})")
    return int(version)


def _use_write_ahead_log(connection: sqlite3.Connection) -> None:
    """SQLite does not wait by itself where two processes do this at once to a new file."""
    ends = time.monotonic() + BUSY_SECONDS
    while True:
        try:
            connection.execute("PRAGMA journal_mode = WAL")
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or time.monotonic() > ends:
                raise
            time.sleep(0.01)
        else:
            return
