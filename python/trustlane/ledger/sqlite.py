"""The ledger that is embedded: one SQLite file, for one machine."""

import asyncio
import os
import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from queue import Empty, Full, LifoQueue

from trustlane.errors import LedgerError
from trustlane.ledger import rows
from trustlane.ledger.evidence import checked, heft
from trustlane.ledger.faults import said, saying
from trustlane.ledger.history import History, Override, Subject
from trustlane.ledger.observation import Observation
from trustlane.ledger.port import Kept, Remembered
from trustlane.ledger.recent import Recent
from trustlane.ledger.schema import BUSY_READING_SECONDS, BUSY_SECONDS, opened, prepare
from trustlane.ledger.writer import Writer


class SqliteLedger:
    """A ledger in one file, which several processes may have open.

    Reads see the last commit of this process, and that of others within a second; they wait for no write. Writes of all
    threads and tasks share transactions, and are on the disk when they are acknowledged. The file is made readable to
    its owner alone: it tells who writes to whom.
    """

    def __init__(self, path: Path | str, *, busy_seconds: float = BUSY_SECONDS) -> None:
        """
        Args:
            busy_seconds: how long a write waits for another process.

        Raises:
            LedgerError: the file cannot be opened or made, is no ledger, or is one of a later trustlane.
        """
        self._path = Path(path)
        with saying(self._path):
            _make(self._path)
            connection = opened(self._path, busy_seconds)
            try:
                prepare(connection, self._path)
            except BaseException:
                connection.close()
                raise
        self._writer = Writer(connection, partial(said, self._path))
        self._idle: LifoQueue[sqlite3.Connection] = LifoQueue(READERS_KEPT)
        self._recent = Recent()
        self._is_closed = False

    def read(self, subjects: Sequence[Subject]) -> Mapping[Subject, History]:
        if self._is_closed:
            raise LedgerError("the ledger is closed")
        found, missing = self._recent.split(subjects)
        if missing:
            with self._reading() as connection:
                read = rows.histories(connection, missing)
            self._recent.keep(missing, read)
            found.update(read)
        return found

    async def aread(self, subjects: Sequence[Subject]) -> Mapping[Subject, History]:
        """As :meth:`read`, at once: a dozen rows by key take less than handing them to a thread would."""
        return self.read(subjects)

    def write(self, observations: Sequence[Observation], decisions: Sequence[Remembered] = ()) -> int:
        changed: set[Subject] = set()
        new = self._writer.submit(_write_of(observations, decisions, changed)).result()
        self._recent.forget(changed)
        return new

    async def awrite(self, observations: Sequence[Observation], decisions: Sequence[Remembered] = ()) -> int:
        changed: set[Subject] = set()
        new = await asyncio.wrap_future(self._writer.submit(_write_of(observations, decisions, changed)))
        self._recent.forget(changed)
        return new

    def decision(self, decision_id: str) -> Remembered | None:
        with self._reading() as connection:
            return rows.decision(connection, decision_id)

    def everybody(self, kind: str | None = None) -> Iterable[History]:
        with self._reading() as connection:
            yield from rows.heaviest(connection, kind)

    def forget(self, subject: Subject) -> bool:
        is_known = self._writer.submit(partial(rows.forget, subject=subject)).result() > 0
        self._recent.forget([subject])
        return is_known

    def override(self, subject: Subject, word: Override) -> None:
        self._writer.submit(partial(rows.override, subject=subject, word=word)).result()
        self._recent.forget([subject])

    def how_many(self) -> int:
        with self._reading() as connection:
            return rows.how_many(connection)

    def kept(self) -> Iterable[Kept]:
        with self._reading() as connection:
            yield from rows.kept(connection)

    def restore(self, kept: Sequence[Kept]) -> None:
        self._writer.submit(partial(rows.restore, restored=kept)).result()
        self._recent.forget(it.subject for it in kept if isinstance(it, History))

    def close(self) -> None:
        """Finishes writes that were begun. Everything after it raises LedgerError."""
        if self._is_closed:
            return
        self._is_closed = True
        self._writer.close()
        self._close_idle()

    def _close_idle(self) -> None:
        while connection := _taken(self._idle):
            connection.close()

    @contextmanager
    def _reading(self) -> Iterator[sqlite3.Connection]:
        """A connection of one's own for as long as it takes, seeing one state of the file."""
        if self._is_closed:
            raise LedgerError("the ledger is closed")
        with saying(self._path):
            connection = _taken(self._idle) or _reader(self._path)
            try:
                connection.execute("BEGIN")
                yield connection
            finally:
                if connection.in_transaction:
                    connection.rollback()
                self._put_back(connection)

    def _put_back(self, connection: sqlite3.Connection) -> None:
        try:
            self._idle.put_nowait(connection)
        except Full:
            connection.close()
        if self._is_closed:
            self._close_idle()


READERS_KEPT = 8
"""Connections kept open for the next read. One serves an event loop; threads that read at once need one each."""


def _write_of(
    observations: Sequence[Observation], decisions: Sequence[Remembered], changed: set[Subject]
) -> "partial[int]":
    return partial(rows.write, observations=checked(observations), decisions=checked(decisions), changed=changed)


def _make(path: Path) -> None:
    """An empty file of mode 0600, unless there is one. SQLite gives the files beside it the same mode."""
    try:
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
    except FileExistsError:
        return


def _reader(path: Path) -> sqlite3.Connection:
    connection = opened(path, BUSY_READING_SECONDS)
    connection.create_function("heft", 3, heft, deterministic=True)
    return connection


def _taken(idle: "LifoQueue[sqlite3.Connection]") -> sqlite3.Connection | None:
    try:
        return idle.get_nowait()
    except Empty:
        return None
