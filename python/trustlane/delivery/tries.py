"""A mail that is tried again is delivered once; equal mails of clients that are still there are several mails."""

import asyncio
from collections import Counter, defaultdict
from collections.abc import Awaitable, Callable

from trustlane.delivery.reply import Reply
from trustlane.message.transaction import Instant

REMEMBERED_SECONDS = 5 * 24 * 3600.0
"""How long a mail that was accepted, perhaps unheard, is remembered: until clients give up (RFC 5321 §4.5.4.1)."""

MAX_REMEMBERED = 100_000
"""Mails accepted and perhaps unheard; above it the oldest is forgotten. Some 40 MB, and days of dropped connections."""

DELIVERED_BEFORE = Reply(250, "2.0.0", "Delivered before")


class Tries:
    """Knows mails by fingerprint: which are under way, which were accepted, and for which the client was lost.

    A client that was lost before it surely heard our reply may try its mail again. Each such loss makes one later mail
    of the same fingerprint a second try, which shares the outcome of the first.

    Args:
        now: the clock, Unix seconds.
        forgotten: told of each accepted mail that is remembered no longer.
    """

    def __init__(self, now: Callable[[], Instant], forgotten: Callable[[str], None]) -> None:
        self._now = now
        self._forgotten = forgotten
        self._under_way: defaultdict[str, list[asyncio.Task[Reply]]] = defaultdict(list)
        self._accepted: dict[str, list[Instant]] = {}
        self._lost: Counter[str] = Counter()

    async def once(self, fingerprint: str, attempt: Callable[[], Awaitable[Reply]]) -> Reply:
        """The attempt's reply, or that of the try before, where a client was lost over it.

        Should the caller be cancelled, the attempt still runs to its end, and its outcome is remembered.
        """
        self.forget_old()
        if self._lost[fingerprint] and fingerprint in self._accepted:
            self._lost[fingerprint] -= 1
            return DELIVERED_BEFORE
        if self._lost[fingerprint] and self._under_way.get(fingerprint):
            self._lost[fingerprint] -= 1
            reply = await asyncio.shield(self._under_way[fingerprint][0])
            return DELIVERED_BEFORE if reply.is_accepted else reply
        task = asyncio.create_task(self._attempt(fingerprint, attempt))
        self._under_way[fingerprint].append(task)
        task.add_done_callback(lambda _: self._ended(fingerprint, task))
        try:
            return await asyncio.shield(task)
        except asyncio.CancelledError:
            self.lost(fingerprint)
            raise

    def remember(self, fingerprint: str, came: Instant) -> None:
        """This mail was accepted; call it in the order of time."""
        self._accepted.setdefault(fingerprint, []).append(came)

    def lost(self, fingerprint: str) -> None:
        """A client was lost before it surely heard our reply; it may try this mail again."""
        self._lost[fingerprint] += 1

    def heard(self, fingerprint: str) -> None:
        """A client has heard our 250: it will not try this mail again."""
        came = self._accepted.get(fingerprint)
        if not came:
            return
        came.pop(0)
        if not came:
            del self._accepted[fingerprint]
        self._forgotten(fingerprint)
        self._settle(fingerprint)

    def forget_old(self) -> None:
        """Each mail is looked at once over its life, so the cost of this is constant on average."""
        oldest_kept = self._now() - REMEMBERED_SECONDS
        while self._accepted:
            fingerprint, came = next(iter(self._accepted.items()))
            if came[0] >= oldest_kept and len(self._accepted) <= MAX_REMEMBERED:
                return
            self.heard(fingerprint)

    async def _attempt(self, fingerprint: str, attempt: Callable[[], Awaitable[Reply]]) -> Reply:
        reply = await attempt()
        if reply.is_accepted:
            self.remember(fingerprint, self._now())
        return reply

    def _ended(self, fingerprint: str, task: asyncio.Task[Reply]) -> None:
        self._under_way[fingerprint].remove(task)
        if not self._under_way[fingerprint]:
            del self._under_way[fingerprint]
        self._settle(fingerprint)

    def _settle(self, fingerprint: str) -> None:
        """With no mail left that a lost client could mean, its next try is a first one."""
        if fingerprint not in self._accepted and fingerprint not in self._under_way:
            del self._lost[fingerprint]
