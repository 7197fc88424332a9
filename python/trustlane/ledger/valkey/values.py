"""Values: a history and a decision as the server keeps them, readable for whoever looks."""

import json

from trustlane.ledger.history import History, Subject
from trustlane.ledger.port import Remembered

_INTEGERS = frozenset(name for name, kind in History.__annotations__.items() if kind in (int, bool))
_TYPES = [int if name in _INTEGERS else float for name in History._fields[1:]]


def history_of(subject: Subject, kept: bytes) -> History:
    """Numbers parted by blanks, in the order of the fields."""
    numbers = [kind(float(value)) for kind, value in zip(_TYPES, kept.split(), strict=True)]
    numbers[_IS_TRUSTED] = bool(numbers[_IS_TRUSTED])
    return History(subject, *numbers)  # type: ignore[arg-type]


def kept_history(history: History) -> bytes:
    return " ".join(f"{float(value):.17g}" for value in history[1:]).encode()


def decision_of(kept: bytes) -> Remembered:
    fields = json.loads(kept)
    subjects = tuple(Subject(kind, name) for kind, name in fields.pop("subjects"))
    return Remembered(**fields, subjects=subjects)


def kept_decision(it: Remembered) -> bytes:
    fields = {name: getattr(it, name) for name in Remembered.__slots__}
    return json.dumps(fields).encode()


_IS_TRUSTED = History._fields[1:].index("is_trusted")
