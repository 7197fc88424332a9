"""Ask and replay: the core says what it needs to know, the resolver answers, until the findings are there."""

from dataclasses import dataclass, field

from trustlane._core import Answer, Examination, Question
from trustlane.dns import AsyncResolver, Resolver
from trustlane.identities.finding import Finding
from trustlane.message import Instant, Transaction


@dataclass(frozen=True, slots=True)
class Examined:
    """What examination brought to light.

    Attributes:
        findings: one for each check and each signature, in the order of the line.
        transcript: each question with its answer, in the order they were learned.
        rounds: how often questions went out; round trips in sequence.
        examination: the core's side of it, which knows where the header's fields lie.
    """

    findings: tuple[Finding, ...]
    transcript: tuple[tuple[Question, Answer], ...]
    rounds: int
    examination: Examination = field(repr=False, compare=False)


def examine(mail: Transaction, resolver: Resolver, now: Instant) -> Examined:
    """All findings of one mail. Never raises for what is in the mail or what DNS says."""
    examination = _begin(mail, now)
    rounds = 0
    while questions := examination.questions():
        examination.learn(resolver.ask(questions))
        rounds += 1
    return _examined(examination, rounds)


async def aexamine(mail: Transaction, resolver: AsyncResolver, now: Instant) -> Examined:
    """The same for an event loop."""
    examination = _begin(mail, now)
    rounds = 0
    while questions := examination.questions():
        examination.learn(await resolver.aask(questions))
        rounds += 1
    return _examined(examination, rounds)


def _begin(mail: Transaction, now: Instant) -> Examination:
    examination = Examination(
        client_ip=mail.session.client_ip, helo=mail.session.helo, mail_from=mail.envelope.mail_from, now=int(now)
    )
    examination.feed(mail.message)
    examination.finish()
    return examination


def _examined(examination: Examination, rounds: int) -> Examined:
    findings = tuple(Finding(*parts) for parts in examination.findings())
    return Examined(findings, tuple(examination.transcript()), rounds, examination)
