"""Delivery to the next hop by SMTP: what it says, we say (RFC 5321 §3.6.3, §6.1)."""

import asyncio
import logging
import time
from collections.abc import Callable, Sequence

from trustlane.delivery.hop import Hop, HopError, HopTimeouts
from trustlane.delivery.offers import Offers, offers_of
from trustlane.delivery.outgoing import dot_stuffed, has_8bit, has_8bit_header, has_lone_cr_or_lf, is_sendable_address
from trustlane.delivery.refusals import Refusals
from trustlane.delivery.reply import Reply
from trustlane.delivery.tries import Tries
from trustlane.message import Envelope, Notification
from trustlane.message.transaction import Instant

MAX_CONNECTIONS = 50
"""To the next hop at one time; below the process limit of a stock Postfix, which is 100."""

UNREACHABLE = Reply(451, "4.4.1", "The next hop does not answer; try again later")
LOST = Reply(451, "4.4.2", "The connection to the next hop was lost; try again later")
OUT_OF_ORDER = Reply(451, "4.5.0", "The next hop answered out of order; try again later")
NOTIFIES_NO_MORE = Reply(451, "4.5.0", "The next hop has ceased to offer DSN; connect and send the mail again")
SOME_REFUSED = Reply(451, "4.5.3", "Some recipients were refused; try again, they will be named")
LONE_CR_OR_LF = Reply(550, "5.6.0", "Mail has a CR or LF that is not part of a CRLF")
BAD_ADDRESS = Reply(553, "5.1.3", "An address cannot be passed on")
NEEDS_UTF8_ADDRESS = Reply(553, "5.6.7", "The next hop takes no address in UTF-8")
NEEDS_UTF8_HEADER = Reply(554, "5.6.9", "The next hop takes no header in UTF-8")
NEEDS_8BIT = Reply(554, "5.6.3", "The next hop does not take 8-bit mail")

log = logging.getLogger(__name__)


class NextHop:
    """Passes each mail on at once and gives the hop's own reply; 250 only once the hop has said so.

    A mail has one reply, but the hop answers for each recipient. The rule that neither loses nor doubles:

    - All taken: the mail is sent, and the reply is the hop's.
    - All refused for good, or all for now: nothing is sent, and the reply is the hop's first refusal.
    - Otherwise nothing is sent, and the client gets 451. What the hop said is remembered, and ``refusal`` tells it for
      each of those recipients when the client tries again; the others then go through.

    A hop that goes away after the end of data may have taken the mail or not. The client gets 451 and the hop may get
    the mail twice; RFC 5321 §4.5.3.2.6 and §6.1 know no better. A mail that the hop took and whose 250 the client did
    not hear is accepted again without sending it, as long as this process lives.

    Args:
        host, port: of the hop.
        hostname: our name in EHLO, US-ASCII.
        timeouts: of each step.
        now: the clock, Unix seconds.
    """

    def __init__(
        self,
        host: str,
        port: int,
        hostname: str,
        timeouts: HopTimeouts | None = None,
        now: Callable[[], Instant] = time.time,
    ) -> None:
        self._host = host
        self._port = port
        self._hostname = hostname
        self._timeouts = timeouts or HopTimeouts()
        self._tries = Tries(now, lambda _: None)
        self._refusals = Refusals(now)
        self._offers = Offers(smtputf8=True)
        self._connections = asyncio.Semaphore(MAX_CONNECTIONS)

    async def deliver(self, octets: bytes, envelope: Envelope, folder: str, fingerprint: str) -> Reply:
        """See :class:`trustlane.delivery.port.Delivery`. The folder is not told: the hop reads it in ``Trust-Lane``."""
        return await self._tries.once(fingerprint, lambda: self._pass_on(octets, envelope))

    def heard(self, fingerprint: str) -> None:
        self._tries.heard(fingerprint)

    def lost(self, fingerprint: str) -> None:
        self._tries.lost(fingerprint)

    def refusal(self, mail_from: str, rcpt: str) -> Reply | None:
        """What the hop said of this recipient when it refused only some of a mail; told once."""
        return self._refusals.take(mail_from, rcpt)

    def offers(self) -> Offers:
        """As the hop said when it was last spoken with. Before that UTF-8, but no DSN."""
        return self._offers

    def close(self) -> None:
        """Every mail has a connection of its own, which is closed with it."""

    async def _pass_on(self, octets: bytes, envelope: Envelope) -> Reply:
        if has_lone_cr_or_lf(octets):
            return LONE_CR_OR_LF
        addresses = (envelope.mail_from or "", *envelope.rcpt)
        if not (all(map(is_sendable_address, addresses)) and (envelope.is_utf8 or _has_plain_addresses(envelope))):
            return BAD_ADDRESS
        hop = Hop(self._host, self._port, self._timeouts)
        reply = await self._reply_of(hop, octets, envelope)
        await hop.leave()
        return reply

    async def _reply_of(self, hop: Hop, octets: bytes, envelope: Envelope) -> Reply:
        """Ends in time for the client, whatever the hop does."""
        try:
            async with asyncio.timeout(self._timeouts.whole_seconds), self._connections:
                await hop.connect(self._hostname)
                self._offers = offers_of(hop.extensions)
                return await self._converse(hop, octets, envelope)
        except (HopError, TimeoutError) as error:
            log.warning("next hop %s:%d %s", self._host, self._port, str(error) or "was too slow")
            return LOST if hop.has_greeted else UNREACHABLE

    async def _converse(self, hop: Hop, octets: bytes, envelope: Envelope) -> Reply:
        if (unfit := _unfit(hop, octets, envelope)) is not None:
            return unfit
        mail_from = envelope.mail_from or ""
        reply = await hop.mail(mail_from, _parameters(hop, octets, envelope))
        if not reply.is_accepted:
            return _refused(reply)
        refused = self._judge(mail_from, envelope.rcpt, await hop.rcpt(envelope.rcpt, _wishes(envelope)))
        if refused is not None:
            return refused
        reply = await hop.data()
        if reply.code != 354:
            return _refused(reply)
        reply = await hop.content(dot_stuffed(octets))
        return reply if reply.is_accepted else _refused(reply)

    def _judge(self, mail_from: str, recipients: Sequence[str], replies: Sequence[Reply]) -> Reply | None:
        """Why the mail is not sent, or ``None`` where all recipients are taken."""
        verdicts = {reply.is_accepted or _refused(reply).code // 100 for reply in replies}
        if verdicts <= {True}:
            return None
        if len(verdicts) == 1:
            return _refused(replies[0])
        for rcpt, reply in zip(recipients, replies, strict=True):
            if not reply.is_accepted:
                self._refusals.remember(mail_from, rcpt, _refused(reply))
        return SOME_REFUSED


def _unfit(hop: Hop, octets: bytes, envelope: Envelope) -> Reply | None:
    """Why the hop cannot get this mail as it is. It is never changed until it fits (RFC 6531 §3.2)."""
    if has_8bit(octets) and "8BITMIME" not in hop.extensions:
        return NEEDS_8BIT
    if envelope.notification is not None and "DSN" not in hop.extensions:
        return NOTIFIES_NO_MORE
    if not _needs_utf8(octets, envelope) or "SMTPUTF8" in hop.extensions:
        return None
    return NEEDS_UTF8_HEADER if _has_plain_addresses(envelope) else NEEDS_UTF8_ADDRESS


def _needs_utf8(octets: bytes, envelope: Envelope) -> bool:
    """Clients declare it for more mail than needs it."""
    return envelope.is_utf8 and not (_has_plain_addresses(envelope) and not has_8bit_header(octets))


def _has_plain_addresses(envelope: Envelope) -> bool:
    return all(address.isascii() for address in (envelope.mail_from or "", *envelope.rcpt))


def _wishes(envelope: Envelope) -> Sequence[str]:
    """NOTIFY and ORCPT of each recipient (RFC 3461 §4.1, §4.2)."""
    if envelope.notification is None:
        return [""] * len(envelope.rcpt)
    return [
        (f" NOTIFY={wish.notify}" if wish.notify else "") + (f" ORCPT={wish.orcpt}" if wish.orcpt else "")
        for wish in envelope.notification.recipients
    ]


def _parameters(hop: Hop, octets: bytes, envelope: Envelope) -> str:
    """SIZE (RFC 1870 §6), BODY (RFC 6152 §2), SMTPUTF8 (RFC 6531 §3.4), RET and ENVID (RFC 3461 §4.3, §4.4)."""
    size = f" SIZE={len(octets)}" if "SIZE" in hop.extensions else ""
    body = " BODY=8BITMIME" if has_8bit(octets) else ""
    utf8 = " SMTPUTF8" if _needs_utf8(octets, envelope) else ""
    wish = envelope.notification or Notification()
    ret = f" RET={wish.ret}" if wish.ret else ""
    envid = f" ENVID={wish.envid}" if wish.envid else ""
    return size + body + utf8 + ret + envid


def _refused(reply: Reply) -> Reply:
    """A refusal in the hop's words. Its 421 ends its session, not our client's; a 2xx or 3xx here makes no sense."""
    if reply.code == 421:
        return Reply(451, reply.enhanced_code, reply.text)
    return reply if reply.code >= 400 else OUT_OF_ORDER
