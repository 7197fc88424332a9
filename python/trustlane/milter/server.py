"""The milter server: listens on TCP or a UNIX socket, and gives each MTA a session."""

import asyncio
import os
import socket
import stat
from collections.abc import Callable
from pathlib import Path

from trustlane.milter.events import MailStarted
from trustlane.milter.limits import Limits
from trustlane.milter.session import Client, FilteredMail, MilterSession, Site

BACKLOG = 512
"""Connections that the kernel may hold while we are busy; more are refused by it, and the MTA tries later."""

SOCKET_MODE = 0o660
"""Of a UNIX socket: for us and for the MTA's group."""


class MilterServer:
    """Filters the mail of MTAs.

    Args:
        begin: called at MAIL; gives what filters that mail.
        limits: see :class:`trustlane.milter.limits.Limits`.
    """

    def __init__(self, begin: Callable[[Client, MailStarted], FilteredMail], limits: Limits | None = None) -> None:
        self._site = Site(begin, limits or Limits())
        self._servers: list[asyncio.Server] = []
        self._paths: list[Path] = []

    async def listen(self, host: str = "127.0.0.1", port: int = 0) -> tuple[str, int]:
        """Listens on TCP; gives the address. Raises OSError where that cannot be had."""
        loop = asyncio.get_running_loop()
        server = await loop.create_server(self._session, host, port, backlog=BACKLOG)
        self._servers.append(server)
        address = server.sockets[0].getsockname()
        return str(address[0]), int(address[1])

    async def listen_unix(self, path: Path, mode: int = SOCKET_MODE) -> None:
        """Listens on a UNIX socket. One that a dead process left is replaced; any other file stays. Raises OSError."""
        _take_away_dead(path)
        bound = _bound(path, mode)
        server = await asyncio.get_running_loop().create_unix_server(self._session, sock=bound, backlog=BACKLOG)
        self._servers.append(server)
        self._paths.append(path)

    async def close(self, drain_seconds: float = 30.0) -> None:
        """Takes no more connections; mails at hand are answered, if they are in time."""
        for server in self._servers:
            server.close()
        for path in self._paths:
            path.unlink(missing_ok=True)
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


def _bound(path: Path, mode: int) -> socket.socket:
    """Nobody else can connect before the mode is right."""
    bound = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    before = os.umask(0o777 & ~mode)
    try:
        bound.bind(str(path))
    except OSError:
        bound.close()
        raise
    finally:
        os.umask(before)
    return bound


def _take_away_dead(path: Path) -> None:
    try:
        is_socket = stat.S_ISSOCK(path.stat().st_mode)
    except FileNotFoundError:
        return
    if not is_socket:
        raise FileExistsError(17, "there is a file of that name which is no socket", str(path))
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe:
        try:
            probe.connect(str(path))
        except ConnectionRefusedError:
            path.unlink(missing_ok=True)
