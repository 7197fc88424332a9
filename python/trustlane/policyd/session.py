"""One MTA's connection: carries octets and answers between asyncio and the protocol."""

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass, field

from trustlane.policyd.choose import failed
from trustlane.policyd.limits import Limits
from trustlane.policyd.protocol import Asked, Closed, Event, PolicyProtocol
from trustlane.policyd.request import Request
from trustlane.policyd.service import Conversation, Service

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Site:
    """What all connections of a server share.

    Attributes:
        service: gives what answers are found with.
        limits: of connections.
        sessions: the open ones.
    """

    service: Callable[[], Service]
    limits: Limits
    sessions: "set[PolicySession]" = field(default_factory=set)


class PolicySession(asyncio.Protocol):
    """Answers one request after the other; it goes on reading meanwhile, so that an MTA that goes away is noticed.

    Attributes:
        ended: done when the connection is.
    """

    def __init__(self, site: Site) -> None:
        self._site = site
        self._protocol = PolicyProtocol()
        self._conversation = Conversation(site.service)
        self._loop = asyncio.get_running_loop()
        self._transport: asyncio.Transport | None = None
        self._answering: asyncio.Task[None] | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._is_busy = False
        self._is_shutting_down = False
        self.ended: asyncio.Future[None] = self._loop.create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self._is_busy = len(self._site.sessions) >= self._site.limits.max_connections
        self._site.sessions.add(self)
        self._wait()

    def data_received(self, data: bytes) -> None:
        self._obey(self._protocol.receive(data))

    def connection_lost(self, exc: Exception | None) -> None:
        self._site.sessions.discard(self)
        self._transport = None
        self._obey(self._protocol.lost())
        self.ended.set_result(None)

    def shut_down(self) -> None:
        """Ends the connection as soon as no request is under way on it."""
        self._is_shutting_down = True
        self._close_if_idle()

    def abort(self) -> None:
        """Ends the connection now; Postfix has its own default for the request at hand."""
        if self._transport is not None:
            self._transport.abort()

    def _obey(self, events: list[Event]) -> None:
        for event in events:
            match event:
                case Asked(asked):
                    self._stop_waiting()
                    self._answering = self._loop.create_task(self._answer(asked))
                case Closed(fault):
                    self._close(fault)
        if self._transport is not None and not self._protocol.is_awaiting_answer and not self._protocol.is_closed:
            self._wait()

    async def _answer(self, asked: Request) -> None:
        if self._is_busy:
            found = failed(self._site.service().rules, "busy")
        else:
            found = await self._conversation.answer(asked)
        self._answering = None
        events = self._protocol.answer(found.action)
        self._send()
        self._obey(events)
        self._close_if_idle()

    def _close(self, fault: str | None) -> None:
        if fault:
            log.warning("an MTA broke the protocol of policy requests: %s", fault)
        self._stop_waiting()
        if self._answering is not None:
            self._answering.cancel()
        self._answering = None
        if self._transport is not None:
            self._transport.close()

    def _close_if_idle(self) -> None:
        if self._is_shutting_down and not self._protocol.is_awaiting_answer and self._transport is not None:
            self._transport.close()

    def _send(self) -> None:
        if (octets := self._protocol.data_to_send()) and self._transport is not None:
            self._transport.write(octets)

    def _wait(self) -> None:
        self._stop_waiting()
        self._timer = self._loop.call_later(self._site.limits.idle_seconds, self._idle)

    def _idle(self) -> None:
        log.info("an MTA asked nothing for %d s; its connection is closed", self._site.limits.idle_seconds)
        if self._transport is not None:
            self._transport.close()

    def _stop_waiting(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._timer = None
