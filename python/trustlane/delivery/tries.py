"""One mail is delivered once, however often its client tries, until the client has heard so."""

import asyncio
from collections.abc import Awaitable, Callable

from trustlane.delivery.reply import Reply
from trustlane.message.transaction import Instant

REMEMBERED_SECONDS = 5 * 24 * 3600.0
"""How long a mail that was accepted, perhaps unheard, is remembered: until clients give up (RFC 5321 §4.5.4.1)."""

MAX_REMEMBERED = 100_000
"""Mails accepted and perhaps unheard; above it the oldest is forgotten. Some 40 MB, and days of dropped connections."""

DELIVERED_BEFORE = Reply(250, "2.0.0", "Delivered before")


class Tries:
    """Remembers by fingerprint which mails are under way, and which were accepted but perhaps not heard of.

    Args:
        now: the clock, Unix seconds.
        forgotten: told of each fingerprint that is remembered no longer.
    """

    def __init__(self, now: Callable[[], Instant], forgotten: Callable[[str], None]) -> None:
        self._now = now
        self._forgotten = forgotten
        self._under_way: dict[str, asyncio.Task[Reply]] = {}
        self._accepted: dict[str, Instant] = {}

    async def once(self, fingerprint: str, attempt: Callable[[], Awaitable[Reply]]) -> Reply:
        """The attempt's reply; a mail that is under way is waited for, and one that was accepted is accepted again.

        Should the caller be cancelled, the attempt still runs to its end, and its outcome is remembered.
        """
        self.forget_old()
        if under_way := self._under_way.get(fingerprint):
            reply = await asyncio.shield(under_way)
            return DELIVERED_BEFORE if reply.is_accepted else reply
        if fingerprint in self._accepted:
            return DELIVERED_BEFORE
        task = asyncio.create_task(self._attempt(fingerprint, attempt))
        self._under_way[fingerprint] = task
        task.add_done_callback(lambda _: self._under_way.pop(fingerprint))
        return await asyncio.shield(task)

    def remember(self, fingerprint: str, came: Instant) -> None:
        """This mail was accepted; call it in the order of time."""
        self._accepted[fingerprint] = came

    def heard(self, fingerprint: str) -> None:
        """The same octets again will be another mail."""
        if self._accepted.pop(fingerprint, None) is not None:
            self._forgotten(fingerprint)

    def forget_old(self) -> None:
        """Each mail is looked at once over its life, so the cost of this is constant on average."""
        oldest_kept = self._now() - REMEMBERED_SECONDS
        while self._accepted:
            fingerprint, came = next(iter(self._accepted.items()))
            if came >= oldest_kept and len(self._accepted) <= MAX_REMEMBERED:
                return
            self.heard(fingerprint)

    async def _attempt(self, fingerprint: str, attempt: Callable[[], Awaitable[Reply]]) -> Reply:
        reply = await attempt()
        if reply.is_accepted:
            self.remember(fingerprint, self._now())
        return reply
