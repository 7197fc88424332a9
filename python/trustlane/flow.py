"""The line: message -> identities -> assessment -> lanes -> delivery.

The only module that waits between its steps. What it gives is a Decision; :mod:`trustlane.delivery` turns that into
edits. Every edge calls :func:`carry` or :func:`acarry`; both are the same four steps.
"""

import logging
from collections.abc import Mapping
from hashlib import blake2b

from trustlane.assessment import assess, subjects_needed
from trustlane.dns import AsyncResolver, Resolver
from trustlane.errors import LedgerError
from trustlane.identities import Examined, Identities, aexamine, examine, identify
from trustlane.lanes import Decision, Memory, Policy, choose_lane
from trustlane.ledger import AsyncLedger, History, Ledger, Subject
from trustlane.message import Instant, Transaction

log = logging.getLogger(__name__)

Histories = Mapping[Subject, History]


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
    examined = await aexamine(mail, resolver, policy.limits, now)
    return await aconclude(mail, examined, ledger=ledger, policy=policy, now=now)


async def aconclude(
    mail: Transaction, examined: Examined, *, ledger: AsyncLedger, policy: Policy, now: Instant
) -> Decision:
    """The rest of the line for a mail that was examined while its octets came; ``mail`` needs its header alone."""
    identities = identify(examined.findings, mail.session)
    try:
        histories = await ledger.aread(subjects_needed(identities.subjects))
    except LedgerError as error:
        log.error("ledger cannot be read: %s", error)
        return decide(mail, examined, identities, None, policy, now)
    decision = decide(mail, examined, identities, histories, policy, now)
    try:
        await ledger.awrite(decision.observations(now), [decision.remembered(now)])
    except LedgerError as error:
        log.error("ledger cannot be written: %s", error)
    return decision


def carry(mail: Transaction, *, resolver: Resolver, ledger: Ledger, policy: Policy, now: Instant) -> Decision:
    """The same without an event loop."""
    decision = consider(mail, resolver=resolver, ledger=ledger, policy=policy, now=now)
    try:
        ledger.write(decision.observations(now), [decision.remembered(now)])
    except LedgerError as error:
        log.error("ledger cannot be written: %s", error)
    return decision


def consider(mail: Transaction, *, resolver: Resolver, ledger: Ledger, policy: Policy, now: Instant) -> Decision:
    """What would be decided, leaving no trace: for people who look at a mail again."""
    examined = examine(mail, resolver, policy.limits, now)
    identities = identify(examined.findings, mail.session)
    try:
        histories = ledger.read(subjects_needed(identities.subjects))
    except LedgerError as error:
        log.error("ledger cannot be read: %s", error)
        return decide(mail, examined, identities, None, policy, now)
    return decide(mail, examined, identities, histories, policy, now)


def decide(
    mail: Transaction,
    examined: Examined,
    identities: Identities,
    histories: Histories | None,
    policy: Policy,
    now: Instant,
) -> Decision:
    """The steps that need nobody's answer any more. ``None`` for histories means the ledger could not be read."""
    assessment = assess(identities.subjects, histories or {}, now, policy.thresholds)
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
    )


def _decision_id(mail: Transaction, examined: Examined, now: Instant) -> str:
    """Names the decision; a replay gives the same one."""
    digest = blake2b(digest_size=12)
    header = mail.message[: examined.examination.header_octets]
    for part in (repr((now, mail.session, mail.envelope)).encode(), header):
        digest.update(len(part).to_bytes(8, "big") + part)
    return digest.hexdigest()
