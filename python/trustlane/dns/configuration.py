"""Which servers are asked: those of the system, or those that the operator names."""

import re
import socket
from collections.abc import Sequence
from ipaddress import ip_address

import dns.resolver

from trustlane.dns.servers import Server
from trustlane.errors import SettingsError

_EXAMPLE = 'nameservers = ["127.0.0.1"]'


def servers(nameservers: Sequence[str] | None, port: int) -> list[Server]:
    """The servers, in the order in which they are preferred.

    Args:
        nameservers: an IP address each, or one with a port as ``127.0.0.1:5353`` or ``[::1]:5353``; ``None`` takes
            those of the system.
        port: where none is named.

    Raises:
        SettingsError: there is no nameserver, or one is no address.
    """
    if nameservers is None:
        return [_server(str(name), 53) for name in _system_nameservers()]
    if not nameservers:
        raise SettingsError("dns.nameservers", "there must be one at least", _EXAMPLE)
    return [_server(name, port) for name in nameservers]


def _system_nameservers() -> Sequence[object]:
    try:
        return dns.resolver.Resolver().nameservers
    except dns.resolver.NoResolverConfiguration as error:
        raise SettingsError("dns.nameservers", f"the system has none ({error})", _EXAMPLE) from error


def _server(name: str, port: int) -> Server:
    with_port = re.fullmatch(r"\[(?P<six>[^\]]+)\]:(?P<port>\d{1,5})|(?P<four>[\d.]+):(?P<four_port>\d{1,5})", name)
    host = name
    if with_port:
        host, port = with_port["six"] or with_port["four"], int(with_port["port"] or with_port["four_port"])
    try:
        ip_address(host)
        if not 0 < port <= 65535:
            raise ValueError(port)
        family, _, _, _, place = socket.getaddrinfo(
            host, port, type=socket.SOCK_DGRAM, flags=socket.AI_NUMERICHOST | socket.AI_NUMERICSERV
        )[0]
    except (ValueError, OSError) as error:
        raise SettingsError("dns.nameservers", f"{name!r} is no IP address", _EXAMPLE) from error
    return Server(name, family, place)
