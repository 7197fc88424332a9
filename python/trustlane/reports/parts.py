"""The MIME parts of a report, read within limits (RFC 2046 §5.1).

A report is a stranger's octets. The standard library reads them; what it may be given, and how far it may go, is
decided here: no octets raise, and work grows with the octets read and no faster (RFC 5965 §8.4).
"""

import re
from collections.abc import Iterator, Sequence
from email.message import Message
from email.parser import BytesParser
from email.policy import Compat32
from io import BytesIO
from typing import Any

MAX_OCTETS = 1_048_576
"""Of a report that are read; what comes later is left alone. The decision's id stands in the header of the reported
mail, and reports that carry much before it are none that machines or mail programs make."""

MAX_DEPTH = 8
"""Parts within parts. A report has three levels with the reported mail, a forward of it five."""

MAX_PARTS = 100
"""Parts in all, groups of fields of a delivery status among them (RFC 3464 §2.3): a bounce names up to 100 recipients,
which is as many as every server takes (RFC 5321 §4.5.3.1.8)."""

MAX_FIELD_OCTETS = 4_096
"""Of one header field; the rest of a longer one is not read. Reading the parameters of a field can take the square of
its length in the standard library."""


class TooMuch(Exception):
    """A report goes over a limit.

    Attributes:
        limit: its name here.
    """

    def __init__(self, limit: str) -> None:
        super().__init__(limit)
        self.limit = limit


class Part(Message):
    """A message or a part of one; knows how deep it is."""

    depth = 0

    def attach(self, payload: Any) -> None:
        """Takes a part within this one. Raises TooMuch where there are too many or too deep."""
        payload.depth = self.depth + 1
        if payload.depth > MAX_DEPTH:
            raise TooMuch("depth")
        super().attach(payload)


def read_parts(octets: bytes) -> Message:
    """The report as a tree.

    Raises:
        TooMuch: it has too many parts, or too deep ones.
    """
    count = _Count()

    def part(policy: Any = _POLICY) -> Part:
        count.add()
        return Part(policy=policy)

    return BytesParser(part, policy=_POLICY).parse(BytesIO(octets[:MAX_OCTETS]))


def read_header(octets: bytes) -> list[tuple[str, str]]:
    """The header fields of a mail alone, as :func:`fields_of` gives them."""
    return fields_of(BytesParser(Part, policy=_POLICY).parse(BytesIO(octets[:MAX_OCTETS]), headersonly=True))


def all_parts(part: Message) -> Iterator[Message]:
    """The part and all within it, in their order."""
    for found in part.walk():
        if isinstance(found, Message):
            yield found


def within(part: Message) -> Sequence[Message]:
    """The parts directly within this one; none where it has octets instead."""
    parts = part.get_payload()
    return [it for it in parts if isinstance(it, Message)] if isinstance(parts, list) else []


def fields_of(part: Message) -> list[tuple[str, str]]:
    """Names in lower case with their values on one line, in their order."""
    return [(name.lower(), " ".join(str(value).split())) for name, value in part.items()]


def fields_in(text: str) -> Iterator[tuple[str, str]]:
    """The same, read from a text up to its first line that is none."""
    for line in _FOLD.sub(" ", text.lstrip("\r\n")).split("\n"):
        name, colon, value = line.partition(":")
        if not colon or not _NAME.fullmatch(name):
            return
        yield name.lower(), " ".join(value.split())


def text_of(part: Message) -> str:
    """The text of a part, in whatever charset, with replacement characters where it is none."""
    octets = part.get_payload(decode=True)
    return octets.decode("utf-8", "replace") if isinstance(octets, bytes) else ""


_FOLD = re.compile(r"\r?\n(?=[ \t])")
_NAME = re.compile(r"[!-9;-~]+")


class _Count:
    def __init__(self) -> None:
        self._parts = 0

    def add(self) -> None:
        self._parts += 1
        if self._parts > MAX_PARTS:
            raise TooMuch("parts")


class _Bounded(Compat32):
    """Fields as they stand, no longer than the limit; nothing in them is decoded."""

    def header_source_parse(self, sourcelines: Sequence[str]) -> tuple[str, str]:
        name, _, value = "".join(sourcelines).partition(":")
        return name[:MAX_FIELD_OCTETS], value[:MAX_FIELD_OCTETS].strip()

    def header_fetch_parse(self, name: str, value: str) -> str:
        return value


_POLICY = _Bounded()
