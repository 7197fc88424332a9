"""How much MTAs may ask of us. Every number has its source."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    """The limits of connections.

    Attributes:
        max_connections: at one time. On a further one clients are asked to come again; an MTA opens one for each SMTP
            session, and Postfix serves 100 of them by default.
        idle_seconds: without a packet; then the connection is closed. libmilter waits as long (``smfi_settimeout``).
        progress_seconds: how often the MTA is asked for patience while a mail's answer is sought. Postfix waits 300 s
            for it, Sendmail 300 s, but an operator may have set less.
    """

    max_connections: int = 1_000
    idle_seconds: float = 7_210.0
    progress_seconds: float = 10.0
