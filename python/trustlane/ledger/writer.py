"""One thread that writes a ledger's file, many writes in one transaction."""

import sqlite3
from collections.abc import Callable
from concurrent.futures import Future
from queue import Empty, SimpleQueue
from threading import Lock, Thread

from trustlane.errors import LedgerError

LARGEST_BATCH = 500
"""Writes in one transaction. A disk takes milliseconds to make one durable; this many writes take about as long."""


class Writer:
    """Does writes in the order they came. What comes while a transaction is made durable goes into the next one."""

    def __init__(self, connection: sqlite3.Connection, said: Callable[[Exception], LedgerError]) -> None:
        """
        Args:
            connection: in autocommit mode; the writer's own from now on.
            said: makes of any error the one that the waiting are told.
        """
        self._connection = connection
        self._said = said
        self._queue: SimpleQueue[_Write | None] = SimpleQueue()
        self._lock = Lock()
        self._is_closed = False
        self._thread = Thread(target=self._run, name="trustlane-ledger", daemon=True)
        self._thread.start()

    def submit(self, write: Callable[[sqlite3.Connection], int]) -> Future[int]:
        """What the write gives, once it is durable; or the error, and then nothing of it was written."""
        waiting: Future[int] = Future()
        with self._lock:
            if self._is_closed:
                raise LedgerError("the ledger is closed")
            self._queue.put(_Write(write, waiting))
        return waiting

    def close(self) -> None:
        """Finishes what was submitted."""
        with self._lock:
            self._is_closed = True
            self._queue.put(None)
        self._thread.join()

    def _run(self) -> None:
        is_open = True
        while is_open:
            batch = self._batch()
            is_open = None not in batch
            self._write([write for write in batch if write and write.waiting.set_running_or_notify_cancel()])
        self._connection.close()

    def _batch(self) -> "list[_Write | None]":
        batch = [self._queue.get()]
        while batch[-1] is not None and len(batch) < LARGEST_BATCH:
            try:
                batch.append(self._queue.get_nowait())
            except Empty:
                break
        return batch

    def _write(self, batch: "list[_Write]") -> None:
        if not batch:
            return
        try:
            self._connection.execute("BEGIN IMMEDIATE")
            results = [write.statements(self._connection) for write in batch]
            self._connection.execute("COMMIT")
        except Exception as error:
            self._roll_back()
            for write in batch:
                write.waiting.set_exception(self._said(error))
            return
        for write, result in zip(batch, results, strict=True):
            write.waiting.set_result(result)

    def _roll_back(self) -> None:
        if self._connection.in_transaction:
            self._connection.rollback()


class _Write:
    def __init__(self, statements: Callable[[sqlite3.Connection], int], waiting: Future[int]) -> None:
        self.statements = statements
        self.waiting = waiting
