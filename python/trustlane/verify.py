"""The library's edge: one mail, one call, one Decision."""

import re
import time
from collections.abc import Sequence
from ipaddress import ip_address

from trustlane.dns import AsyncResolver, Resolver
from trustlane.dns.absent import NO_RESOLVER
from trustlane.errors import MessageError
from trustlane.flow import acarry, carry
from trustlane.lanes import Decision, Policy
from trustlane.ledger import AsyncLedger, Ledger
from trustlane.ledger.absent import NO_LEDGER
from trustlane.message import Envelope, Instant, LineEnds, Session, Transaction


def verify(
    message: bytes,
    *,
    client_ip: str | None = None,
    helo: str | None = None,
    mail_from: str | None = None,
    rcpt: Sequence[str] = (),
    submitter: str | None = None,
    line_ends: LineEnds = LineEnds.FIX_CRLF,
    resolver: Resolver = NO_RESOLVER,
    ledger: Ledger = NO_LEDGER,
    policy: Policy | None = None,
    now: Instant | None = None,
) -> Decision:
    """Finds out who answers for a message, what they did before, and which lane it takes.

    What is not given is not made up: without a resolver nothing is asked and findings that need DNS are ``temperror``;
    without ``client_ip`` SPF and iprev are not evaluated and say so; without a ledger nobody is known, so every mail
    takes the open lane. Nothing in the message makes this raise.

    Args:
        message: header and body.
        client_ip: the SMTP client's address, IPv4 or IPv6.
        helo: what it said in EHLO or HELO.
        mail_from: the reverse-path; ``""`` is the null path.
        rcpt: the forward-paths.
        submitter: the value of SUBMITTER at MAIL, decoded (RFC 4405 §4).
        line_ends: what a CR or LF that stands alone means; by default LF counts as CRLF, as in a file.
        resolver: answers DNS questions, as :class:`trustlane.dns.resolver.DnsResolver`.
        ledger: history, as :class:`trustlane.ledger.sqlite.SqliteLedger`; it is told of this mail.
        policy: local policy; by default that of a new site, which only observes.
        now: Unix seconds of receipt; by default this moment.

    Raises:
        MessageError: ``message`` is not octets, ``client_ip`` is no address, or ``line_ends`` is no policy.

    Example:
        >>> from trustlane import verify
        >>> from trustlane.dns.zone import ZoneResolver
        >>> decision = verify(b"From: a@b.example\\r\\n\\r\\nHi\\r\\n", resolver=ZoneResolver.from_text(""), now=0)
        >>> decision.lane.value
        'open'
    """
    mail = transaction(message, client_ip, helo, mail_from, rcpt, line_ends, submitter)
    return carry(mail, resolver=resolver, ledger=ledger, policy=policy or Policy(), now=_instant(now))


async def averify(
    message: bytes,
    *,
    client_ip: str | None = None,
    helo: str | None = None,
    mail_from: str | None = None,
    rcpt: Sequence[str] = (),
    submitter: str | None = None,
    line_ends: LineEnds = LineEnds.FIX_CRLF,
    resolver: AsyncResolver = NO_RESOLVER,
    ledger: AsyncLedger = NO_LEDGER,
    policy: Policy | None = None,
    now: Instant | None = None,
) -> Decision:
    """:func:`verify` for an event loop."""
    mail = transaction(message, client_ip, helo, mail_from, rcpt, line_ends, submitter)
    return await acarry(mail, resolver=resolver, ledger=ledger, policy=policy or Policy(), now=_instant(now))


def transaction(
    message: bytes,
    client_ip: str | None,
    helo: str | None,
    mail_from: str | None,
    rcpt: Sequence[str],
    line_ends: LineEnds = LineEnds.FIX_CRLF,
    submitter: str | None = None,
) -> Transaction:
    """The transaction that these arguments tell of.

    Raises:
        MessageError: ``message`` is not octets, ``client_ip`` is no address, or ``line_ends`` is no policy.
    """
    if not isinstance(message, bytes | bytearray | memoryview):
        raise MessageError(f"a message is bytes, not {type(message).__name__}")
    if client_ip is not None and not _is_address(client_ip):
        raise MessageError(f"{client_ip!r} is no IP address, as 192.0.2.1 or 2001:db8::1 would be")
    if line_ends not in tuple(LineEnds):
        raise MessageError(f"{line_ends!r} is no policy for line ends, as {', '.join(LineEnds)} are")
    octets = with_crlf(bytes(message)) if line_ends == LineEnds.FIX_CRLF else bytes(message)
    return Transaction(
        octets, Session(client_ip, helo), Envelope(mail_from, tuple(rcpt), submitter), LineEnds(line_ends)
    )


def _is_address(text: str) -> bool:
    try:
        ip_address(text)
    except ValueError:
        return False
    return True


def with_crlf(octets: bytes) -> bytes:
    """Octets of a file or a pipe as they are on the wire: a lone LF becomes CRLF, a lone CR stays."""
    return _LONE_LF.sub(b"\r\n", octets)


_LONE_LF = re.compile(rb"(?<!\r)\n")


def _instant(now: Instant | None) -> Instant:
    return time.time() if now is None else now
