"""Edits of a header, as data, and the one function that applies them to octets."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class InsertField:
    """A new field, above all that are there.

    Attributes:
        name: as ``Authentication-Results``.
        value: all after the colon and its blank; may be folded with CRLF, ends without a line end.
    """

    name: str
    value: str


@dataclass(frozen=True, slots=True)
class DeleteField:
    """A field taken away.

    Attributes:
        name: its name as it stands in the mail, compared without regard to case.
        index: which of that name, from the top, beginning with 1 (as the milter protocol counts).
    """

    name: str
    index: int


Edit = InsertField | DeleteField

FieldSpan = tuple[bytes, int, int]
"""A field's name, and where its octets begin and end in the message."""


def apply(edits: Sequence[Edit], message: bytes, fields: Sequence[FieldSpan]) -> bytes:
    """The message with all edits made: inserted fields on top in their order, kept octets as they are."""
    inserted = b"".join(_octets(edit) for edit in edits if isinstance(edit, InsertField))
    deleted = {(edit.name.lower(), edit.index) for edit in edits if isinstance(edit, DeleteField)}
    if not deleted:
        return inserted + message
    return inserted + b"".join(_kept(message, fields, deleted))


def deletions(fields: Iterable[FieldSpan], numbers: Iterable[int]) -> list[DeleteField]:
    """Edits that delete the fields of these numbers (from 0), the lowest in the mail first."""
    unwanted = set(numbers)
    counts: Counter[str] = Counter()
    found = []
    for number, (name, _, _) in enumerate(fields):
        text = name.decode("latin-1")
        counts[text.lower()] += 1
        if number in unwanted:
            found.append(DeleteField(text, counts[text.lower()]))
    return found[::-1]


def _kept(message: bytes, fields: Sequence[FieldSpan], deleted: set[tuple[str, int]]) -> Iterator[bytes]:
    counts: Counter[str] = Counter()
    end_of_kept = 0
    for name, start, end in fields:
        key = name.decode("latin-1").lower()
        counts[key] += 1
        if (key, counts[key]) in deleted:
            yield message[end_of_kept:start]
            end_of_kept = end
    yield message[end_of_kept:]


def _octets(field: InsertField) -> bytes:
    return f"{field.name}: {field.value}\r\n".encode("utf-8", "replace")
