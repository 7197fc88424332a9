"""The line: message -> identities -> assessment -> lanes -> delivery.

The only module that waits between its steps. What it gives is a Decision; :mod:`trustlane.delivery` turns that into
edits. Every edge calls :func:`carry` or :func:`acarry`; both are the same four steps.
"""

import asyncio
import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from hashlib import blake2b

from trustlane._core import Question
from trustlane.assessment import Context, Opinion, agather, assess, gather, sight, subjects_needed
from trustlane.dns import AsyncResolver, Resolver
from trustlane.dns.port import Answers
from trustlane.errors import LedgerError
from trustlane.identities import Examined, Identities, aexamine, examine, identify
from trustlane.lanes import Decision, Memory, Policy, choose_lane
from trustlane.ledger import AsyncLedger, History, Ledger, Subject
from trustlane.ledger.observation import Sighting
from trustlane.message import Instant, Transaction

log = logging.getLogger(__name__)

Histories = Mapping[Subject, History]

NO_ANSWERS: Answers = {}


async def acarry(
    mail: Transaction, *, resolver: AsyncResolver, ledger: AsyncLedger, policy: Policy, now: Instant
) -> Decision:
    """Carries one mail down the line, and tells the ledger.

    Args:
        mail: what came, and how.
        resolver: answers for DNS, within its own deadline.
        ledger: what was before. While it cannot be read, mail takes the open lane.
        policy: what this site wants.
        now: Unix seconds at the time of receipt.
    """
    examined, answers = await _aexamined(mail, resolver, policy, now)
    return await aconclude(mail, examined, resolver=resolver, ledger=ledger, policy=policy, now=now, answers=answers)


async def aconsider(
    mail: Transaction, *, resolver: AsyncResolver, ledger: AsyncLedger, policy: Policy, now: Instant
) -> Decision:
    """What would be decided, leaving no trace: :func:`consider` for an event loop."""
    examined, answers = await _aexamined(mail, resolver, policy, now)
    return (await _adecided(mail, examined, answers, resolver, ledger, policy, now))[0]


async def aconclude(
    mail: Transaction,
    examined: Examined,
    *,
    resolver: AsyncResolver,
    ledger: AsyncLedger,
    policy: Policy,
    now: Instant,
    answers: Answers = NO_ANSWERS,
) -> Decision:
    """The rest of the line for a mail that was examined while its octets came; ``mail`` needs its header alone.

    Args:
        answers: to what assessors asked ahead, if they were asked (:meth:`Assessors.ahead`).
    """
    decision, memory = await _adecided(mail, examined, answers, resolver, ledger, policy, now)
    if memory is Memory.UNAVAILABLE:
        return decision
    try:
        await ledger.awrite(decision.observations(now), decision.kept(now))
    except LedgerError as error:
        log.error("ledger cannot be written: %s", error)
    return decision


async def _aexamined(
    mail: Transaction, resolver: AsyncResolver, policy: Policy, now: Instant
) -> tuple[Examined, Answers]:
    ahead = policy.assessors.ahead(mail.session, now)
    return await asyncio.gather(aexamine(mail, resolver, policy.limits, now), _answered(resolver, ahead))


async def _adecided(
    mail: Transaction,
    examined: Examined,
    answers: Answers,
    resolver: AsyncResolver,
    ledger: AsyncLedger,
    policy: Policy,
    now: Instant,
) -> tuple[Decision, Memory]:
    """The decision, before anybody is told; and whether the ledger told of the past."""
    found = found_out(mail, examined, answers)
    try:
        histories = await ledger.aread(found.subjects_needed(policy))
    except LedgerError as error:
        log.error("ledger cannot be read: %s", error)
        return decide(mail, found, None, (), policy, now), Memory.UNAVAILABLE
    opinions: Sequence[Opinion] = ()
    if policy.assessors.all:
        context = replace(found.context, histories=histories)
        opinions = await agather(policy.assessors, found.identities, context, resolver, now)
    return decide(mail, found, histories, opinions, policy, now), Memory.READ


def carry(mail: Transaction, *, resolver: Resolver, ledger: Ledger, policy: Policy, now: Instant) -> Decision:
    """The same without an event loop."""
    decision = consider(mail, resolver=resolver, ledger=ledger, policy=policy, now=now)
    try:
        ledger.write(decision.observations(now), decision.kept(now))
    except LedgerError as error:
        log.error("ledger cannot be written: %s", error)
    return decision


def consider(mail: Transaction, *, resolver: Resolver, ledger: Ledger, policy: Policy, now: Instant) -> Decision:
    """What would be decided, leaving no trace: for people who look at a mail again."""
    found = found_out(mail, examine(mail, resolver, policy.limits, now))
    try:
        histories = ledger.read(found.subjects_needed(policy))
    except LedgerError as error:
        log.error("ledger cannot be read: %s", error)
        return decide(mail, found, None, (), policy, now)
    opinions: Sequence[Opinion] = ()
    if policy.assessors.all:
        context = replace(found.context, histories=histories)
        opinions = gather(policy.assessors, found.identities, context, resolver, now)
    return decide(mail, found, histories, opinions, policy, now)


@dataclass(frozen=True, slots=True)
class Found:
    """What examination found out of one mail, ready to be assessed."""

    examined: Examined
    identities: Identities
    sighting: Sighting
    context: Context

    def subjects_needed(self, policy: Policy) -> list[Subject]:
        """Whose histories are read, in one round trip."""
        others = policy.assessors.subjects(self.identities, self.context)
        return [*subjects_needed(self.identities.subjects, self.sighting), *others]


def found_out(mail: Transaction, examined: Examined, answers: Answers = NO_ANSWERS) -> Found:
    """Who answers for a mail, and what is seen of it."""
    identities = identify(examined.findings, mail.session)
    context = Context(
        session=mail.session,
        envelope=mail.envelope,
        findings=examined.findings,
        vouched=examined.examination.vbr_info,
        answers=answers,
    )
    return Found(examined, identities, sight(mail, examined), context)


def decide(
    mail: Transaction,
    found: Found,
    histories: Histories | None,
    opinions: Sequence[Opinion],
    policy: Policy,
    now: Instant,
) -> Decision:
    """The steps that need nobody's answer any more. ``None`` for histories means the ledger could not be read."""
    examined, identities = found.examined, found.identities
    assessment = assess(identities.subjects, histories or {}, now, policy.thresholds, found.sighting, opinions)
    memory = Memory.UNAVAILABLE if histories is None else Memory.READ
    choice = choose_lane(examined.findings, assessment, memory, policy, examined.rejected_at)
    decision_id = _decision_id(mail, examined, now)
    return Decision(
        id=decision_id,
        signed_id=policy.keys.signed(decision_id),
        lane=choice.lane,
        action=choice.action,
        reasons=choice.reasons,
        identities=identities,
        assessment=assessment,
        examined=examined,
        message_id=_message_id(mail, examined),
    )


async def _answered(resolver: AsyncResolver, questions: Sequence[Question]) -> Answers:
    return await resolver.aask(questions) if questions else NO_ANSWERS


def _decision_id(mail: Transaction, examined: Examined, now: Instant) -> str:
    """Names the decision; a replay gives the same one."""
    digest = blake2b(digest_size=12)
    header = mail.message[: examined.examination.header_octets]
    for part in (repr((now, mail.session, mail.envelope)).encode(), header):
        digest.update(len(part).to_bytes(8, "big") + part)
    return digest.hexdigest()


def _message_id(mail: Transaction, examined: Examined) -> str:
    """The first Message-ID; one longer than a line can be names nothing (RFC 5322 §2.1.1)."""
    for name, start, end in examined.examination.field_spans:
        if name.lower() == b"message-id" and end - start <= MOST_MESSAGE_ID_OCTETS:
            return mail.message[start:end].partition(b":")[2].strip().decode("latin-1")
    return ""


MOST_MESSAGE_ID_OCTETS = 998
