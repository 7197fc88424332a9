"""Ask and replay: the core says what it needs to know, the resolver answers, until the findings are there."""

from dataclasses import dataclass, field

from trustlane._core import Answer, Examination, Question
from trustlane.authres import AuthenticationResults, reported
from trustlane.dns import AsyncResolver, Resolver
from trustlane.identities.finding import Finding
from trustlane.identities.key_cache import KEYS
from trustlane.identities.limits import ExamineLimits
from trustlane.message import Instant, LineEnds, Session, Transaction


@dataclass(frozen=True, slots=True)
class Examined:
    """What examination brought to light.

    Attributes:
        findings: one for each check and each signature, in the order of the line.
        transcript: each question with its answer, in the order they were learned.
        rounds: how often questions went out; round trips in sequence.
        rejected_at: the octet at which a CR or LF stands alone, where the mail's line ends refuse that.
        reported: what hosts before us found, where the site reads it; told, and never a ground for trust.
        received_spf: values of Received-SPF fields that the mail gets; none unless the site wants them.
        forged_ids: identifiers, beside this host's own, under which this mail may bear no results.
        examination: the core's side of it, which knows where the header's fields lie.
    """

    findings: tuple[Finding, ...]
    transcript: tuple[tuple[Question, Answer], ...]
    rounds: int
    rejected_at: int | None
    reported: tuple[AuthenticationResults, ...]
    received_spf: tuple[str, ...]
    forged_ids: tuple[str, ...]
    examination: Examination = field(repr=False, compare=False)


def examine(mail: Transaction, resolver: Resolver, limits: ExamineLimits, now: Instant) -> Examined:
    """All findings of one mail. Never raises for what is in the mail or what DNS says."""
    return _whole(mail, limits, now).examined(resolver)


async def aexamine(mail: Transaction, resolver: AsyncResolver, limits: ExamineLimits, now: Instant) -> Examined:
    """The same for an event loop."""
    return await _whole(mail, limits, now).aexamined(resolver)


class Examining:
    """One mail whose octets may come in parts, however cut. Memory does not grow with its body."""

    def __init__(
        self,
        session: Session,
        mail_from: str | None,
        line_ends: LineEnds,
        limits: ExamineLimits,
        now: Instant,
        submitter: str | None = None,
    ) -> None:
        self._examination = Examination(
            client_ip=session.client_ip,
            helo=session.helo,
            mail_from=mail_from,
            receiver=limits.receiver,
            now=int(now),
            line_ends=line_ends,
            max_signatures=limits.max_signatures,
            max_rsa_bits=limits.max_rsa_bits,
            trusted_sealers=limits.trusted_sealers,
            atps=limits.atps,
            suffixes=limits.suffixes,
            cache=KEYS,
            submitter=submitter,
            checks=limits.checks.words(),
            batv=limits.checks.batv,
        )
        self._writes_received_spf = limits.received_spf
        self._boundary, self._client_ip = limits.boundary, session.client_ip
        self._told_ahead: set[Question] = set()

    def recipient(self, path: str) -> None:
        """One more forward-path of the envelope; bounces are judged by them."""
        self._examination.recipient(path)

    def feed(self, octets: bytes) -> None:
        """Takes the next octets of the message."""
        self._examination.feed(octets)

    def finish(self) -> None:
        """The message is whole."""
        self._examination.finish()

    @property
    def header(self) -> bytes:
        """The header block, once it is complete, with the empty line that ends it; before that nothing."""
        return self._examination.header

    @property
    def wants_body(self) -> bool:
        """Whether the body, or what is left of it, would tell anything: no signature covers it, else."""
        return self._examination.wants_body

    def ahead(self) -> list[Question]:
        """What will be asked, as far as it is known by now and was not told before.

        A resolver that keeps answers can be asked ahead of time: about the client and the sender at MAIL, about keys
        and policies at the end of the header.
        """
        new = [question for question in self._examination.questions() if question not in self._told_ahead]
        self._told_ahead.update(new)
        return new

    def examined(self, resolver: Resolver) -> Examined:
        """All findings of the finished message."""
        rounds = 0
        while questions := self._examination.questions():
            self._examination.learn(resolver.ask(questions))
            rounds += 1
        return self._examined(rounds)

    async def aexamined(self, resolver: AsyncResolver) -> Examined:
        """The same for an event loop."""
        rounds = 0
        while questions := self._examination.questions():
            self._examination.learn(await resolver.aask(questions))
            rounds += 1
        return self._examined(rounds)

    def _examined(self, rounds: int) -> Examined:
        examination = self._examination
        readable = self._boundary.readable_ids(self._client_ip)
        return Examined(
            findings=tuple(Finding._make(parts) for parts in examination.findings()),
            transcript=tuple(examination.transcript()),
            rounds=rounds,
            rejected_at=examination.rejected_at,
            reported=reported(examination.header, readable) if readable else (),
            received_spf=tuple(examination.received_spf()) if self._writes_received_spf else (),
            forged_ids=self._boundary.forged_ids(self._client_ip),
            examination=examination,
        )


def _whole(mail: Transaction, limits: ExamineLimits, now: Instant) -> Examining:
    envelope = mail.envelope
    examining = Examining(mail.session, envelope.mail_from, mail.line_ends, limits, now, envelope.submitter)
    for path in envelope.rcpt:
        examining.recipient(path)
    examining.feed(mail.message)
    examining.finish()
    return examining
