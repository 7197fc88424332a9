"""Mailboxes as traffic: the mail of an mbox file or a Maildir, examined anew, in the order in which it came.

How a mail came is read from what this site wrote on it when it did: its topmost Received field, Return-Path, and the
fields that name a recipient. All of it is only as good as the mailbox; a stranger's fields lie further down.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from hashlib import blake2b
from pathlib import Path

from trustlane.dns import Resolver
from trustlane.errors import MessageError
from trustlane.identities import ExamineLimits, examine
from trustlane.message import Envelope, LineEnds, Session, Transaction
from trustlane.replay.event import MailEvent
from trustlane.replay.trace import Trace, read_trace
from trustlane.verify import with_crlf

MAX_MAIL_OCTETS = 64 * 1024 * 1024
"""The largest mail that is read from a mailbox; a relay takes 50 MB by default. Larger ones are passed over,
counted."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where one mail lies.

    Attributes:
        path: its file, or the mbox.
        start, end: octets of it in the file.
        mail_from, time: what the mbox's own line says; ``None`` in a Maildir.
    """

    path: Path
    start: int
    end: int
    mail_from: str | None = None
    time: float | None = None

    def read(self) -> bytes:
        with self.path.open("rb") as file:
            file.seek(self.start)
            octets = file.read(self.end - self.start)
        return with_crlf(octets)


def is_mailbox(path: Path) -> bool:
    """Whether it is a Maildir, or a file that begins as an mbox does."""
    if path.is_dir():
        return True
    try:
        with path.open("rb") as file:
            return file.read(5) == b"From "
    except OSError:
        return False


def places(path: Path) -> list[tuple[float, Place]]:
    """Each mail with the time at which it came, the earliest first.

    Raises:
        MessageError: it is a folder but no Maildir, or it cannot be read.
    """
    try:
        found = list(_in_maildir(path) if path.is_dir() else _in_mbox(path))
        return sorted(((_time(place), place) for place in found), key=lambda both: both[0])
    except OSError as error:
        raise MessageError(f"{path}: cannot be read: {error.strerror}") from error


def event_of(
    place: Place, time: float, resolver: Resolver, limits: ExamineLimits, score_field: str | None
) -> MailEvent:
    """One mail, with what its checks find now, at the time at which it came."""
    octets = place.read()
    trace = read_trace(_header(octets), score_field)
    mail_from = place.mail_from if trace.mail_from is None else trace.mail_from
    session = Session(trace.ip, trace.helo)
    mail = Transaction(octets, session, Envelope(mail_from, trace.rcpt), LineEnds.AS_IS)
    findings = examine(mail, resolver, limits, time).findings
    authors = [it.facts["author_address"] for it in findings if it.facts.get("author_address")]
    return MailEvent(
        id=blake2b(octets, digest_size=12).hexdigest(),
        time=time,
        ip=trace.ip,
        helo=trace.helo,
        mail_from=mail_from,
        rcpt=trace.rcpt,
        author=authors[0] if len(authors) == 1 else None,
        findings=findings,
        content_score=trace.score,
        size=len(octets),
    )


def _in_maildir(folder: Path) -> Iterator[Place]:
    """Mail of the inbox and of all folders below it (Maildir++)."""
    if not (folder / "cur").is_dir() and not (folder / "new").is_dir():
        raise MessageError(f"{folder}: is a folder without cur or new, so it is no Maildir")
    for below in [folder, *sorted(it for it in folder.iterdir() if it.name.startswith(".") and it.is_dir())]:
        for part in ("cur", "new"):
            for file in sorted((below / part).glob("*")):
                if file.is_file() and file.stat().st_size <= MAX_MAIL_OCTETS:
                    yield Place(file, 0, file.stat().st_size)


def _in_mbox(path: Path) -> Iterator[Place]:
    """Mail between lines that begin with ``From `` after an empty line (RFC 4155)."""
    opened: tuple[int, str | None, float | None] | None = None
    position, was_empty = 0, True
    with path.open("rb") as file:
        for line in file:
            if was_empty and line.startswith(b"From "):
                if opened and position - opened[0] <= MAX_MAIL_OCTETS:
                    yield Place(path, opened[0], position, opened[1], opened[2])
                opened = (position + len(line), *_separator(line))
            position += len(line)
            was_empty = line in (b"\n", b"\r\n")
    if opened and position - opened[0] <= MAX_MAIL_OCTETS:
        yield Place(path, opened[0], position, opened[1], opened[2])


def _separator(line: bytes) -> tuple[str | None, float | None]:
    """The reverse-path and the time of an mbox's ``From `` line."""
    words = line.decode("ascii", "replace").split(maxsplit=2)
    sender = words[1] if len(words) > 1 else None
    # asctime has no zone; RFC 4155 wants UTC.
    found = _ASCTIME.search(words[2]) if len(words) > 2 else None
    if not found:
        return sender, None
    day, month, clock, year = found.group(2, 1, 3, 4)
    return sender, _instant(f"{day} {month} {year} {clock} +0000")


_ASCTIME = re.compile(r"([A-Z][a-z]{2}) +(\d{1,2}) (\d\d:\d\d:\d\d) (\d{4})")


def _time(place: Place) -> float:
    trace: Trace = read_trace(_header(place.read()), None)
    return next(time for time in (trace.time, place.time, place.path.stat().st_mtime) if time is not None)


def _header(octets: bytes) -> bytes:
    end = octets.find(b"\r\n\r\n")
    return octets if end < 0 else octets[: end + 2]


def _instant(text: str) -> float | None:
    try:
        return parsedate_to_datetime(text).timestamp()
    except (ValueError, OverflowError):
        return None
