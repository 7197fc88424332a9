"""One question on its way: sent, sent again, asked over TCP, until there is an answer, or no use in going on."""

import asyncio
import os
from collections.abc import Callable
from time import monotonic

from trustlane._core import Answer, Question
from trustlane.dns.channels import Channels, Endpoint
from trustlane.dns.limits import DnsLimits
from trustlane.dns.query import Query
from trustlane.dns.response import Heard, Other, read
from trustlane.dns.servers import PLAIN_SECONDS, Course, Server
from trustlane.dns.stream import exchange

Listener = Callable[["Flight", Answer], None]


class Flight:
    """One look-up, whoever waits for it.

    Everything but ``listeners`` belongs to the event loop in which it flies.

    Attributes:
        listeners: who is told of the answer.
        ends: when it has landed at the latest, on the monotonic clock.
        sent: queries sent by UDP.
        over_tcp: queries sent over TCP.
    """

    __slots__ = (
        "_course",
        "_is_over",
        "_is_plain",
        "_landed",
        "_limits",
        "_query",
        "_server",
        "_task",
        "_timer",
        "_waits",
        "begun",
        "channels",
        "listeners",
        "over_tcp",
        "question",
        "sent",
    )

    def __init__(
        self,
        question: Question,
        course: Course,
        channels: Channels,
        limits: DnsLimits,
        landed: Callable[["Flight", Heard], None],
    ) -> None:
        self.question = question
        self.channels = channels
        self.listeners: list[Listener] = []
        self.begun = monotonic()
        self.sent = 0
        self.over_tcp = 0
        self._course = course
        self._limits = limits
        self._landed = landed
        self._query = Query(question)
        self._server: Server | None = None
        self._is_plain = False
        self._is_over = False
        self._timer: asyncio.TimerHandle | None = None
        self._task: asyncio.Task[None] | None = None
        self._waits: list[tuple[Endpoint, int]] = []

    @property
    def ends(self) -> float:
        return self._course.ends

    def start(self) -> None:
        self._next("timeout")

    def received(self, octets: bytes, server: Server) -> None:
        """A datagram came under an identifier of ours.

        Where it cannot be what the server said to this question, somebody knows port and identifier, or the server
        changes the spelling of names: over TCP it will be seen.
        """
        match read(octets, self._query):
            case Heard() as heard:
                self._heard(heard, server)
            case Other.TRUNCATED | Other.STRAY | Other.DAMAGED:
                self._over_tcp(server)
            case Other.NO_EDNS if not self._is_plain:
                self._is_plain = True
                self._send(server, self._limits.try_seconds)
            case other:
                server.answered()
                self._refused(server, _WORDS[other])

    def unreachable(self, server: Server) -> None:
        """No way leads to a server."""
        if self._is_over:
            return
        server.failed(self._limits, monotonic(), at_once=True)
        self._refused(server, "unreachable")

    def under_attack(self, server: Server) -> None:
        """Somebody sends many datagrams to a port at which this waits."""
        if self._task is None and not self._is_over:
            self._over_tcp(server)

    def _next(self, why: str) -> None:
        """The next try, or the end, which has its cause from the try before."""
        self._stop()
        following = self._course.next(monotonic())
        if following is None:
            self._land(Heard(Answer.unavailable(why), 0.0))
            return
        self._is_plain = following.server.plain_until > monotonic()
        self._send(following.server, following.seconds)

    def _send(self, server: Server, seconds: float) -> None:
        self._stop()
        self._server = server
        payload_octets = None if self._is_plain else self._limits.udp_payload_octets
        try:
            self._waits.append(self.channels.send(server, self._query, payload_octets, self))
        except OSError:
            self.unreachable(server)
            return
        self.sent += 1
        seconds = min(seconds, self._course.ends - monotonic())
        self._timer = self.channels.loop.call_later(seconds, self._timed_out, server)

    def _timed_out(self, server: Server) -> None:
        server.failed(self._limits, monotonic(), at_once=False)
        self._next("timeout")

    def _heard(self, heard: Heard, server: Server) -> None:
        server.answered()
        if self._is_plain and server is self._server:
            server.plain_until = max(server.plain_until, monotonic() + PLAIN_SECONDS)
        self._land(heard)

    def _refused(self, server: Server, why: str) -> None:
        """A server has said all it has to say; where another one was asked meanwhile, that one is waited for."""
        self._course.exclude(server)
        if server is self._server:
            self._next(why)

    def _over_tcp(self, server: Server) -> None:
        self._stop()
        self._forget()
        self._server = server
        self._task = self.channels.loop.create_task(self._ask_over_tcp(server))

    async def _ask_over_tcp(self, server: Server) -> None:
        number = int.from_bytes(os.urandom(2))
        payload_octets = None if self._is_plain else self._limits.udp_payload_octets
        self.over_tcp += 1
        seconds = max(0.0, min(2 * self._limits.try_seconds, self._course.ends - monotonic()))
        try:
            octets = await exchange(server, self._query.octets(number, payload_octets), seconds)
        except TimeoutError:
            self._refused(server, "timeout")
        except OSError:
            self._refused(server, "unreachable")
        except asyncio.CancelledError:
            # The loop ends; nobody in it waits any more, but somebody elsewhere may.
            self._land(Heard(Answer.unavailable("timeout"), 0.0))
            raise
        else:
            self._read_from_tcp(octets, number, server)

    def _read_from_tcp(self, octets: bytes, number: int, server: Server) -> None:
        heard = read(octets, self._query) if octets[:2] == number.to_bytes(2) else Other.DAMAGED
        if isinstance(heard, Heard):
            self._heard(heard, server)
        else:
            self._refused(server, _WORDS.get(heard, "garbage"))

    def _stop(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        self._task = None

    def _forget(self) -> None:
        for endpoint, number in self._waits:
            self.channels.forget(endpoint, number)
        self._waits.clear()

    def _land(self, heard: Heard) -> None:
        self._is_over = True
        self._stop()
        self._forget()
        self.channels.leave()
        self._landed(self, heard)


_WORDS = {Other.SERVFAIL: "servfail", Other.NO_EDNS: "servfail", Other.REFUSED: "refused"}
