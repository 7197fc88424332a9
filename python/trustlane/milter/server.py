"""The milter server: listens on TCP or a UNIX socket, and gives each MTA a session."""

import asyncio
import socket
from collections.abc import Callable

from trustlane.milter.events import MailStarted
from trustlane.milter.limits import Limits
from trustlane.milter.session import Client, FilteredMail, MilterSession, Site

BACKLOG = 512
"""Connections that the kernel may hold while we are busy; more are refused by it, and the MTA tries later."""


class MilterServer:
    """Filters the mail of MTAs.

    Args:
        begin: called at MAIL; gives what filters that mail.
        limits: see :class:`trustlane.milter.limits.Limits`.
    """

    def __init__(self, begin: Callable[[Client, MailStarted], FilteredMail], limits: Limits | None = None) -> None:
        self._site = Site(begin, limits or Limits())
        self._servers: list[asyncio.Server] = []

    async def listen(self, host: str = "127.0.0.1", port: int = 0) -> tuple[str, int]:
        """Listens on TCP; gives the address. Raises OSError where that cannot be had."""
        loop = asyncio.get_running_loop()
        server = await loop.create_server(self._session, host, port, backlog=BACKLOG)
        self._servers.append(server)
        address = server.sockets[0].getsockname()
        return str(address[0]), int(address[1])

    async def listen_on(self, listening: socket.socket) -> None:
        """Serves a socket that listens already, and that other processes may serve too."""
        loop = asyncio.get_running_loop()
        make = loop.create_unix_server if listening.family == socket.AF_UNIX else loop.create_server
        self._servers.append(await make(self._session, sock=listening, backlog=BACKLOG))

    async def close(self, drain_seconds: float = 30.0) -> None:
        """Takes no more connections; mails at hand are answered, if they are in time."""
        for server in self._servers:
            server.close()
        for session in list(self._site.sessions):
            session.shut_down()
        if under_way := {session.ended for session in self._site.sessions}:
            await asyncio.wait(under_way, timeout=drain_seconds)
        for session in list(self._site.sessions):
            session.abort()
        for server in self._servers:
            await server.wait_closed()

    def _session(self) -> MilterSession:
        return MilterSession(self._site)
