"""One client's connection: carries octets and answers between asyncio and the protocol."""

import asyncio
import ipaddress
import logging
import ssl
from collections import deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from trustlane.delivery.offers import Offers
from trustlane.delivery.reply import Reply
from trustlane.message import Session, Transaction
from trustlane.smtp import replies
from trustlane.smtp.events import (
    Closed,
    Content,
    ContentEnded,
    Event,
    Heard,
    Lost,
    MailStarted,
    RecipientGiven,
    TlsBegins,
)
from trustlane.smtp.foresight import Foresight
from trustlane.smtp.limits import Limits
from trustlane.smtp.protocol import ServerProtocol
from trustlane.smtp.tls import HANDSHAKE_SECONDS, Tls

LINGER_SECONDS = 5.0
"""How long a closed session waits for the client to close too. Without it, octets still unread would make the kernel
reset the connection, and the client could lose our last replies; and the client's end proves that it heard them."""

GOODBYE_SECONDS = 1.0
"""The same for a server that stops: its operator waits."""

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Site:
    """What all sessions of a server share.

    Attributes:
        receive: takes a whole mail, gives the one reply to it.
        heard: told when the client has heard our 250.
        lost: told when the client went away before that.
        refusal: the reply to a sender and recipient that is refused, else ``None``.
        begun: told of each mail that begins; gives who looks at its header while it comes, if anybody does.
        offers: gives what the place where mail goes can take.
        tls: gives the certificate now in force, or ``None`` where there is no TLS.
        hostname: our name.
        limits: of each session.
        mails: the mails that are being received; a lost connection does not end them.
        sessions: the open ones.
    """

    receive: Callable[[Transaction], Awaitable[Reply]]
    heard: Callable[[Transaction], None]
    lost: Callable[[Transaction], None]
    refusal: Callable[[str, str], Reply | None]
    begun: Callable[[Session, str], Foresight | None]
    offers: Callable[[], Offers]
    tls: Callable[[], ssl.SSLContext | None]
    hostname: str
    limits: Limits
    mails: "set[asyncio.Task[None]]"
    sessions: "set[SmtpSession]"


class SmtpSession(asyncio.Protocol):
    """An error in ``receive`` costs one mail a 451, never the session; a lost connection never costs a mail.

    Attributes:
        ended: done when the connection is.
    """

    def __init__(self, site: Site, *, is_tls_first: bool) -> None:
        self._site = site
        self._is_tls_first = is_tls_first
        self._is_handshaking = False
        self._is_secured = False
        self._is_ended_by_us = False
        self._handshake: asyncio.Task[None] | None = None
        self._protocol = ServerProtocol(site.hostname, site.limits)
        self._loop = asyncio.get_running_loop()
        self._transport: asyncio.Transport | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._progress = 0
        self._progress_time = self._loop.time()
        self._is_client_slow = False
        self._foresight: Foresight | None = None
        self._linger_seconds = LINGER_SECONDS
        self.ended: asyncio.Future[None] = self._loop.create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        if len(self._site.sessions) >= self._site.limits.max_sessions:
            if not self._is_tls_first:
                transport.write(replies.octets(replies.TOO_MANY_SESSIONS))
            transport.close()
            return
        self._site.sessions.add(self)
        client_ip = _client_ip(transport.get_extra_info("peername"))
        site, tls = self._site, self._tls()
        self._protocol = ServerProtocol(site.hostname, site.limits, client_ip, site.offers, tls)
        if tls is Tls.ON:
            self._begin_handshake()
        else:
            self._timer = self._loop.call_later(0, self._greet)

    def _tls(self) -> Tls:
        if self._is_tls_first:
            return Tls.ON
        return Tls.OFFERED if self._site.tls() is not None else Tls.ABSENT

    def data_received(self, data: bytes) -> None:
        self._go_on(self._protocol.receive(data))
        if self._protocol.progress > self._progress:
            self._progress = self._protocol.progress
            self._progress_time = self._loop.time()

    def eof_received(self) -> bool:
        """Keeps our side open: a mail that is whole still gets its reply."""
        self._go_on(self._protocol.eof())
        return not (self._protocol.is_closed or self._is_secured)

    def pause_writing(self) -> None:
        """The client does not read our replies; until it does, we do not read its commands."""
        self._is_client_slow = True
        self._pause_or_resume()

    def resume_writing(self) -> None:
        self._is_client_slow = False
        self._pause_or_resume()

    def connection_lost(self, exc: Exception | None) -> None:
        self._site.sessions.discard(self)
        if self._timer is not None:
            self._timer.cancel()
        self._transport = None
        if exc is None and self._is_secured and not self._is_ended_by_us:
            self._go_on(self._protocol.eof())  # few clients end TLS before they end the connection
        self._go_on(self._protocol.reset())
        self.ended.set_result(None)

    def shut_down(self) -> None:
        """Ends the session as soon as no mail is under way."""
        self._linger_seconds = GOODBYE_SECONDS
        self._go_on(self._protocol.shut_down())

    def abort(self) -> None:
        """Ends the session now."""
        self._is_ended_by_us = True
        if self._transport is not None:
            self._transport.abort()

    def _begin_handshake(self) -> None:
        self._is_handshaking = True
        self._pause_or_resume()
        self._handshake = self._loop.create_task(self._shake_hands())

    async def _shake_hands(self) -> None:
        """With the certificate now in force; a client that fails is gone, and may come again."""
        context, plain = self._site.tls(), self._transport
        if context is None or plain is None:
            self.abort()
            return
        try:
            secured = await self._loop.start_tls(
                plain,
                self,
                context,
                server_side=True,
                ssl_handshake_timeout=HANDSHAKE_SECONDS,
                ssl_shutdown_timeout=GOODBYE_SECONDS,
            )
        except OSError as error:
            log.info("no TLS with %s: %s", _client_ip(plain.get_extra_info("peername")), error)
            plain.abort()
            return
        if self._transport is None or secured is None:
            return
        self._transport, self._is_secured, self._is_handshaking = secured, True, False
        self._progress_time = self._loop.time()
        if self._is_tls_first:
            self._greet()
        else:
            self._go_on(self._protocol.secured())

    def _greet(self) -> None:
        """After one round of the loop, so that a client that spoke first has been heard (RFC 5321 §4.3.1)."""
        if not self._protocol.is_closed:
            self._protocol.greet()
            self._go_on([])
            self._timer = self._loop.call_later(self._site.limits.idle_seconds, self._check_idle)

    def _go_on(self, events: list[Event]) -> None:
        waiting = deque(events)
        while waiting:
            waiting.extend(self._answer(waiting.popleft()))
        if self._transport is None:
            return
        if octets := self._protocol.data_to_send():
            self._transport.write(octets)
        self._pause_or_resume()

    def _answer(self, event: Event) -> list[Event]:
        match event:
            case MailStarted(mail_from):
                self._begin(mail_from)
                return self._protocol.accept()
            case RecipientGiven(mail_from, rcpt):
                refusal = self._refusal(mail_from, rcpt)
                return self._protocol.refuse(refusal) if refusal else self._protocol.accept()
            case Content(chunk):
                self._foresee(chunk)
            case ContentEnded(transaction):
                mail = self._loop.create_task(self._receive(transaction))
                self._site.mails.add(mail)
                mail.add_done_callback(self._site.mails.discard)
            case Heard(transaction):
                self._tell(self._site.heard, transaction)
            case Lost(transaction):
                self._tell(self._site.lost, transaction)
            case TlsBegins():
                self._begin_handshake()
            case Closed():
                self._loop.call_soon(self._linger)
        return []

    def _begin(self, mail_from: str) -> None:
        try:
            self._foresight = self._site.begun(self._protocol.session, mail_from)
        except Exception:
            log.exception("an error of ours before a mail came; it will be looked at when it is whole")
            self._foresight = None

    def _foresee(self, chunk: bytes) -> None:
        try:
            if self._foresight and not self._foresight.feed(chunk):
                self._foresight = None
        except Exception:
            log.exception("an error of ours while a mail came; it will be looked at when it is whole")
            self._foresight = None

    def _refusal(self, mail_from: str, rcpt: str) -> Reply | None:
        try:
            return self._site.refusal(mail_from, rcpt)
        except Exception:
            log.exception("an error of ours; the client is asked to try this recipient again")
            return replies.LOCAL_ERROR

    async def _receive(self, transaction: Transaction) -> None:
        try:
            reply = await self._site.receive(transaction)
        except Exception:
            log.exception("an error of ours; the client is asked to send this mail again")
            reply = replies.LOCAL_ERROR
        self._progress_time = self._loop.time()
        self._go_on(self._protocol.finish(reply))

    def _tell(self, what: Callable[[Transaction], None], transaction: Transaction) -> None:
        try:
            what(transaction)
        except Exception:
            log.exception("an error of ours after a mail was received; the mail is safe")

    def _pause_or_resume(self) -> None:
        transport = self._transport
        if transport is None or transport.is_closing():
            return
        if self._is_client_slow or self._is_handshaking or self._protocol.is_enough_pending:
            transport.pause_reading()
        else:
            transport.resume_reading()

    def _check_idle(self) -> None:
        if self._protocol.is_awaiting_answer:
            self._progress_time = self._loop.time()
        due = self._progress_time + self._site.limits.idle_seconds
        if self._loop.time() >= due:
            self._go_on(self._protocol.timed_out())
        elif not self._protocol.is_closed:
            self._timer = self._loop.call_at(due, self._check_idle)

    def _linger(self) -> None:
        transport = self._transport
        if transport is None or transport.is_closing():
            return
        if self._timer is not None:
            self._timer.cancel()
        if self._protocol.is_eof:
            transport.close()
            return
        if transport.can_write_eof():
            transport.write_eof()
        self._timer = self._loop.call_later(self._linger_seconds, self.abort)


def _client_ip(peername: object) -> str | None:
    """As text; an IPv4 address that came over an IPv6 socket is an IPv4 address (RFC 4291 §2.5.5.2)."""
    if not isinstance(peername, tuple) or not peername:
        return None
    address = ipaddress.ip_address(str(peername[0]).partition("%")[0])
    mapped = address.ipv4_mapped if isinstance(address, ipaddress.IPv6Address) else None
    return str(mapped or address)
