"""The trust boundary: whose Authentication-Results are ours, whose may be read, and from whom (RFC 8601 §1.2, §5)."""

from dataclasses import dataclass
from ipaddress import ip_address, ip_network


@dataclass(frozen=True, slots=True)
class Boundary:
    """Which results are believed, and which are forgeries.

    A field under one of our own identifiers is always a forgery, for we write ours on the way out. A field under an
    upstream identifier is one, too, unless the mail comes straight from an upstream client.

    Attributes:
        own_ids: identifiers of this administration beside that of this host.
        upstream_ids: identifiers of hosts before us that check mail for us.
        upstream_clients: networks from which these hosts send, as ``192.0.2.0/24``.
    """

    own_ids: tuple[str, ...] = ()
    upstream_ids: tuple[str, ...] = ()
    upstream_clients: tuple[str, ...] = ()

    def readable_ids(self, client_ip: str | None) -> tuple[str, ...]:
        """The identifiers whose results may be read in mail from this client."""
        return self.upstream_ids if self._is_upstream(client_ip) else ()

    def forged_ids(self, client_ip: str | None) -> tuple[str, ...]:
        """The identifiers that this client had no right to use."""
        return self.own_ids if self._is_upstream(client_ip) else (*self.own_ids, *self.upstream_ids)

    def _is_upstream(self, client_ip: str | None) -> bool:
        if not client_ip or not self.upstream_clients:
            return False
        try:
            address = ip_address(client_ip)
        except ValueError:
            return False
        if address.version == 6 and address.ipv4_mapped:
            address = address.ipv4_mapped
        return any(address in ip_network(network) for network in self.upstream_clients)
