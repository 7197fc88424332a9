"""The findings of one whole message."""

from trustlane.dkim.arrival import Arrival
from trustlane.dns import AsyncResolver, Resolver
from trustlane.identities import Finding
from trustlane.message import Instant


def examine(
    message: bytes, *, resolver: Resolver, now: Instant | None = None, line_ends: str = "fix-crlf"
) -> list[Finding]:
    """One finding for each DKIM-Signature field, in the order they stand; one ``none`` where there is no such field.

    Never raises for what is in the message or what DNS says.

    Args:
        message: header and body; a lone LF counts as CRLF, unless ``line_ends`` says otherwise.
        resolver: answers for DNS, as :class:`trustlane.dns.resolver.DnsResolver`.
        now: Unix seconds of receipt; by default this moment.
    """
    return _arrived(message, now, line_ends).findings(resolver)


async def aexamine(
    message: bytes, *, resolver: AsyncResolver, now: Instant | None = None, line_ends: str = "fix-crlf"
) -> list[Finding]:
    """The same for an event loop."""
    return await _arrived(message, now, line_ends).afindings(resolver)


def _arrived(message: bytes, now: Instant | None, line_ends: str) -> Arrival:
    arrival = Arrival(now=now, line_ends=line_ends)
    arrival.feed(message)
    arrival.finish()
    return arrival
