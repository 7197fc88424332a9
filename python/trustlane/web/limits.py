"""How much may be asked of us over HTTP. Every number has its source."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    """The limits of one worker.

    Attributes:
        max_octets: of one request's body; more is 413. As large as the largest mail of the relay.
        max_in_flight: mails looked at, or read, at one time; more get 503. Each is held in memory whole.
        max_connections: at one time; requests on further ones get 503 of the HTTP server.
        checks_a_minute: of one key; more get 429. Ten a second is a relay of some size.
        request_seconds: how long a body may take to come; then 408. Ten minutes are what SMTP gives a whole mail (RFC
            5321 §4.5.3.2.6); programs on a network of their own need far less.
        idle_seconds: how long an idle connection is kept.
    """

    max_octets: int = 50 * 1024 * 1024
    max_in_flight: int = 64
    max_connections: int = 1_000
    checks_a_minute: int = 600
    request_seconds: float = 60.0
    idle_seconds: int = 30
