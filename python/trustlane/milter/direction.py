"""Whose mail it is: a stranger's that comes in, or our own that goes out."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from ipaddress import IPv4Network, IPv6Network, ip_address

from trustlane.milter.events import Macros

Network = IPv4Network | IPv6Network


class Direction(StrEnum):
    INBOUND = "inbound"
    OUTBOUND = "outbound"


@dataclass(frozen=True, slots=True)
class OurMail:
    """What tells our own mail from a stranger's. Any one of these is enough.

    Attributes:
        is_authenticated_ours: mail of a client that logged in at the MTA is ours.
        daemons: names of the MTA's services that take our mail, as ``ORIGINATING`` (macro ``daemon_name``).
        interfaces: addresses of the MTA on which our mail comes (macro ``if_addr``).
        networks: addresses of clients whose mail is ours.
    """

    is_authenticated_ours: bool = True
    daemons: tuple[str, ...] = ()
    interfaces: tuple[str, ...] = ()
    networks: Sequence[Network] = ()

    def direction(self, client_ip: str | None, macros: Macros) -> Direction:
        """The direction of a mail, by what the MTA says of its client."""
        is_ours = (
            (self.is_authenticated_ours and bool(macros.get("auth_authen")))
            or macros.get("daemon_name") in self.daemons
            or macros.get("if_addr") in self.interfaces
            or self._is_in_networks(client_ip)
        )
        return Direction.OUTBOUND if is_ours else Direction.INBOUND

    def _is_in_networks(self, client_ip: str | None) -> bool:
        if client_ip is None:
            return False
        address = ip_address(client_ip)
        return any(address in network for network in self.networks)
