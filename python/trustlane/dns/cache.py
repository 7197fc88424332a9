"""The cache: answers for as long as their owners and our limits allow, within bounds.

It reads no clock; the time is an argument, in seconds of any clock that only goes forward.
"""

from collections import OrderedDict
from dataclasses import dataclass

from trustlane._core import Answer, Question
from trustlane.dns.counters import Counters
from trustlane.dns.limits import DnsLimits

ENTRY_OCTETS = 600
"""What an entry takes beside its records: keys, objects, places in tables; measured on CPython 3.11, rounded up."""

COMPILED_FACTOR = 3
"""Records may be kept a second time, read: a compiled SPF record or a parsed key takes up to twice the text."""

SECOND_CHANCES = 32
"""How many entries that were used lately are passed over, at most, in the search for one to evict."""


@dataclass(slots=True)
class Entry:
    """An answer and its time.

    Attributes:
        expires: from here on it is no longer served, except in need.
        stale_until: up to here it may be served in need.
        octets: what it counts for.
        was_used: somebody asked for it since it was last considered for eviction.
        is_stale: its time was over, and it stands in for an answer that cannot be had.
    """

    answer: Answer
    expires: float
    stale_until: float
    octets: int
    was_used: bool = False
    is_stale: bool = False


class Cache:
    """Answers by question; "no such name" also by name, since it holds for every type (RFC 2308 §5).

    Not safe for threads by itself.
    """

    def __init__(self, limits: DnsLimits, counters: Counters) -> None:
        self._limits = limits
        self._counters = counters
        self._entries: OrderedDict[Question | str, Entry] = OrderedDict()

    def fresh(self, question: Question, now: float) -> Answer | None:
        """The answer that is still good, if there is one."""
        entry = self._good(question, now)
        if entry is None:
            return None
        entry.was_used = True
        if entry.is_stale:
            self._counters.stale += 1
        else:
            self._counters.hits += 1
        return entry.answer

    def has_fresh(self, question: Question, now: float) -> bool:
        """Whether there is one; nothing is counted."""
        return self._good(question, now) is not None

    def stale(self, question: Question, now: float) -> Answer | None:
        """An answer whose time is over, which may be served in need; nothing vouches for it any more."""
        entry = self._entries.get(question) or self._entries.get(question.name)
        return entry.answer.unproven() if entry is not None and now < entry.stale_until else None

    def keep(self, question: Question, answer: Answer, ttl_seconds: float, now: float) -> None:
        """Keeps an answer, for its time to live within the limits.

        A failure never takes the place of an answer that may still be served in need.
        """
        limits = self._limits
        match answer.status:
            case "unavailable":
                self._keep_failure(question, answer, now)
                return
            case "found":
                seconds = min(max(ttl_seconds, limits.ttl_floor_seconds), limits.ttl_ceiling_seconds)
            case _:
                seconds = min(ttl_seconds, limits.negative_ceiling_seconds)
        # What this contradicts must not be served again, not even in need.
        self._drop(question)
        self._drop(question.name)
        if seconds > 0.0:
            key = question.name if answer.status == "nxdomain" else question
            self._put(key, answer, now + seconds, now + seconds + limits.serve_stale_seconds)

    def _keep_failure(self, question: Question, answer: Answer, now: float) -> None:
        if self._limits.failure_seconds <= 0.0:
            return
        again = now + self._limits.failure_seconds
        old = self._entries.get(question) or self._entries.get(question.name)
        if old is None or now >= old.stale_until:
            self._put(question, answer, again, 0.0)
        elif now >= old.expires:
            # Served until the question may be sent again (RFC 8767 §5), and no longer vouched for.
            old.answer, old.is_stale = old.answer.unproven(), True
            old.expires = min(again, old.stale_until)

    def _good(self, question: Question, now: float) -> Entry | None:
        entry = self._entries.get(question)
        if entry is None or now >= entry.expires:
            return self._no_such_name(question.name, now)
        return entry

    def _no_such_name(self, name: str, now: float) -> Entry | None:
        """Where there is no such name, there is none below it (RFC 8020 §2).

        Below it, only proof counts: there are servers that deny a name which stands between two others.
        """
        entry = self._entries.get(name)
        if entry is not None and now < entry.expires:
            return entry
        _, _, above = name.partition(".")
        while above:
            entry = self._entries.get(above)
            if entry is not None and now < entry.expires and entry.answer.is_secure:
                return entry
            _, _, above = above.partition(".")
        return None

    def _put(self, key: Question | str, answer: Answer, expires: float, stale_until: float) -> None:
        self._drop(key)
        name = key if isinstance(key, str) else key.name
        octets = ENTRY_OCTETS + len(name) + COMPILED_FACTOR * answer.octets
        self._entries[key] = Entry(answer, expires, stale_until, octets)
        self._count(1, octets)
        while self._counters.entries > self._limits.cache_entries or self._counters.octets > self._limits.cache_octets:
            self._evict()

    def _evict(self) -> None:
        """The oldest entry leaves, but for those that were used since they were last considered."""
        for chance in range(SECOND_CHANCES + 1):
            key, entry = self._entries.popitem(last=False)
            if not entry.was_used or chance == SECOND_CHANCES:
                break
            entry.was_used = False
            self._entries[key] = entry
        self._counters.evicted += 1
        self._count(-1, -entry.octets)

    def _drop(self, key: Question | str) -> None:
        if (entry := self._entries.pop(key, None)) is not None:
            self._count(-1, -entry.octets)

    def _count(self, entries: int, octets: int) -> None:
        self._counters.entries += entries
        self._counters.octets += octets
