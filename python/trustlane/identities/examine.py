"""Ask and replay: the core says what it needs to know, the resolver answers, until the findings are there."""

from dataclasses import dataclass, field

from trustlane._core import Answer, Examination, Question
from trustlane.dns import AsyncResolver, Resolver
from trustlane.identities.finding import Finding
from trustlane.identities.key_cache import KEYS
from trustlane.identities.limits import ExamineLimits
from trustlane.message import Instant, Transaction


@dataclass(frozen=True, slots=True)
class Examined:
    """What examination brought to light.

    Attributes:
        findings: one for each check and each signature, in the order of the line.
        transcript: each question with its answer, in the order they were learned.
        rounds: how often questions went out; round trips in sequence.
        rejected_at: the octet at which a CR or LF stands alone, where the mail's line ends refuse that.
        examination: the core's side of it, which knows where the header's fields lie.
    """

    findings: tuple[Finding, ...]
    transcript: tuple[tuple[Question, Answer], ...]
    rounds: int
    rejected_at: int | None
    examination: Examination = field(repr=False, compare=False)


def examine(mail: Transaction, resolver: Resolver, limits: ExamineLimits, now: Instant) -> Examined:
    """All findings of one mail. Never raises for what is in the mail or what DNS says."""
    examination = _begin(mail, limits, now)
    rounds = 0
    while questions := examination.questions():
        examination.learn(resolver.ask(questions))
        rounds += 1
    return _examined(examination, rounds)


async def aexamine(mail: Transaction, resolver: AsyncResolver, limits: ExamineLimits, now: Instant) -> Examined:
    """The same for an event loop."""
    examination = _begin(mail, limits, now)
    rounds = 0
    while questions := examination.questions():
        examination.learn(await resolver.aask(questions))
        rounds += 1
    return _examined(examination, rounds)


def _begin(mail: Transaction, limits: ExamineLimits, now: Instant) -> Examination:
    examination = Examination(
        client_ip=mail.session.client_ip,
        helo=mail.session.helo,
        mail_from=mail.envelope.mail_from,
        now=int(now),
        line_ends=mail.line_ends,
        max_signatures=limits.max_signatures,
        max_rsa_bits=limits.max_rsa_bits,
        cache=KEYS,
    )
    examination.feed(mail.message)
    examination.finish()
    return examination


def _examined(examination: Examination, rounds: int) -> Examined:
    findings = tuple(Finding(*parts) for parts in examination.findings())
    return Examined(findings, tuple(examination.transcript()), rounds, examination.rejected_at, examination)
