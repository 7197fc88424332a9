"""Answers the requests of one connection: finds out about each envelope, and chooses."""

import logging
from collections.abc import Callable
from dataclasses import dataclass

from trustlane.delivery.replay import ReplayFiles
from trustlane.dns import AsyncResolver
from trustlane.dns.patience import MAIL_SECONDS, AsyncPatience
from trustlane.flow import aconsider
from trustlane.lanes import Decision, Policy
from trustlane.ledger import AsyncLedger
from trustlane.message import Envelope, Instant, Session, Transaction
from trustlane.policyd.choose import DUNNO, Answer, choose, failed
from trustlane.policyd.reasons import POLICY
from trustlane.policyd.request import ENVELOPE_STATES, KIND, Request
from trustlane.policyd.rules import Rules

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Service:
    """What answers are found with.

    Attributes:
        clock: gives the time in Unix seconds.
        mail_seconds: how long all questions to DNS about one mail may take.
    """

    resolver: AsyncResolver
    ledger: AsyncLedger
    policy: Policy
    rules: Rules
    replay: ReplayFiles
    clock: Callable[[], Instant]
    mail_seconds: float = MAIL_SECONDS

    async def envelope(self, asked: Request) -> Decision:
        """What the line says of a mail of which there is only the envelope. Nobody is told: the mail has not come yet.

        What DNS answers is kept by the resolver, so that the milter or the relay need not ask it again.
        """
        resolver = AsyncPatience(self.resolver, self.mail_seconds)
        return await aconsider(
            _mail(asked), resolver=resolver, ledger=self.ledger, policy=self.policy, now=self.clock()
        )

    def keep(self, asked: Request) -> str:
        """Keeps an envelope that met an error of ours; gives the file's name."""
        return self.replay.keep(_mail(asked), self.clock())


class Conversation:
    """The requests of one connection. All about one mail follow each other, so that it is looked at once.

    Args:
        service: gives what answers are found with; asked anew for each mail, since settings may change meanwhile.
    """

    def __init__(self, service: Callable[[], Service]) -> None:
        self._service = service
        self._known: tuple[Request, Decision] | None = None
        self._spf_told: str | None = None

    async def answer(self, asked: Request) -> Answer:
        """The answer to a request. Never raises, but for cancellation."""
        service = self._service()
        try:
            found = await self._answered(asked, service)
        except Exception:
            log.exception("our own error; the envelope that met it is kept in %s", service.keep(asked))
            found = failed(service.rules)
        log.info("%s", _log_line(asked, found))
        return found

    async def _answered(self, asked: Request, service: Service) -> Answer:
        if asked.kind != KIND:
            return Answer(DUNNO, (POLICY.reason("other-request"),))
        if asked.state not in ENVELOPE_STATES or asked.mail_from is None:
            return Answer(DUNNO, (POLICY.reason("no-envelope", state=asked.state),))
        if service.rules.is_ours(asked.client_ip, asked.login):
            return Answer(DUNNO, (POLICY.reason("ours"),))
        is_told = asked.instance is not None and asked.instance == self._spf_told
        answer = choose(asked, await self._decision(asked, service), service.rules, is_spf_told=is_told)
        if answer.tells_spf:
            self._spf_told = asked.instance
        return answer

    async def _decision(self, asked: Request, service: Service) -> Decision:
        if self._known is not None and _is_same_mail(asked, self._known[0]):
            return self._known[1]
        decision = await service.envelope(asked)
        self._known = asked, decision
        return decision


def _is_same_mail(one: Request, other: Request) -> bool:
    return one.instance is not None and _what_counts(one) == _what_counts(other)


def _what_counts(asked: Request) -> tuple[str | None, ...]:
    return asked.instance, asked.client_ip, asked.helo, asked.mail_from


def _mail(asked: Request) -> Transaction:
    """The recipient stays out: what is known of an envelope is the same for each of them."""
    return Transaction(b"", Session(asked.client_ip, asked.helo, asked.protocol), Envelope(asked.mail_from))


def _log_line(asked: Request, answer: Answer) -> str:
    """One answer on one line; whatever the client said stays within its quotes."""
    why = "; ".join(reason.code for reason in answer.reasons)
    said = f"state={asked.state!r} client={asked.client_ip} from={asked.mail_from!r} rcpt={asked.rcpt!r}"
    return f"policy {said} action={answer.action.partition(' ')[0]} why={why!r}"
