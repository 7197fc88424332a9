"""A stranger's mail: examined while it comes, decided upon at its end."""

import asyncio
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from trustlane._core import Question
from trustlane.delivery import Reply, edits
from trustlane.delivery.answers import log_line, refusal_of
from trustlane.delivery.replay import ReplayFiles
from trustlane.dns import Answers, AsyncResolver
from trustlane.dns.patience import MAIL_SECONDS, AsyncPatience
from trustlane.flow import aconclude
from trustlane.identities import Examining
from trustlane.lanes import Action, Decision, Policy
from trustlane.ledger import AsyncLedger
from trustlane.message import Envelope, Instant, LineEnds, Session, Transaction
from trustlane.milter import answer
from trustlane.milter.answer import Answer
from trustlane.milter.events import Macros, MailStarted
from trustlane.milter.negotiate import Options
from trustlane.milter.session import Client
from trustlane.reports.observing import Observer

log = logging.getLogger(__name__)

TAKEN = Reply(250, "2.0.0", "taken")


@dataclass(frozen=True, slots=True)
class Inbound:
    """What the filter of strangers' mail works with.

    Attributes:
        clock: gives the time of receipt in Unix seconds.
        mail_seconds: how long all questions to DNS about one mail may take.
        observer: looks for spam traps and verdicts of content filters.
        decided: told of each decision once it is made; for tables and counters.
    """

    authserv_id: str
    resolver: AsyncResolver
    ledger: AsyncLedger
    policy: Policy
    replay: ReplayFiles
    clock: Callable[[], Instant]
    mail_seconds: float = MAIL_SECONDS
    observer: Observer = field(default_factory=Observer)
    decided: Callable[[Transaction, Decision], None] = field(default=lambda *_: None)

    def begin(self, client: Client, started: MailStarted) -> "InboundMail":
        """A mail has begun; its client and sender are asked about at once."""
        return InboundMail(self, client, started)


class InboundMail:
    """One mail of a stranger. Its body is hashed as it comes, and not kept."""

    def __init__(self, site: Inbound, client: Client, started: MailStarted) -> None:
        self._site = site
        self._now = site.clock()
        self._session = Session(client.ip, client.helo)
        self._mail_from = started.mail_from
        self._rcpt: list[str] = []
        self._octets = 0
        self._asking: set[asyncio.Future[Answers]] = set()
        self._resolver = AsyncPatience(site.resolver, site.mail_seconds)
        limits = site.policy.limits
        self._examining = Examining(self._session, self._mail_from, LineEnds.AS_IS, limits, self._now)
        self._is_header_asked = False
        self._ask_ahead(site.policy.assessors.ahead(self._session, self._now))

    def recipient(self, rcpt: str, path: bytes) -> None:
        self._rcpt.append(rcpt)
        self._examining.recipient(rcpt)

    def feed(self, octets: bytes) -> None:
        self._examining.feed(octets)
        self._octets += len(octets)
        if not self._is_header_asked and self._examining.header:
            self._is_header_asked = True
            self._ask_ahead()

    @property
    def wants_body(self) -> bool:
        return self._examining.wants_body

    async def answer(self, macros: Macros, options: Options) -> Answer:
        self._examining.finish()
        examined = await self._examining.aexamined(self._resolver)
        mail = self._transaction()
        decision = await aconclude(
            mail,
            examined,
            resolver=self._resolver,
            ledger=self._site.ledger,
            policy=self._site.policy,
            now=self._now,
        )
        await self._site.observer.observe(mail, decision, self._site.ledger, self._now)
        refusal = refusal_of(decision)
        log.info("%s", log_line(mail, decision, refusal or TAKEN, self._octets))
        self._site.decided(mail, decision)
        if refusal:
            return Answer(b"", answer.refusal(refusal))
        return Answer(self._changes(decision, options), answer.ACCEPT)

    def failed(self) -> None:
        name = self._site.replay.keep(self._transaction(), self._now)
        log.error("the header of the mail that met the error is kept in %s", name)

    def _changes(self, decision: Decision, options: Options) -> bytes:
        changes = answer.changes(edits(decision, self._site.authserv_id), options)
        if decision.action is not Action.QUARANTINE:
            return changes
        why = "; ".join(reason.text for reason in decision.reasons)
        return changes + answer.quarantine(f"trustlane {decision.id}: {why}", options)

    def _transaction(self) -> Transaction:
        return Transaction(self._examining.header, self._session, Envelope(self._mail_from, tuple(self._rcpt)))

    def _ask_ahead(self, others: Sequence[Question] = ()) -> None:
        """The answers are kept by the resolver, which is asked again at the end."""
        if questions := [*self._examining.ahead(), *others]:
            asking = asyncio.ensure_future(self._resolver.aask(questions))
            self._asking.add(asking)
            asking.add_done_callback(self._asked)

    def _asked(self, asking: asyncio.Future[Answers]) -> None:
        """An error of ours will be met again at the end, where it is told."""
        self._asking.discard(asking)
        if not asking.cancelled():
            asking.exception()
