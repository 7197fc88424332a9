"""Rows of a ledger's SQLite file: what is counted and kept, within the caller's transaction."""

import json
import sqlite3
from collections.abc import Collection, Iterator, Sequence
from typing import Any

from trustlane.ledger.evidence import counted, touched
from trustlane.ledger.history import History, Subject
from trustlane.ledger.observation import Observation
from trustlane.ledger.port import KEPT_SECONDS, Remembered, latest

Row = tuple[object, ...]


def histories(connection: sqlite3.Connection, subjects: Collection[Subject]) -> dict[Subject, History]:
    """The histories of those subjects that have one."""
    found = {}
    for subject in subjects:
        row = connection.execute(_HISTORY + "WHERE kind = ? AND name = ?", _key(subject)).fetchone()
        if row:
            found[subject] = _history(subject, row)
    return found


def heaviest(connection: sqlite3.Connection, kind: str | None) -> Iterator[History]:
    """Every history, the heaviest evidence first."""
    where, values = ("WHERE kind = ? ", (_kept(kind),)) if kind is not None else ("", ())
    for row in connection.execute(f"{_HISTORY}{where}ORDER BY heft(good, bad, as_of) DESC, kind, name", values):
        yield _history(Subject(_text(row[0]), _text(row[1])), row)


def decision(connection: sqlite3.Connection, decision_id: str) -> Remembered | None:
    """The decision of that id, if it is kept."""
    found = connection.execute(
        "SELECT id, time, lane, action, subjects, reasons FROM decision WHERE id = ?", (_kept(decision_id),)
    ).fetchone()
    if not found:
        return None
    id_, time, lane, action, subjects, reasons = found
    names = tuple(Subject(kind, name) for kind, name in json.loads(subjects))
    return Remembered(_text(id_), time, _text(lane), _text(action), names, _text(reasons))


def forget(connection: sqlite3.Connection, subject: Subject) -> bool:
    """Deletes a history. Tells whether there was one."""
    return connection.execute("DELETE FROM history WHERE kind = ? AND name = ?", _key(subject)).rowcount > 0


def write(connection: sqlite3.Connection, observations: Sequence[Observation], decisions: Sequence[Remembered]) -> int:
    """Counts and keeps. Gives how many observations were new."""
    _forget_old(connection, latest(observations, decisions))
    connection.executemany(
        "INSERT OR REPLACE INTO decision (id, time, lane, action, subjects, reasons) VALUES (?, ?, ?, ?, ?, ?)",
        [_decision_row(it) for it in decisions],
    )
    new = [observation for observation in observations if _is_new(connection, observation)]
    known = histories(connection, {subject for observation in new for subject in touched(observation)})
    changed: set[Subject] = set()
    for observation in new:
        after = counted(known, observation)
        known.update(after)
        changed.update(after)
    connection.executemany(_PUT_HISTORY, [_history_row(known[subject]) for subject in changed])
    return len(new)


_HISTORY = "SELECT kind, name, good, bad, as_of, first_seen, last_seen, mails, is_trusted FROM history "
_PUT_HISTORY = "INSERT OR REPLACE INTO history VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)"

FORGOTTEN_AT_ONCE = 1_000
"""Old decisions deleted with one write, and as many old reports: far more than one write adds, and yet a bounded delay
for the mail that waits for it."""


def _forget_old(connection: sqlite3.Connection, now: float) -> None:
    oldest = (now - KEPT_SECONDS, FORGOTTEN_AT_ONCE)
    connection.execute(
        "DELETE FROM decision WHERE id IN (SELECT id FROM decision WHERE time < ? ORDER BY time LIMIT ?)", oldest
    )
    connection.execute(
        "DELETE FROM counted WHERE (about, kind, reporter) IN"
        " (SELECT about, kind, reporter FROM counted WHERE time < ? ORDER BY time LIMIT ?)",
        oldest,
    )


def _is_new(connection: sqlite3.Connection, observation: Observation) -> bool:
    if not observation.about:
        return True
    row = (_kept(observation.about), _kept(observation.kind), _kept(observation.reporter), observation.time)
    return connection.execute("INSERT OR IGNORE INTO counted VALUES (?, ?, ?, ?)", row).rowcount > 0


def _history(subject: Subject, row: Sequence[Any]) -> History:
    _, _, good, bad, as_of, first_seen, last_seen, mails, is_trusted = row
    return History(subject, good, bad, as_of, first_seen, last_seen, mails, bool(is_trusted))


def _history_row(history: History) -> Row:
    return (
        *_key(history.subject),
        history.good,
        history.bad,
        history.as_of,
        history.first_seen,
        history.last_seen,
        history.mails,
        history.is_trusted,
    )


def _decision_row(it: Remembered) -> Row:
    return _kept(it.id), it.time, _kept(it.lane), _kept(it.action), json.dumps(it.subjects), _kept(it.reasons)


def _key(subject: Subject) -> tuple[str | bytes, str | bytes]:
    return _kept(subject.kind), _kept(subject.name)


def _kept(text: str) -> str | bytes:
    """Text as it is; where it holds octets that are no UTF-8 (PEP 383), a blob that no text equals."""
    plain = str(text)
    try:
        plain.encode()
    except UnicodeEncodeError:
        return plain.encode("utf-8", "surrogatepass")
    return plain


def _text(kept: object) -> str:
    return kept.decode("utf-8", "surrogatepass") if isinstance(kept, bytes) else str(kept)
