"""A log's lines become events. A line that cannot be read is told, with its number and what is wrong."""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from trustlane.replay.event import Event, FeedbackEvent, FeedbackKind, MailEvent, OutboundEvent
from trustlane.replay.findings import findings_of

MAX_LINE_OCTETS = 1_048_576
"""The longest line that is read. A mail to 10,000 recipients takes about 300,000 octets; a longer line is no event."""


LATEST = 1e15
"""Greater numbers are no times, and no points or octets either."""


class Truth(StrEnum):
    """Whether the recipients wanted a mail, where somebody knows."""

    WANTED = "wanted"
    UNWANTED = "unwanted"


@dataclass(frozen=True, slots=True)
class Recorded:
    """One event of the log, and beside it what only the report may know.

    Attributes:
        event: for the engine.
        truth: for the report; ``None`` where the log does not tell.
    """

    event: Event
    truth: Truth | None = None


@dataclass(frozen=True, slots=True)
class BadLine:
    """A line that is no event.

    Attributes:
        number: of the line, from 1.
        why: what is wrong with it.
    """

    number: int
    why: str


def read_lines(lines: Iterable[bytes]) -> Iterator[Recorded | BadLine]:
    """Each line as an event or as what is wrong with it. Empty lines are passed over."""
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            yield read_line(line)
        except ValueError as error:
            yield BadLine(number, str(error))


def read_line(line: bytes) -> Recorded:
    """One line.

    Raises:
        ValueError: it is no event; says why.
    """
    if len(line) > MAX_LINE_OCTETS:
        raise ValueError(f"is longer than {MAX_LINE_OCTETS} octets")
    try:
        told = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise ValueError(f"is no JSON: {error}") from error
    if not isinstance(told, dict):
        raise ValueError("is no JSON object")
    kind = told.get("type")
    make = _MAKERS.get(kind) if isinstance(kind, str) else None
    if make is None:
        raise ValueError(f'"type" must be one of {", ".join(_MAKERS)}, is {kind!r}')
    return make(told)


def _mail(told: Mapping[str, Any]) -> Recorded:
    truth = told.get("truth")
    author, helo, mail_from = _maybe_text(told, "author"), _maybe_text(told, "helo"), _maybe_text(told, "mail_from")
    findings, alike = findings_of(_list(told, "findings"), author, mail_from, helo)
    event = MailEvent(
        id=_text(told, "id"),
        time=_time(told),
        ip=_maybe_text(told, "ip"),
        helo=helo,
        mail_from=mail_from,
        rcpt=_texts(told, "rcpt"),
        author=author.lower() if author else None,
        findings=findings,
        content_score=_maybe_number(told, "content_score"),
        size=int(_maybe_number(told, "size") or 0),
        alike=alike,
    )
    if truth is None:
        return Recorded(event)
    if not isinstance(truth, str) or truth not in _TRUTHS:
        raise ValueError(f'"truth" must be wanted or unwanted, is {truth!r}')
    return Recorded(event, _TRUTHS[truth])


def _feedback(told: Mapping[str, Any]) -> Recorded:
    kind = told.get("kind")
    if not isinstance(kind, str) or kind not in _KINDS:
        raise ValueError(f'"kind" must be one of {", ".join(_KINDS)}, is {kind!r}')
    return Recorded(FeedbackEvent(_time(told), _text(told, "about"), _KINDS[kind], _maybe_text(told, "reporter") or ""))


def _outbound(told: Mapping[str, Any]) -> Recorded:
    rcpt = tuple(address.lower() for address in _texts(told, "rcpt"))
    return Recorded(OutboundEvent(_time(told), _text(told, "from").lower(), rcpt))


_MAKERS: dict[str, Callable[[Mapping[str, Any]], Recorded]] = {
    "mail": _mail,
    "feedback": _feedback,
    "outbound": _outbound,
}
_TRUTHS = {truth.value: truth for truth in Truth}
_KINDS = {kind.value: kind for kind in FeedbackKind}


def _time(told: Mapping[str, Any]) -> float:
    time: Any = told.get("time")
    if type(time) not in (int, float) or not abs(time) <= LATEST:
        raise ValueError(f'"time" must be Unix seconds, is {time!r}')
    return float(time)


def _text(told: Mapping[str, Any], name: str) -> str:
    value = told.get(name)
    if not isinstance(value, str) or not value:
        raise ValueError(f'"{name}" must be a text, is {value!r}')
    return value


def _maybe_text(told: Mapping[str, Any], name: str) -> str | None:
    value = told.get(name)
    if value is not None and not isinstance(value, str):
        raise ValueError(f'"{name}" must be a text or null, is {value!r}')
    return value


def _maybe_number(told: Mapping[str, Any], name: str) -> float | None:
    value: Any = told.get(name)
    if value is None:
        return None
    if type(value) not in (int, float) or not abs(value) <= LATEST:
        raise ValueError(f'"{name}" must be a number or null, is {value!r}')
    return float(value)


def _list(told: Mapping[str, Any], name: str) -> list[Any]:
    value = told.get(name, [])
    if not isinstance(value, list):
        raise ValueError(f'"{name}" must be a list, is {value!r}')
    return value


def _texts(told: Mapping[str, Any], name: str) -> tuple[str, ...]:
    value = _list(told, name)
    if not all(isinstance(item, str) for item in value):
        raise ValueError(f'"{name}" must be a list of texts')
    return tuple(value)
