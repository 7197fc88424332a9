"""Recipients that the next hop refused while it took others of the same mail."""

from collections.abc import Callable

from trustlane.delivery.reply import Reply
from trustlane.message.transaction import Instant

REMEMBERED_SECONDS = 4 * 3600.0
"""Longer than clients wait between tries: one every two or three hours (RFC 5321 §4.5.4.1)."""

MAX_REMEMBERED = 10_000
"""Refusals; above it the oldest is forgotten, and its mail needs one more try."""


class Refusals:
    """Remembers each refusal until it has been told once, so that it never stands for longer than the hop meant it."""

    def __init__(self, now: Callable[[], Instant]) -> None:
        self._now = now
        self._replies: dict[tuple[str, str], tuple[Instant, Reply]] = {}

    def remember(self, mail_from: str, rcpt: str, reply: Reply) -> None:
        self._replies.pop((mail_from, rcpt), None)
        self._replies[mail_from, rcpt] = (self._now(), reply)
        if len(self._replies) > MAX_REMEMBERED:
            del self._replies[next(iter(self._replies))]

    def take(self, mail_from: str, rcpt: str) -> Reply | None:
        """What the hop said, once; ``None`` where it said nothing, or long ago."""
        came, reply = self._replies.pop((mail_from, rcpt), (0.0, None))
        return reply if came >= self._now() - REMEMBERED_SECONDS else None
