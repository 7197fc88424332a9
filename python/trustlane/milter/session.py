"""One MTA's connection: carries octets and answers between asyncio and the protocol."""

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol

from trustlane.milter import answer
from trustlane.milter.answer import Answer
from trustlane.milter.events import (
    Aborted,
    Closed,
    Connected,
    Content,
    ContentEnded,
    Disconnected,
    Event,
    Greeted,
    Macros,
    MailStarted,
    RecipientGiven,
)
from trustlane.milter.limits import Limits
from trustlane.milter.negotiate import Options
from trustlane.milter.protocol import MilterProtocol

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Client:
    """The SMTP client, as the MTA tells of it."""

    ip: str | None = None
    host: str = ""
    helo: str | None = None


class FilteredMail(Protocol):
    """One mail on its way through the filter. What it raises is an error of ours and costs that mail a try."""

    def recipient(self, rcpt: str, path: bytes) -> None:
        """One more recipient; ``path`` is as the MTA wrote it."""

    def feed(self, octets: bytes) -> None:
        """The next octets of the message."""

    @property
    def wants_body(self) -> bool:
        """Whether more of the body would tell anything."""

    async def answer(self, macros: Macros, options: Options) -> Answer:
        """The message is whole."""

    def failed(self) -> None:
        """An error of ours was met; called from within its handling."""


@dataclass(frozen=True, slots=True)
class Site:
    """What all connections of a server share.

    Attributes:
        begin: a mail of a client; gives what filters it.
        limits: of connections.
        sessions: the open ones.
    """

    begin: Callable[[Client, MailStarted], FilteredMail]
    limits: Limits
    sessions: "set[MilterSession]" = field(default_factory=set)


class MilterSession(asyncio.Protocol):
    """An error of ours costs one mail a temporary failure, never the connection.

    Attributes:
        ended: done when the connection is.
    """

    def __init__(self, site: Site) -> None:
        self._site = site
        self._protocol = MilterProtocol()
        self._loop = asyncio.get_running_loop()
        self._transport: asyncio.Transport | None = None
        self._client = Client()
        self._mail: FilteredMail | None = None
        self._is_broken = False
        self._answering: asyncio.Task[None] | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._is_shutting_down = False
        self.ended: asyncio.Future[None] = self._loop.create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self._protocol = MilterProtocol(is_busy=len(self._site.sessions) >= self._site.limits.max_connections)
        self._site.sessions.add(self)
        self._wait(self._site.limits.idle_seconds, self._idle)

    def data_received(self, data: bytes) -> None:
        for event in self._protocol.receive(data):
            self._obey(event)
        self._send()
        if not self._protocol.is_awaiting_answer:
            self._wait(self._site.limits.idle_seconds, self._idle)

    def connection_lost(self, exc: Exception | None) -> None:
        self._site.sessions.discard(self)
        self._transport = None
        self._stop_waiting()
        for event in self._protocol.lost():
            self._obey(event)
        self.ended.set_result(None)

    def shut_down(self) -> None:
        """Ends the connection as soon as no mail is under way on it."""
        self._is_shutting_down = True
        self._close_if_idle()

    def abort(self) -> None:
        """Ends the connection now; the MTA has its own default for the mail at hand."""
        if self._transport is not None:
            self._transport.abort()

    def _obey(self, event: Event) -> None:
        match event:
            case Connected(host, client_ip):
                self._client = Client(client_ip, host)
            case Greeted(helo):
                self._client = Client(self._client.ip, self._client.host, helo)
            case MailStarted():
                self._guarded(lambda: self._begin(event))
            case RecipientGiven(rcpt, path):
                self._guarded(lambda: self._recipient(rcpt, path))
            case Content(octets):
                self._guarded(lambda: self._feed(octets))
            case ContentEnded(macros):
                self._answering = self._loop.create_task(self._answer(macros))
                self._wait(self._site.limits.progress_seconds, self._ask_for_patience)
            case Aborted():
                self._forget()
            case Disconnected():
                self._client = Client()
            case Closed(fault):
                self._close(fault)

    def _begin(self, started: MailStarted) -> None:
        self._mail = self._site.begin(self._client, started)

    def _recipient(self, rcpt: str, path: bytes) -> None:
        if self._mail is not None:
            self._mail.recipient(rcpt, path)

    def _feed(self, octets: bytes) -> None:
        if self._mail is not None:
            self._mail.feed(octets)
            self._protocol.wants_body = self._mail.wants_body

    def _guarded(self, what: Callable[[], object]) -> None:
        """Nothing is done for a mail that has met an error of ours: at its end it is put off."""
        if self._is_broken:
            return
        try:
            what()
        except Exception:
            self._break()

    def _break(self) -> None:
        self._is_broken = True
        log.exception("our own error; the client is asked to send this mail again")
        if self._mail is not None:
            self._mail.failed()

    async def _answer(self, macros: Macros) -> None:
        options = self._protocol.options
        assert options is not None, "a mail has come, so options were agreed"
        found = Answer(b"", answer.TEMPFAIL)
        try:
            if self._mail is not None and not self._is_broken:
                found = await self._mail.answer(macros, options)
        except Exception:
            self._break()
        self._protocol.finish(found.changes, found.verdict)
        self._forget()
        self._send()
        self._wait(self._site.limits.idle_seconds, self._idle)
        self._close_if_idle()

    def _forget(self) -> None:
        """The mail is over; a decision that is still sought for it is of no use any more."""
        if self._answering is not None and self._answering is not asyncio.current_task():
            self._answering.cancel()
        self._answering = None
        self._mail = None
        self._is_broken = False

    def _ask_for_patience(self) -> None:
        self._protocol.progress()
        self._send()
        self._wait(self._site.limits.progress_seconds, self._ask_for_patience)

    def _idle(self) -> None:
        log.info("an MTA said nothing for %d s; its connection is closed", self._site.limits.idle_seconds)
        if self._transport is not None:
            self._transport.close()

    def _send(self) -> None:
        if (octets := self._protocol.data_to_send()) and self._transport is not None:
            self._transport.write(octets)

    def _close(self, fault: str | None) -> None:
        if fault:
            log.warning("an MTA broke the milter protocol: %s", fault)
        self._send()
        if self._transport is not None:
            self._transport.close()

    def _close_if_idle(self) -> None:
        if self._is_shutting_down and self._mail is None and self._transport is not None:
            self._transport.close()

    def _wait(self, seconds: float, then: Callable[[], None]) -> None:
        self._stop_waiting()
        if self._transport is not None:
            self._timer = self._loop.call_later(seconds, then)

    def _stop_waiting(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._timer = None
