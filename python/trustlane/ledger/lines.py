"""What a ledger keeps as lines of JSON: one row a line, its type first, its fields by name."""

import json
from math import isfinite
from typing import Any

from trustlane.ledger.history import History, Subject
from trustlane.ledger.port import Counted, Kept, Remembered


def to_line(it: Kept) -> str:
    """Without a line end; only US-ASCII, whatever a name holds."""
    match it:
        case History():
            values = dict(zip(History._fields[1:], it[1:], strict=True))
            return json.dumps({"type": "history", **it.subject._asdict(), **values})
        case Remembered():
            return json.dumps({"type": "decision", **{name: getattr(it, name) for name in Remembered.__slots__}})
        case Counted():
            return json.dumps({"type": "counted", **it._asdict()})


def from_line(line: bytes | str) -> Kept:
    """The row. Fields that a later trustlane may add are left out; those that this one added have their defaults.

    Raises:
        ValueError: it is no such line.
    """
    row = json.loads(line)
    if not isinstance(row, dict):
        raise ValueError("it is no JSON object")
    try:
        match row.pop("type", None):
            case "history":
                return _history(row)
            case "decision":
                return _decision(row)
            case "counted":
                return Counted(_text(row, "about"), _text(row, "kind"), _text(row, "reporter"), _number(row, "time"))
            case other:
                raise ValueError(f"{other!r} is no type of row")
    except KeyError as error:
        raise ValueError(f"it has no {error}") from error


def _history(row: dict[str, Any]) -> History:
    subject = Subject(_text(row, "kind"), _text(row, "name"))
    known = {name: row[name] for name in History._fields[1:] if name in row}
    for name, value in known.items():
        default = History._field_defaults[name]
        if isinstance(default, str) != isinstance(value, str) or not isinstance(value, str | int | float):
            raise ValueError(f"{name} cannot be {value!r}")
        known[name] = type(default)(value)
    return History(subject, **known)


def _decision(row: dict[str, Any]) -> Remembered:
    pairs = row["subjects"]
    if not isinstance(pairs, list) or not all(isinstance(it, list) and len(it) == 2 for it in pairs):
        raise ValueError("its subjects are none")
    texts = {name: _text(row, name) for name in ("id", "lane", "action", "reasons")}
    later = {name: _text(row, name) for name in ("message", "copy_of") if name in row}
    subjects = tuple(Subject(str(kind), str(name)) for kind, name in pairs)
    return Remembered(**texts, **later, time=_number(row, "time"), subjects=subjects)


def _text(row: dict[str, Any], name: str) -> str:
    value = row[name]
    if not isinstance(value, str):
        raise ValueError(f"{name} cannot be {value!r}")
    return value


def _number(row: dict[str, Any], name: str) -> float:
    value = row[name]
    if isinstance(value, bool) or not isinstance(value, int | float) or not isfinite(value):
        raise ValueError(f"{name} cannot be {value!r}")
    return float(value)
