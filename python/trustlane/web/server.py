"""The HTTP server: uvicorn's protocol on sockets that listen already and that other workers may serve too."""

import asyncio
import socket

import uvicorn
from uvicorn.server import ServerState

from trustlane.web.app import Service
from trustlane.web.limits import Limits

BACKLOG = 512
"""Connections that the kernel may hold while we are busy."""

TICK_SECONDS = 0.05
"""How often it is looked whether all requests are answered, once we close."""


class WebServer:
    """Serves a service. TLS is left to a proxy in front."""

    def __init__(self, service: Service, limits: Limits) -> None:
        self._service = service
        self._config = uvicorn.Config(
            service.app(),
            http="h11",
            ws="none",
            lifespan="off",
            log_config=None,
            access_log=False,
            proxy_headers=False,
            server_header=False,
            date_header=False,
            limit_concurrency=limits.max_connections,
            timeout_keep_alive=limits.idle_seconds,
        )
        self._config.load()
        self._state = ServerState()
        self._servers: list[asyncio.Server] = []

    async def listen_on(self, listening: socket.socket) -> None:
        """Takes connections on this socket from now on."""
        loop = asyncio.get_running_loop()
        make = loop.create_unix_server if listening.family == socket.AF_UNIX else loop.create_server
        self._servers.append(await make(self._connection, sock=listening, backlog=BACKLOG))

    async def close(self, drain_seconds: float = 30.0) -> None:
        """Takes no more connections; requests at hand are answered, if they are in time."""
        self._service.is_draining = True
        for server in self._servers:
            server.close()
        for connection in list(self._state.connections):
            connection.shutdown()
        loop = asyncio.get_running_loop()
        ends = loop.time() + drain_seconds
        while (self._state.connections or self._state.tasks) and loop.time() < ends:  # noqa: ASYNC110
            await asyncio.sleep(TICK_SECONDS)
        for task in list(self._state.tasks):
            task.cancel()
        for server in self._servers:
            await server.wait_closed()

    def _connection(self) -> asyncio.Protocol:
        make = self._config.http_protocol_class
        protocol: asyncio.Protocol = make(config=self._config, server_state=self._state, app_state={})  # type: ignore[call-arg]
        return protocol
