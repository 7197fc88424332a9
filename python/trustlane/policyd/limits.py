"""How much MTAs may ask of us. Every number has its source."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    """The limits of connections.

    Attributes:
        max_connections: at one time; requests on a further one are answered as failures are. Postfix keeps one for each
            of its SMTP servers, of which it has 100 by default.
        idle_seconds: without a request; then the connection is closed. Postfix itself closes one after 300 s
            (``smtpd_policy_service_max_idle``), so that ours must not be the shorter one.
    """

    max_connections: int = 1_000
    idle_seconds: float = 600.0


MAX_LINE_OCTETS = 8_192
"""Of one attribute. A path has 256 octets (RFC 5321 §4.5.3.1.3); names out of certificates are the longest values."""

MAX_ATTRIBUTES = 200
"""Of one request. Postfix 3.10 sends some thirty."""

MAX_REQUEST_OCTETS = 65_536
"""Of one request, names and values; below MAX_ATTRIBUTES lines of full length, which nobody sends."""

MAX_HELD_OCTETS = 4 * MAX_REQUEST_OCTETS
"""Kept of requests that came before their turn. Postfix sends none before it has the answer to the last one."""
