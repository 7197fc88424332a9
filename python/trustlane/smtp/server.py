"""The SMTP server: listens, and gives each client a session."""

import asyncio
import socket
import ssl
from collections.abc import Awaitable, Callable

from trustlane.delivery.offers import Offers
from trustlane.delivery.reply import Reply
from trustlane.message import Session, Transaction
from trustlane.smtp.foresight import Foresight
from trustlane.smtp.limits import Limits
from trustlane.smtp.session import Site, SmtpSession

BACKLOG = 512
"""Connections that the kernel may hold while we are busy; more are refused by it and tried again."""


class SmtpServer:
    """Receives mail by SMTP (RFC 5321).

    Args:
        receive: takes a whole mail and gives the one reply to it; an accepting one only when the mail is safe. Should
            it raise, the client gets 451 and the session goes on. It runs on when the client goes away.
        heard: told of a mail once the client has surely heard our 250 for it; see :mod:`trustlane.smtp.hearing`.
        hostname: our name in the greeting, US-ASCII.
        lost: told of a mail whose client went away before that; it may send the mail again.
        limits: see :class:`trustlane.smtp.limits.Limits`.
        refusal: asked for each sender and recipient; the reply that refuses it, or ``None`` where it is taken.
        begun: told of each mail that begins; gives who looks at its header while it comes, if anybody does.
        offers: asked at each EHLO what the place where mail goes can take.
        tls: asked for each session; the certificate now in force, or ``None`` where there is no TLS.
    """

    def __init__(
        self,
        receive: Callable[[Transaction], Awaitable[Reply]],
        heard: Callable[[Transaction], None],
        hostname: str,
        limits: Limits | None = None,
        lost: Callable[[Transaction], None] = lambda mail: None,
        refusal: Callable[[str, str], Reply | None] = lambda mail_from, rcpt: None,
        begun: Callable[[Session, str], Foresight | None] = lambda session, mail_from: None,
        offers: Callable[[], Offers] = Offers,
        tls: Callable[[], ssl.SSLContext | None] = lambda: None,
    ) -> None:
        self._site = Site(receive, heard, lost, refusal, begun, offers, tls, hostname, limits or Limits(), set(), set())
        self._servers: list[asyncio.Server] = []

    async def start(self, host: str = "127.0.0.1", port: int = 0) -> tuple[str, int]:
        """Listens, on loopback unless told otherwise; gives the address. Raises OSError where that cannot be had."""
        loop = asyncio.get_running_loop()
        self._servers.append(await loop.create_server(self._session, host, port, backlog=BACKLOG))
        address = self._servers[-1].sockets[0].getsockname()
        return str(address[0]), int(address[1])

    async def listen_on(self, listening: socket.socket) -> None:
        """Serves a socket that listens already, and that other processes may serve too."""
        loop = asyncio.get_running_loop()
        self._servers.append(await loop.create_server(self._session, sock=listening, backlog=BACKLOG))

    async def listen_with_tls_on(self, listening: socket.socket) -> None:
        """The same, with TLS from the first octet (RFC 8314 §3.3)."""
        loop = asyncio.get_running_loop()
        self._servers.append(await loop.create_server(self._tls_session, sock=listening, backlog=BACKLOG))

    async def close(self, drain_seconds: float = 30.0) -> None:
        """Takes no more mail; those whose data have begun are finished, if they are in time. Then all sessions end.

        A mail that is cut off here gets no reply, so its client sends it again.
        """
        for server in self._servers:
            server.close()
        for session in list(self._site.sessions):
            session.shut_down()
        if under_way := {session.ended for session in self._site.sessions} | self._site.mails:
            await asyncio.wait(under_way, timeout=drain_seconds)
        for mail in list(self._site.mails):
            mail.cancel()
        for session in list(self._site.sessions):
            session.abort()
        await asyncio.gather(*self._site.mails, return_exceptions=True)
        for server in self._servers:
            await server.wait_closed()

    def _session(self) -> SmtpSession:
        return SmtpSession(self._site, is_tls_first=False)

    def _tls_session(self) -> SmtpSession:
        return SmtpSession(self._site, is_tls_first=True)
