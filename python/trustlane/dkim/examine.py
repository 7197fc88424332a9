"""The findings of one whole message."""

from trustlane._core import KeyCache
from trustlane.dkim.arrival import Arrival
from trustlane.dns import AsyncResolver, Resolver
from trustlane.identities import KEYS, Finding
from trustlane.message import Instant


def examine(
    message: bytes,
    *,
    resolver: Resolver,
    now: Instant | None = None,
    line_ends: str = "fix-crlf",
    cache: KeyCache = KEYS,
    service: str = "email",
) -> list[Finding]:
    """One finding for each DKIM-Signature field, in the order they stand; one ``none`` where there is no such field.

    Never raises for what is in the message or what DNS says.

    Args:
        message: header and body; a lone LF counts as CRLF, unless ``line_ends`` says otherwise.
        resolver: answers for DNS, as :class:`trustlane.dns.resolver.DnsResolver`.
        now: Unix seconds of receipt; by default this moment.
        cache: key records that were read before; by default those of the whole process.
        service: what keys must be for, as in :class:`Arrival`.
    """
    return _arrived(message, now, line_ends, cache, service).findings(resolver)


async def aexamine(
    message: bytes,
    *,
    resolver: AsyncResolver,
    now: Instant | None = None,
    line_ends: str = "fix-crlf",
    cache: KeyCache = KEYS,
    service: str = "email",
) -> list[Finding]:
    """The same for an event loop."""
    return await _arrived(message, now, line_ends, cache, service).afindings(resolver)


def _arrived(message: bytes, now: Instant | None, line_ends: str, cache: KeyCache, service: str) -> Arrival:
    arrival = Arrival(now=now, line_ends=line_ends, cache=cache, service=service)
    arrival.feed(message)
    arrival.finish()
    return arrival
