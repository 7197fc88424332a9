"""The edges that one process serves, each of which the settings give something to listen on."""

import socket
from collections.abc import Sequence
from typing import Protocol

from trustlane.cli.common import Common
from trustlane.cli.milter_edge import MilterEdge
from trustlane.cli.policy_edge import PolicyEdge
from trustlane.cli.relay_edge import RelayEdge
from trustlane.cli.web_edge import WebEdge
from trustlane.errors import SettingsError
from trustlane.process.sockets import Sockets, bound
from trustlane.settings import Settings

KINDS = (RelayEdge, MilterEdge, PolicyEdge, WebEdge)

SETTINGS = {"relay-tls": "relay.tls_listen"}
"""Of sockets whose setting has another name than they."""


class Edge(Protocol):
    """A server of one protocol.

    Attributes:
        name: of its table in the settings.
    """

    name: str

    async def serve(self, sockets: Sockets) -> None:
        """Takes connections from now on."""

    def reload(self, settings: Settings, common: Common) -> None:
        """New settings hold for mail that begins from now on."""

    async def close(self, drain_seconds: float) -> None:
        """Finishes the mails at hand."""


def listening(settings: Settings, inherited: Sockets) -> Sockets:
    """Sockets for every edge that is to be served: those of systemd, and for the others those of the settings.

    Raises:
        SettingsError: an address cannot be had, or there is nothing to listen on.
    """
    endpoints = {name: these for kind in KINDS for name, these in kind.endpoints(settings).items()}
    found = {name: inherited.get(name) or _bound(name, these) for name, these in endpoints.items()}
    sockets = {name: these for name, these in found.items() if these}
    if not sockets:
        raise SettingsError("relay.listen", "nothing is listened on", 'listen = "127.0.0.1:2525"')
    return sockets


def edges(settings: Settings, common: Common, sockets: Sockets) -> list[Edge]:
    """The edges that have sockets."""
    return [kind(settings, common) for kind in KINDS if kind.endpoints(settings).keys() & sockets.keys()]


def _bound(name: str, endpoints: Sequence[str]) -> list[socket.socket]:
    sockets: list[socket.socket] = []
    for endpoint in endpoints:
        try:
            sockets += bound(endpoint)
        except OSError as error:
            why = f"{endpoint} cannot be listened on: {error.strerror or error}"
            raise SettingsError(SETTINGS.get(name, f"{name}.listen"), why, 'listen = "127.0.0.1:0"') from error
    return sockets
