"""The policy server: listens on TCP or a UNIX socket, and gives each MTA a session."""

import asyncio
import socket
from collections.abc import Callable

from trustlane.policyd.limits import Limits
from trustlane.policyd.service import Service
from trustlane.policyd.session import PolicySession, Site

BACKLOG = 512
"""Connections that the kernel may hold while we are busy; more are refused by it, and Postfix tries again."""


class PolicyServer:
    """Answers MTAs.

    Args:
        service: gives what answers are found with; asked anew for each request.
        limits: see :class:`trustlane.policyd.limits.Limits`.
    """

    def __init__(self, service: Callable[[], Service], limits: Limits | None = None) -> None:
        self._site = Site(service, limits or Limits())
        self._servers: list[asyncio.Server] = []

    async def listen_on(self, listening: socket.socket) -> None:
        """Serves a socket that listens already, and that other processes may serve too."""
        loop = asyncio.get_running_loop()
        make = loop.create_unix_server if listening.family == socket.AF_UNIX else loop.create_server
        self._servers.append(await make(lambda: PolicySession(self._site), sock=listening, backlog=BACKLOG))

    async def close(self, drain_seconds: float = 30.0) -> None:
        """Takes no more connections; requests at hand are answered, if they are in time."""
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
