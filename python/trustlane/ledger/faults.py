"""What is wrong with a ledger's file, in a sentence for its operator."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from trustlane.errors import LedgerError


@contextmanager
def saying(path: Path) -> Iterator[None]:
    """Turns what SQLite and the system raise into LedgerError."""
    try:
        yield
    except (sqlite3.Error, OSError) as error:
        raise said(path, error) from error


def said(path: Path, error: Exception) -> LedgerError:
    """The same error as an operator reads it."""
    if isinstance(error, LedgerError):
        return error
    primary_code = getattr(error, "sqlite_errorcode", -1) & 0xFF
    return LedgerError(f"{path} {_SENTENCES.get(primary_code, 'cannot be used')}: {error}")


_SENTENCES = {
    sqlite3.SQLITE_BUSY: "is locked by another process",
    sqlite3.SQLITE_READONLY: "cannot be written",
    sqlite3.SQLITE_CANTOPEN: "cannot be opened",
    sqlite3.SQLITE_CORRUPT: "is damaged; restore it, or move it away to begin anew",
    sqlite3.SQLITE_NOTADB: "is no database",
    sqlite3.SQLITE_FULL: "cannot grow: the disk is full",
    sqlite3.SQLITE_IOERR: "cannot be read or written: the disk fails",
}
