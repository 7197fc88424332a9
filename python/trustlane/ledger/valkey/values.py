"""Values: what the servers keep, readable for whoever looks."""

import json
from typing import get_type_hints
from urllib.parse import quote, unquote

from trustlane.ledger.history import History, Subject
from trustlane.ledger.port import Counted, Remembered

_WORDS = ("set_to", "set_why")

NUMBERS = tuple(name for name in History._fields[1:] if name not in _WORDS)
"""The numbers of a history in the order in which they are kept; after them stand the operator's words, if any."""

_TYPES = [int if kind in (int, bool) else float for name, kind in get_type_hints(History).items() if name in NUMBERS]
_IS_TRUSTED = NUMBERS.index("is_trusted")


def history_of(subject: Subject, kept: bytes) -> History:
    """Numbers parted by blanks."""
    parts = kept.split()
    numbers = [kind(float(value)) for kind, value in zip(_TYPES, parts, strict=False)]
    numbers[_IS_TRUSTED] = bool(numbers[_IS_TRUSTED])
    to, why = words_of(parts[len(NUMBERS)]) if len(parts) > len(NUMBERS) else ("", "")
    return History(subject, *numbers, to, why)  # type: ignore[arg-type, call-arg]


def kept_history(history: History) -> bytes:
    numbers = [f"{float(getattr(history, name)):.17g}" for name in NUMBERS]
    return " ".join([*numbers, *([kept_words(history.set_to, history.set_why)] if history.set_to else [])]).encode()


def words_of(kept: bytes) -> tuple[str, str]:
    to, _, why = kept.decode().partition("/")
    return unquote(to), unquote(why)


def kept_words(to: str, why: str) -> str:
    """Without blanks, and never empty."""
    return f"{quote(to, safe='')}/{quote(why, safe='')}"


def decision_of(kept: bytes) -> Remembered:
    fields = json.loads(kept)
    subjects = tuple(Subject(kind, name) for kind, name in fields.pop("subjects"))
    return Remembered(**fields, subjects=subjects)


def kept_decision(it: Remembered) -> bytes:
    fields = {name: getattr(it, name) for name in Remembered.__slots__}
    return json.dumps(fields).encode()


def claim_time(kept: bytes) -> float:
    return float(kept.split(b" ", 1)[0])


def claim_of(kept: bytes) -> Counted:
    """The time, and what was counted as JSON."""
    time, _, once = kept.partition(b" ")
    about, kind, reporter = json.loads(once)
    return Counted(about, kind, reporter, float(time))


def kept_once(once: tuple[str, str, str]) -> str:
    return json.dumps(once)
