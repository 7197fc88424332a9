"""The edges that one process serves, each of which the settings give something to listen on."""

import socket
from collections.abc import Mapping, Sequence
from typing import Protocol

from trustlane.cli.common import Common
from trustlane.cli.milter_edge import MilterEdge
from trustlane.cli.policy_edge import PolicyEdge
from trustlane.cli.relay_edge import RelayEdge
from trustlane.errors import SettingsError
from trustlane.process.sockets import bound
from trustlane.settings import Settings

KINDS = (RelayEdge, MilterEdge, PolicyEdge)

Sockets = Mapping[str, Sequence[socket.socket]]
"""The listening sockets by the name of their edge."""


class Edge(Protocol):
    """A server of one protocol.

    Attributes:
        name: of its table in the settings, and of its sockets with systemd (``FileDescriptorName=``).
    """

    name: str

    async def serve(self, sockets: Sequence[socket.socket]) -> None:
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
    found = {kind.name: inherited.get(kind.name) or _bound(kind.name, kind.endpoints(settings)) for kind in KINDS}
    sockets = {name: these for name, these in found.items() if these}
    if not sockets:
        raise SettingsError("relay.listen", "nothing is listened on", 'listen = "127.0.0.1:2525"')
    return sockets


def edges(settings: Settings, common: Common, sockets: Sockets) -> list[Edge]:
    """The edges that have sockets."""
    return [kind(settings, common) for kind in KINDS if kind.name in sockets]


def _bound(name: str, endpoints: Sequence[str]) -> list[socket.socket]:
    sockets: list[socket.socket] = []
    for endpoint in endpoints:
        try:
            sockets += bound(endpoint)
        except OSError as error:
            why = f"{endpoint} cannot be listened on: {error.strerror or error}"
            raise SettingsError(f"{name}.listen", why, 'listen = "127.0.0.1:0"') from error
    return sockets
