"""What the place where mail goes can take, and so what its client may be offered."""

import re
from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Offers:
    """We offer nothing that the mail would lose on its next step.

    Attributes:
        smtputf8: addresses and header fields in UTF-8 (RFC 6531 §3.1).
        dsn: what the sender wishes to be notified of (RFC 3461 §4).
        max_recipients: of one mail; ``None`` where nothing is said (RFC 9422 §4.2).
    """

    smtputf8: bool = False
    dsn: bool = False
    max_recipients: int | None = None


def offers_of(extensions: Mapping[str, str]) -> Offers:
    """What a server's answer to EHLO lets us offer; each EHLO voids what was said before (RFC 9422 §3.6)."""
    return Offers("SMTPUTF8" in extensions, "DSN" in extensions, _rcptmax(extensions.get("LIMITS", "")))


def _rcptmax(limits: str) -> int | None:
    """A malformed value is no limit (RFC 9422 §3.7)."""
    values = [_RCPTMAX.fullmatch(limit) for limit in limits.split()]
    return next((int(value["max"]) for value in values if value), None)


_RCPTMAX = re.compile(r"RCPTMAX=(?P<max>[1-9][0-9]{0,5})", re.IGNORECASE)
