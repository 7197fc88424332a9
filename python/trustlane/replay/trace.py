"""What a site wrote on a mail when it came: trace fields as facts of the session (RFC 5321 §4.4)."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from ipaddress import ip_address
from math import isfinite

MAX_HEADER_OCTETS = 65_536
"""Octets of a header that are looked at; trace fields stand at its top."""


@dataclass(frozen=True, slots=True)
class Trace:
    """How a mail came, as far as its own header tells.

    Attributes:
        ip, helo: of the topmost Received field.
        time: Unix seconds of the same.
        mail_from: of Return-Path; ``""`` is the null path.
        rcpt: of Delivered-To, X-Original-To and the topmost ``for``.
        score: of the field that the operator named.
    """

    ip: str | None
    helo: str | None
    time: float | None
    mail_from: str | None
    rcpt: tuple[str, ...]
    score: float | None


def read_trace(header: bytes, score_field: str | None) -> Trace:
    """Reads a header with CRLF line ends."""
    fields = list(_fields(header[:MAX_HEADER_OCTETS].decode("utf-8", "surrogateescape")))
    received = next((value for name, value in fields if name == "received"), "")
    from_clause, _, _ = received.partition(" by ")
    return_path = next((value for name, value in fields if name == "return-path"), None)
    named = [value for name, value in fields if name in ("delivered-to", "x-original-to")]
    recipients = [*named, *_FOR.findall(received)]
    helo = _HELO.match(from_clause)
    return Trace(
        ip=_ip(from_clause),
        helo=helo[1] if helo else None,
        time=_time(received, next((value for name, value in fields if name == "date"), "")),
        mail_from=None if return_path is None else return_path.strip("<> \t"),
        rcpt=tuple(dict.fromkeys(address.strip("<> \t").lower() for address in recipients)),
        score=_score(next((value for name, value in fields if name == (score_field or "").lower()), "")),
    )


_HELO = re.compile(r"from\s+(\S+)", re.I)
_FOR = re.compile(r"\bfor\s+<([^<>\s]+)>")
_LITERAL = re.compile(r"\[(?:IPv6:)?([0-9A-Fa-f:.]+)\]")
_NUMBER = re.compile(r"-?\d+(?:\.\d+)?")
_FOLD = re.compile(r"\r\n(?=[ \t])")


def _fields(header: str) -> Iterator[tuple[str, str]]:
    for line in _FOLD.sub("", header).split("\r\n"):
        name, colon, value = line.partition(":")
        if colon:
            yield name.strip().lower(), " ".join(value.split())


def _ip(from_clause: str) -> str | None:
    """The client's address: the last literal of the from clause, since a client may call itself one."""
    for text in reversed(_LITERAL.findall(from_clause)):
        try:
            return str(ip_address(text))
        except ValueError:
            continue
    return None


def _time(received: str, date: str) -> float | None:
    for text in (received.rpartition(";")[2], date):
        try:
            return parsedate_to_datetime(text.strip()).timestamp()
        except (ValueError, OverflowError):
            continue
    return None


def _score(value: str) -> float | None:
    found = _NUMBER.search(value)
    score = float(found[0]) if found else None
    return score if score is not None and isfinite(score) else None
