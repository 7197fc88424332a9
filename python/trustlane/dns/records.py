"""Records as dnspython reads them become records as :class:`trustlane._core.Answer` takes them."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

import dns.name
import dns.rdata

from trustlane._core import Answer


def found(record_type: str, records: Iterable[dns.rdata.Rdata], *, is_secure: bool) -> Answer:
    """The answer that holds these records. What cannot be a host or domain name is left out of it."""
    read = _READERS[record_type]
    return Answer.found(record_type, [read(record) for record in records], is_secure=is_secure)


def plain(name: dns.name.Name) -> str:
    """A name as lower case text without its final dot; ``""`` for the root.

    Also ``""`` for a name with a dot, a blank or a control within a label: written plainly, it would be read as another
    name (RFC 4343 §2.1).
    """
    labels = [label.decode("latin-1").lower() for label in name.labels if label]
    is_plain = all(label.isascii() and label.isprintable() and not set(label) & {".", " "} for label in labels)
    return ".".join(labels) if is_plain else ""


def joined(strings: Iterable[bytes]) -> bytes:
    """The strings of one TXT record, with nothing between them (RFC 6376 §3.6.2.2, RFC 7208 §3.3)."""
    return b"".join(strings)


_READERS: Mapping[str, Callable[[Any], Any]] = {
    "A": lambda record: record.address,
    "AAAA": lambda record: record.address,
    "MX": lambda record: (record.preference, plain(record.exchange)),
    "PTR": lambda record: plain(record.target),
    "SRV": lambda record: (record.priority, record.weight, record.port, plain(record.target)),
    "TXT": lambda record: joined(record.strings),
}
