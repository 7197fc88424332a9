"""What a resolver did so far."""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields


@dataclass(slots=True)
class Counters:
    """Counts since the resolver was made.

    Attributes:
        hits: questions answered out of the cache.
        misses: questions for which a look-up was begun.
        coalesced: questions that waited for a look-up which somebody else had begun.
        stale: questions answered with what had outlived its time (RFC 8767 §5).
        failures: look-ups that ended without an answer, by cause, as ``timeout`` or ``servfail``.
        sent: queries sent by UDP, those sent again included.
        over_tcp: queries sent over TCP.
        strays: datagrams passed over, because they were no answer to what was asked.
        evicted: answers that left the cache before their time, to make room.
        entries: answers now kept.
        octets: the memory they take, by estimate.
        seconds: the time of all look-ups together.
        slowest_seconds: the longest of them.
    """

    hits: int = 0
    misses: int = 0
    coalesced: int = 0
    stale: int = 0
    failures: dict[str, int] = field(default_factory=dict)
    sent: int = 0
    over_tcp: int = 0
    strays: int = 0
    evicted: int = 0
    entries: int = 0
    octets: int = 0
    seconds: float = 0.0
    slowest_seconds: float = 0.0

    def failed(self, why: str) -> None:
        self.failures[why] = self.failures.get(why, 0) + 1

    def as_mapping(self) -> Mapping[str, int | float]:
        """Every count by its name; causes of failure as ``failures_timeout``."""
        plain = {one.name: getattr(self, one.name) for one in fields(self) if one.name != "failures"}
        return {**plain, **{f"failures_{why}": count for why, count in sorted(self.failures.items())}}

    def __str__(self) -> str:
        """One line for a log."""
        asked = self.misses or 1
        failures = " ".join(f"{why}={count}" for why, count in sorted(self.failures.items())) or "none"
        return (
            f"DNS: hits={self.hits} coalesced={self.coalesced} stale={self.stale} misses={self.misses}"
            f" mean_ms={1000 * self.seconds / asked:.1f} slowest_ms={1000 * self.slowest_seconds:.0f}"
            f" sent={self.sent} tcp={self.over_tcp} strays={self.strays} failures: {failures};"
            f" kept={self.entries} octets={self.octets} evicted={self.evicted}"
        )
