"""The relay: mail in by SMTP, down the line, and out to its place.

It answers 250 only when the next hop, or the disk, has the mail. A bug of ours costs one mail a 451 and leaves a replay
file; nothing else.
"""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from hashlib import blake2b

from trustlane._core import Question
from trustlane.delivery import Delivery, InsertField, Reply, apply, edits
from trustlane.delivery.answers import INTERNAL_ERROR, log_line, refusal_of
from trustlane.delivery.received import received_value
from trustlane.delivery.replay import ReplayFiles
from trustlane.dns import AsyncResolver
from trustlane.dns.patience import MAIL_SECONDS, AsyncPatience
from trustlane.flow import acarry
from trustlane.identities import aexamine, identify
from trustlane.lanes import Action, Decision, Lane, Mode, Policy
from trustlane.ledger import AsyncLedger
from trustlane.message import Instant, Session, Transaction
from trustlane.reports.feedback import Feedback
from trustlane.reports.observing import Observer
from trustlane.smtp.foresight import Foresight

log = logging.getLogger(__name__)

OPEN_FOLDER = "Open"
QUARANTINE_FOLDER = "Quarantine"


@dataclass(slots=True)
class Relay:
    """Receives transactions; gives the reply to each.

    Attributes:
        clock: gives the time of receipt in Unix seconds.
        mail_seconds: how long all questions to DNS about one mail may take.
        decided: told of each decision once its mail is safe, or refused; for tables and logs.
        feedback: takes the reports that come by mail; ``None`` where no address is for them.
        observer: looks for spam traps and verdicts of content filters.
        ask_ahead: begins to ask what will be asked soon, and waits for nothing.
    """

    authserv_id: str
    hostname: str
    resolver: AsyncResolver
    ledger: AsyncLedger
    policy: Policy
    delivery: Delivery
    replay: ReplayFiles
    clock: Callable[[], Instant]
    mail_seconds: float = MAIL_SECONDS
    decided: Callable[[Transaction, Decision, Reply], None] = field(default=lambda *_: None)
    feedback: Feedback | None = None
    observer: Observer = field(default_factory=Observer)
    ask_ahead: Callable[[Sequence[Question]], None] = field(default=lambda _: None)

    async def receive(self, mail: Transaction) -> Reply:
        """Carries one mail to its place. Never raises, but for cancellation."""
        try:
            return await self._receive(mail)
        except Exception:
            name = self.replay.keep(mail, self.clock())
            log.exception("our own error; the client is asked to try again; the mail is kept in %s", name)
            return INTERNAL_ERROR

    def begun(self, session: Session, mail_from: str) -> Foresight:
        """A mail has begun; what can be asked already is asked."""
        return Foresight(session, mail_from, limits=self.policy.limits, now=self.clock(), ask=self.ask_ahead)

    def heard(self, mail: Transaction) -> None:
        """The client took note of our 250."""
        self.delivery.heard(fingerprint(mail))

    def lost(self, mail: Transaction) -> None:
        """The client went away before that; it may send the mail again."""
        self.delivery.lost(fingerprint(mail))

    async def _receive(self, mail: Transaction) -> Reply:
        now = self.clock()
        resolver = AsyncPatience(self.resolver, self.mail_seconds)
        if answer := await self._reported(mail, resolver, now):
            return answer
        decision = await acarry(mail, resolver=resolver, ledger=self.ledger, policy=self.policy, now=now)
        await self.observer.observe(mail, decision, self.ledger, now)
        reply = await self._delivered(mail, decision, now)
        log.info("%s", log_line(mail, decision, reply, len(mail.message)))
        self.decided(mail, decision, reply)
        return reply

    async def _reported(self, mail: Transaction, resolver: AsyncResolver, now: Instant) -> Reply | None:
        """The reply to a report; ``None`` for any other mail, and for a report that goes to other recipients too."""
        if not self.feedback or not (recipients := self.feedback.recipients(mail)):
            return None
        examined = await aexamine(mail, resolver, self.policy.limits, now)
        subjects = identify(examined.findings, mail.session).subjects
        reply = await self.feedback.take(mail, recipients[0], subjects, now)
        if reply and (reply.is_temporary or len(recipients) == len(mail.envelope.rcpt)):
            return reply
        return None

    async def _delivered(self, mail: Transaction, decision: Decision, now: Instant) -> Reply:
        if refusal := refusal_of(decision):
            return refusal
        octets = self._edited(mail, decision, now)
        folder = folder_for(decision, self.policy.mode)
        reply = await self.delivery.deliver(octets, mail.envelope, folder, fingerprint(mail))
        if not reply.is_accepted:
            return reply
        return Reply(reply.code, reply.enhanced_code, f"{decision.lane} lane, {decision.id}")

    def _edited(self, mail: Transaction, decision: Decision, now: Instant) -> bytes:
        trace = InsertField("Received", received_value(mail, self.hostname, decision.id, now))
        spans = decision.examined.examination.field_spans
        return apply([*edits(decision, self.authserv_id), trace], mail.message, spans)


def folder_for(decision: Decision, mode: Mode) -> str:
    """The Maildir folder; observing leaves every mail in the inbox."""
    if decision.action is Action.QUARANTINE:
        return QUARANTINE_FOLDER
    if mode is Mode.OBSERVE or decision.lane is Lane.TRUSTED:
        return ""
    return OPEN_FOLDER


def fingerprint(mail: Transaction) -> str:
    """Names a mail as it came in, so that a second try of the same mail is known."""
    digest = blake2b(digest_size=16)
    for part in (repr(mail.envelope).encode(), mail.message):
        digest.update(len(part).to_bytes(8, "big") + part)
    return digest.hexdigest()
