"""Rows of a ledger's SQLite file: what is counted and kept, within the caller's transaction."""

import json
import sqlite3
from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace
from functools import cache
from typing import Any

from trustlane.ledger.ageing import LOOKED_AT_ONCE, is_stale
from trustlane.ledger.evidence import SILENCE_SECONDS, counted, touched, with_override
from trustlane.ledger.history import History, Override, Subject
from trustlane.ledger.observation import Observation
from trustlane.ledger.port import KEPT_SECONDS, Counted, Kept, Remembered, latest
from trustlane.ledger.reporters import reporter_of, vote
from trustlane.ledger.silence import SETTLED_AT_ONCE, SETTLING, settled

Row = tuple[object, ...]


def histories(connection: sqlite3.Connection, subjects: Collection[Subject]) -> dict[Subject, History]:
    """The histories of those subjects that have one, by one query for all of them."""
    found = {}
    wanted = list(subjects)
    for start in range(0, len(wanted), MOST_AT_ONCE):
        some = wanted[start : start + MOST_AT_ONCE]
        keys = [part for subject in some for part in _key(subject)]
        for row in connection.execute(_asking_for(len(some)), keys):
            history = _history(row)
            found[history.subject] = history
    return found


MOST_AT_ONCE = 200
"""Subjects in one query: a mail has some twenty at most, and SQLite takes no end of values."""


@cache
def _asking_for(many: int) -> str:
    values = ", ".join(["(?, ?)"] * many)
    return f"SELECT {_COLUMNS} FROM (VALUES {values}) CROSS JOIN history ON kind = column1 AND name = column2"  # noqa: S608


def heaviest(connection: sqlite3.Connection, kind: str | None) -> Iterator[History]:
    """Every history, the heaviest evidence first."""
    where, values = ("WHERE kind = ? ", (_kept(kind),)) if kind is not None else ("", ())
    for row in connection.execute(f"{_HISTORY}{where}ORDER BY heft(good, bad, as_of) DESC, kind, name", values):
        yield _history(row)


def decision(connection: sqlite3.Connection, decision_id: str) -> Remembered | None:
    """The decision of that id, if it is kept."""
    row = connection.execute(f"{_DECISION}WHERE id = ?", (_kept(decision_id),)).fetchone()
    return _decision(row) if row else None


def forget(connection: sqlite3.Connection, subject: Subject) -> bool:
    """Deletes a history. Tells whether there was one."""
    return connection.execute("DELETE FROM history WHERE kind = ? AND name = ?", _key(subject)).rowcount > 0


def override(connection: sqlite3.Connection, subject: Subject, word: Override) -> int:
    """Keeps the operator's word. Gives how many subjects it is about."""
    known = histories(connection, [subject]).get(subject) or History(subject)
    return connection.execute(_PUT_HISTORY, _history_row(with_override(known, word))).rowcount


def how_many(connection: sqlite3.Connection) -> int:
    """The number of rows that :func:`kept` gives."""
    tables = ("history", "decision", "counted")
    return sum(connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0] for table in tables)  # noqa: S608


def kept(connection: sqlite3.Connection) -> Iterator[Kept]:
    """Every row there is."""
    yield from map(_history, connection.execute(_HISTORY))
    yield from map(_decision, connection.execute(_DECISION))
    for about, kind, reporter, time in connection.execute("SELECT about, kind, reporter, time FROM counted"):
        yield Counted(_text(about), _text(kind), _text(reporter), time)


def restore(connection: sqlite3.Connection, restored: Sequence[Kept]) -> int:
    """Puts rows back. Gives how many."""
    counted_rows = [it for it in restored if isinstance(it, Counted)]
    decisions = [_decision_row(it) for it in restored if isinstance(it, Remembered)]
    connection.executemany(_PUT_HISTORY, [_history_row(it) for it in restored if isinstance(it, History)])
    connection.executemany(_PUT_DECISION, decisions)
    connection.executemany(
        "INSERT OR IGNORE INTO counted VALUES (?, ?, ?, ?)", [(*map(_kept, it[:3]), it.time) for it in counted_rows]
    )
    spoken = [(_kept(it.about),) for it in counted_rows if it.kind in SETTLING]
    connection.executemany("UPDATE decision SET is_settled = 1 WHERE id = ?", spoken)
    return len(restored)


def write(
    connection: sqlite3.Connection,
    observations: Sequence[Observation],
    decisions: Sequence[Remembered],
    changed: set[Subject],
) -> int:
    """Counts and keeps, and settles the silence that is due. Gives how many observations were new.

    Args:
        changed: is given the subjects whose histories are other ones now.
    """
    now = latest(observations, decisions)
    _forget_old(connection, now)
    changed.update(_forget_stale(connection, now))
    connection.executemany(_PUT_DECISION, [_decision_row(it) for it in decisions])
    new = [counts for it in observations if (counts := _as_it_counts(connection, it))]
    _note_what_broke_silence(connection, new)
    silent = [it for it in _settled(connection, now) if _is_first(connection, it.once, it.time)]
    counting = [*new, *silent]
    known = histories(connection, {subject for observation in counting for subject in touched(observation)})
    for observation in counting:
        after = counted(known, observation)
        known.update(after)
        changed.update(after)
    connection.executemany(_PUT_HISTORY, [_history_row(known[subject]) for subject in changed if subject in known])
    return len(new)


_COLUMNS = ", ".join(("kind", "name", *History._fields[1:]))
_HISTORY = f"SELECT {_COLUMNS} FROM history "  # noqa: S608
_PUT_HISTORY = f"INSERT OR REPLACE INTO history ({_COLUMNS}) VALUES (?, ?{', ?' * len(History._fields[1:])})"  # noqa: S608
_PUT_DECISION = (
    "INSERT OR REPLACE INTO decision (id, time, lane, action, subjects, reasons, message, copy_of)"
    " VALUES (?, ?, ?, ?, ?, ?, ?, ?)"
)
_DECISION = "SELECT id, time, lane, action, subjects, reasons, message, copy_of FROM decision "

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


def _forget_stale(connection: sqlite3.Connection, now: float) -> list[Subject]:
    """Looks at the next few histories, round and round, and deletes those that say nothing any more."""
    (place,) = connection.execute("SELECT kind, name FROM place").fetchall()
    looked_at = [_history(row) for row in connection.execute(_NEXT, (*place, LOOKED_AT_ONCE))]
    is_round = len(looked_at) < LOOKED_AT_ONCE
    if is_round:
        looked_at += [_history(row) for row in connection.execute(_NEXT, ("", "", LOOKED_AT_ONCE - len(looked_at)))]
    stale = [history.subject for history in looked_at if is_stale(history, now)]
    connection.executemany("DELETE FROM history WHERE kind = ? AND name = ?", map(_key, stale))
    if looked_at:
        connection.execute("UPDATE place SET kind = ?, name = ?", _key(looked_at[-1].subject))
    return stale


_NEXT = f"{_HISTORY}WHERE (kind, name) > (?, ?) ORDER BY kind, name LIMIT ?"


def _as_it_counts(connection: sqlite3.Connection, observation: Observation) -> Observation | None:
    """The observation for those subjects for which it counts; ``None`` where it was counted before."""
    if not _is_first(connection, observation.once, observation.time):
        return None
    if not reporter_of(observation) or not observation.subjects:
        return observation
    votes = [(subject, vote(observation, subject)) for subject in dict.fromkeys(observation.subjects)]
    subjects = [
        subject
        for subject, name in votes
        if _is_first(connection, (name, "vote", observation.reporter), observation.time)
    ]
    return replace(observation, subjects=tuple(subjects)) if subjects else None


def _is_first(connection: sqlite3.Connection, once: tuple[str, str, str] | None, time: float) -> bool:
    if once is None:
        return True
    row = (*map(_kept, once), time)
    return connection.execute("INSERT OR IGNORE INTO counted VALUES (?, ?, ?, ?)", row).rowcount > 0


def _note_what_broke_silence(connection: sqlite3.Connection, observations: Sequence[Observation]) -> None:
    spoken = [(_kept(it.about),) for it in observations if it.about and it.kind in SETTLING]
    if spoken:
        connection.executemany("UPDATE decision SET is_settled = 1 WHERE id = ?", spoken)


def _settled(connection: sqlite3.Connection, now: float) -> list[Observation]:
    """What silence says of the mails whose time is over, the oldest first."""
    due = connection.execute(
        f"{_DECISION}WHERE is_settled = 0 AND time <= ? ORDER BY time, id LIMIT ?",
        (now - SILENCE_SECONDS, SETTLED_AT_ONCE),
    ).fetchall()
    connection.executemany("UPDATE decision SET is_settled = 1 WHERE id = ?", [(row[0],) for row in due])
    return [it for row in due if (it := settled(_decision(row)))]


def _history(row: Sequence[Any]) -> History:
    kind, name, good, bad, as_of, first_seen, last_seen, mails, is_trusted, *rest = row
    if type(kind) is not str or type(name) is not str:
        kind, name = _text(kind), _text(name)
    return History(Subject(kind, name), good, bad, as_of, first_seen, last_seen, mails, bool(is_trusted), *rest)


def _history_row(history: History) -> Row:
    return *_key(history.subject), *history[1:]


def _decision(row: Sequence[Any]) -> Remembered:
    id_, time, lane, action, subjects, reasons, message, copy_of = row
    names = tuple(Subject(kind, name) for kind, name in json.loads(subjects))
    return Remembered(
        id=_text(id_),
        time=time,
        lane=_text(lane),
        action=_text(action),
        subjects=names,
        reasons=_text(reasons),
        message=_text(message),
        copy_of=_text(copy_of),
    )


def _decision_row(it: Remembered) -> Row:
    texts = map(_kept, (it.reasons, it.message, it.copy_of))
    return _kept(it.id), it.time, _kept(it.lane), _kept(it.action), json.dumps(it.subjects), *texts


def _key(subject: Subject) -> tuple[str | bytes, str | bytes]:
    return _kept(subject.kind), _kept(subject.name)


def _kept(text: str) -> str | bytes:
    """Text as it is; where it holds octets that are no UTF-8 (PEP 383), a blob that no text equals."""
    plain = str(text)
    if plain.isascii():
        return plain
    try:
        plain.encode()
    except UnicodeEncodeError:
        return plain.encode("utf-8", "surrogatepass")
    return plain


def _text(kept: object) -> str:
    return kept.decode("utf-8", "surrogatepass") if isinstance(kept, bytes) else str(kept)
