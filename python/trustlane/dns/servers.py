"""Several servers: which is asked next about one question, and which are left alone for a while.

It opens no socket and reads no clock.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from trustlane.dns.limits import DnsLimits

FAILURES_IN_A_ROW = 3
"""Tries without an answer before a server rests: a datagram or two may be lost by chance."""

PLAIN_SECONDS = 600.0
"""A server that answers only without EDNS is asked without it for so long (RFC 6891 §6.2.2 has us remember it)."""


@dataclass(slots=True, eq=False)
class Server:
    """One server, and how it did.

    Attributes:
        name: as the operator wrote it.
        family: of sockets, as ``AF_INET``.
        place: its address for a socket.
        failures: tries in a row that brought nothing.
        rests_until: before this it is asked after all others.
        plain_until: before this it is asked without EDNS.
    """

    name: str
    family: int
    place: Any
    failures: int = 0
    rests_until: float = 0.0
    plain_until: float = 0.0

    def answered(self) -> None:
        self.failures, self.rests_until = 0, 0.0

    def failed(self, limits: DnsLimits, now: float, *, at_once: bool) -> None:
        """Counts a try that brought nothing; ``at_once`` where nothing can come, since no way leads there."""
        self.failures = max(self.failures + 1, FAILURES_IN_A_ROW if at_once else 0)
        if self.failures >= FAILURES_IN_A_ROW:
            doublings = min(self.failures - FAILURES_IN_A_ROW, 16)
            self.rests_until = now + min(limits.rest_seconds * 2.0**doublings, limits.max_rest_seconds)


@dataclass(frozen=True, slots=True)
class Try:
    """One try: whom to ask, and how long to wait."""

    server: Server
    seconds: float


class Course:
    """The tries for one question."""

    __slots__ = ("_excluded", "_limits", "_servers", "_times", "_tries", "ends")

    def __init__(self, servers: Sequence[Server], limits: DnsLimits, now: float) -> None:
        self._servers = servers
        self._limits = limits
        self._tries = 0
        self._times: dict[Server, int] = {}
        self._excluded: set[Server] = set()
        self.ends = now + limits.deadline_seconds

    def next(self, now: float) -> Try | None:
        """The next try; ``None`` where there is no use in another one."""
        left = self.ends - now
        if self._tries >= self._limits.attempts or left <= 0.0:
            return None
        usable = [server for server in self._servers if server not in self._excluded]
        if not usable:
            return None
        server = min(usable, key=lambda server: (self._times.get(server, 0), server.rests_until > now))
        if server.failures >= FAILURES_IN_A_ROW and server.rests_until <= now:
            # Its rest is over: this question sees whether it is back, while others go elsewhere.
            server.rests_until = now + self._limits.try_seconds
        times = self._times.get(server, 0)
        self._tries += 1
        self._times[server] = times + 1
        return Try(server, min(self._limits.try_seconds * 2.0**times, left))

    def exclude(self, server: Server) -> None:
        """It has said what it has to say about this question."""
        self._excluded.add(server)
