"""Our own mail: signed at its end with the keys of its author's domain."""

import logging
from collections.abc import Callable
from dataclasses import dataclass, field

from trustlane._core import Outgoing, UnsignableMessage
from trustlane.delivery.edits import Edit, InsertField
from trustlane.delivery.forged import forged
from trustlane.delivery.replay import ReplayFiles
from trustlane.keys import KeyRing
from trustlane.message import Envelope, Instant, Session, Transaction
from trustlane.milter import answer
from trustlane.milter.answer import Answer
from trustlane.milter.events import Macros, MailStarted
from trustlane.milter.negotiate import Options
from trustlane.milter.session import Client

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Outbound:
    """What the filter of our own mail works with.

    Attributes:
        keys: gives the keys in force.
        clock: gives the time of signing in Unix seconds.
        sent: told of each mail that leaves; for correspondents.
    """

    authserv_id: str
    keys: Callable[[], KeyRing]
    replay: ReplayFiles
    clock: Callable[[], Instant]
    sent: Callable[[Transaction, Instant], None] = field(default=lambda *_: None)

    def begin(self, client: Client, started: MailStarted) -> "OutboundMail":
        """A mail of ours has begun."""
        return OutboundMail(self, client, started)


class OutboundMail:
    """One mail of ours. Its body is hashed as it comes, and not kept."""

    wants_body = True

    def __init__(self, site: Outbound, client: Client, started: MailStarted) -> None:
        self._site = site
        self._now = site.clock()
        self._session = Session(client.ip, client.helo)
        self._mail_from = started.mail_from
        self._rcpt: list[str] = []
        self._outgoing = Outgoing()

    def recipient(self, rcpt: str, path: bytes) -> None:
        self._rcpt.append(rcpt)

    def feed(self, octets: bytes) -> None:
        self._outgoing.feed(octets)

    async def answer(self, macros: Macros, options: Options) -> Answer:
        self._outgoing.finish()
        edits = [*self._signatures(), *forged(self._outgoing, self._site.authserv_id)]
        self._site.sent(self._transaction(), self._now)
        return Answer(answer.changes(edits, options), answer.ACCEPT)

    def failed(self) -> None:
        name = self._site.replay.keep(self._transaction(), self._now)
        log.error("the header of the mail that met the error is kept in %s", name)

    def _signatures(self) -> list[Edit]:
        """One field for each key. What cannot be signed leaves unsigned: it is ours, and must not be lost."""
        domains = self._outgoing.author_domains
        if len(domains) != 1:
            log.warning("not signed: the From field of a mail by <%s> names %d domains", self._mail_from, len(domains))
            return []
        keys = self._site.keys().signers(domains[0], self._now)
        if not keys:
            log.info("not signed: there is no key for %s", domains[0])
            return []
        signers = [(key.domain, key.selector, key.signing_key) for key in keys]
        try:
            fields = self._outgoing.sign(signers, now=int(self._now))
        except UnsignableMessage as error:
            log.warning("not signed: a mail by <%s>: %s", self._mail_from, error)
            return []
        log.info("signed for %s with %s", domains[0], ", ".join(selector for _, selector, _ in signers))
        return [_inserted(octets) for octets in fields]

    def _transaction(self) -> Transaction:
        header = self._outgoing.header + b"\r\n"
        return Transaction(header, self._session, Envelope(self._mail_from, tuple(self._rcpt)))


def _inserted(field: bytes) -> InsertField:
    name, _, value = field.decode("ascii").partition(":")
    return InsertField(name, value.removeprefix(" ").removesuffix("\r\n"))
