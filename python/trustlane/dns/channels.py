"""The UDP sockets of one resolver in one event loop: few, shared by all questions, and none of them for long.

Whoever is not on the way between us and a server and wants to forge an answer must guess where it is waited for
(RFC 5452 §9.1, §9.2): one of the ports that are open at that time, out of those from which the system chooses at
random; the identifier, of 16 bits; and the case of each letter of the name. Since nobody asks what is being asked, many
forgeries do not add up (RFC 5452 §5). Sockets are connected, so that only datagrams which
claim to come from the server are seen, and nobody else is told that a port is open. A port is given up after some
seconds, and as soon as many datagrams came that nobody waited for; what was asked from it is then asked over TCP
(RFC 5452 §9.3).
"""

import asyncio
import os
import socket
from collections import deque
from typing import Protocol

from trustlane.dns.query import Query
from trustlane.dns.servers import Server

PORTS = 8
"""Sockets for each server: a choice for each question, and few enough to stay open for the next ones."""

PORT_SECONDS = 10.0
"""How long a port is used: too short to be found out by probing tens of thousands."""

MAX_STRAYS = 50
"""Datagrams that nobody waits for, until a port is given up: hardly any guesses at an identifier of 16 bits."""

MAX_QUERIES = 4096
"""Queries sent from one port: identifiers that were used are not used again there, and stay hard to guess."""

BURST = 32
"""Datagrams read at once, so that others in the loop have their turn."""


class Waiting(Protocol):
    """Somebody who asked."""

    def start(self) -> None: ...
    def received(self, octets: bytes, server: Server) -> None: ...
    def unreachable(self, server: Server) -> None: ...
    def under_attack(self, server: Server) -> None: ...


class Endpoint(socket.socket):
    """A socket connected to one server, and who waits for which identifier."""

    def __init__(self, server: Server) -> None:
        super().__init__(server.family, socket.SOCK_DGRAM)
        self.server = server
        self.waiting: dict[int, Waiting] = {}
        self.late: set[int] = set()
        self.strays = 0
        self.is_retired = False

    def __del__(self) -> None:
        # An event loop tells nobody that it is closed; what it leaves behind is closed without a warning.
        self.close()

    def forget(self, number: int) -> None:
        """Nobody waits under this identifier any more; what still comes is late, and no attack."""
        del self.waiting[number]
        self.late.add(number)


class Channels:
    """Sends queries and hands out what comes back; belongs to one event loop.

    Attributes:
        strays: datagrams passed over and not yet counted elsewhere.
    """

    def __init__(self, loop: asyncio.AbstractEventLoop, at_once: int) -> None:
        self.loop = loop
        self.strays = 0
        self._at_once = at_once
        self._under_way = 0
        self._queue: deque[Waiting] = deque()
        self._endpoints: dict[Server, list[Endpoint | None]] = {}

    def enter(self, flight: Waiting) -> None:
        """Starts a flight, now or when there is room."""
        if self._under_way >= self._at_once:
            self._queue.append(flight)
            return
        self._under_way += 1
        flight.start()

    def leave(self) -> None:
        """One has ended; the next one may start."""
        self._under_way -= 1
        if self._queue and self._under_way < self._at_once:
            self._under_way += 1
            # Not from within: a queue of flights that end at once must not grow the stack.
            self.loop.call_soon(self._queue.popleft().start)

    def send(self, server: Server, query: Query, payload_octets: int | None, flight: Waiting) -> tuple[Endpoint, int]:
        """Sends a query under an identifier that nobody guesses; gives where the answer is waited for.

        Raises:
            OSError: no way leads to the server.
        """
        chance = int.from_bytes(os.urandom(3))
        endpoint = self._endpoint(server, chance >> 16)
        number = chance & 0xFFFF
        while number in endpoint.waiting or number in endpoint.late:
            number = int.from_bytes(os.urandom(2))
        endpoint.waiting[number] = flight
        try:
            endpoint.send(query.octets(number, payload_octets))
        except BlockingIOError:
            pass  # the system's buffer is full: as if lost on the way
        except OSError:
            # Perhaps told of an earlier query: whoever else waits there learns it too.
            del endpoint.waiting[number]
            self._unreachable(endpoint)
            raise
        return endpoint, number

    def forget(self, endpoint: Endpoint, number: int) -> None:
        endpoint.forget(number)
        self._close_if_idle(endpoint)

    def close(self) -> None:
        """Closes every socket; whoever waits is told nothing."""
        for endpoint in [one for places in self._endpoints.values() for one in places if one is not None]:
            endpoint.close()
        self._endpoints.clear()

    def _endpoint(self, server: Server, chance: int) -> Endpoint:
        places = self._endpoints.setdefault(server, [None] * PORTS)
        place = chance % PORTS
        endpoint = places[place]
        if endpoint is not None and len(endpoint.late) >= MAX_QUERIES:
            self._retire(endpoint)
            endpoint = None
        if endpoint is None:
            endpoint = places[place] = self._opened(server)
            self.loop.call_later(PORT_SECONDS, self._retire, endpoint)
        return endpoint

    def _opened(self, server: Server) -> Endpoint:
        endpoint = Endpoint(server)
        endpoint.settimeout(0.0)
        endpoint.connect(server.place)
        self.loop.add_reader(endpoint, self._readable, endpoint)
        return endpoint

    def _readable(self, endpoint: Endpoint) -> None:
        for _ in range(BURST):
            try:
                octets = endpoint.recv(65535)
            except (BlockingIOError, InterruptedError):
                return
            except OSError:
                self._unreachable(endpoint)
                return
            number = int.from_bytes(octets[:2])
            flight = endpoint.waiting.get(number)
            if flight is not None:
                flight.received(octets, endpoint.server)
            elif number not in endpoint.late:
                self.stray(endpoint)
            if endpoint.fileno() < 0:
                return

    def stray(self, endpoint: Endpoint) -> None:
        self.strays += 1
        endpoint.strays += 1
        if endpoint.strays == MAX_STRAYS:
            self._retire(endpoint)
            for flight in list(endpoint.waiting.values()):
                flight.under_attack(endpoint.server)

    def _unreachable(self, endpoint: Endpoint) -> None:
        """An ICMP message came back: nobody listens there (RFC 1122 §4.1.3.3)."""
        self._retire(endpoint)
        for flight in list(endpoint.waiting.values()):
            flight.unreachable(endpoint.server)

    def _retire(self, endpoint: Endpoint) -> None:
        places = self._endpoints.get(endpoint.server, [])
        if endpoint in places:
            places[places.index(endpoint)] = None
        endpoint.is_retired = True
        self._close_if_idle(endpoint)

    def _close_if_idle(self, endpoint: Endpoint) -> None:
        if endpoint.is_retired and not endpoint.waiting and endpoint.fileno() >= 0:
            self.loop.remove_reader(endpoint)
            endpoint.close()
