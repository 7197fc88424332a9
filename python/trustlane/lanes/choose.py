"""The handling filter: an assessment and local policy become a lane and an action (RFC 5863 §2.5)."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from trustlane.assessment import SPEAKS_FOR_THE_AUTHOR, Assessment, Level
from trustlane.identities import Finding
from trustlane.lanes.decision import Action, Lane
from trustlane.lanes.policy import Mode, Policy
from trustlane.lanes.reasons import LANES
from trustlane.ledger import Subject
from trustlane.reasons import Reason


class Memory(StrEnum):
    """Whether the ledger told of the past."""

    READ = "read"
    UNAVAILABLE = "unavailable"


@dataclass(frozen=True, slots=True)
class Choice:
    """Lane and action with their reasons, before they become a decision."""

    lane: Lane
    action: Action
    reasons: tuple[Reason, ...]


def choose_lane(
    findings: Sequence[Finding],
    assessment: Assessment,
    memory: Memory,
    policy: Policy,
    rejected_at: int | None = None,
) -> Choice:
    """Chooses for one mail. Doubt takes the open lane; nothing but earned trust takes the trusted one.

    Args:
        findings: of all checks.
        assessment: of all subjects.
        memory: whether the assessment rests on the ledger.
        policy: what this site wants.
        rejected_at: the octet for which the mail's line ends are refused, if they are.
    """
    lane = Lane.TRUSTED if assessment.is_trusted and rejected_at is None else Lane.OPEN
    action, because = _wish(findings, assessment) if rejected_at is None else _refusal(rejected_at)
    reasons = (*_why_lane(findings, assessment, memory), *because)
    if action is Action.DELIVER or policy.mode is Mode.ENFORCE:
        return Choice(lane, action, reasons)
    not_done = LANES.reason("mode", mode=policy.mode.value, action=action.value)
    return Choice(lane, Action.DELIVER, (*reasons, not_done))


def _why_lane(findings: Sequence[Finding], assessment: Assessment, memory: Memory) -> Iterator[Reason]:
    if memory is Memory.UNAVAILABLE:
        yield LANES.reason("ledger-unavailable")
    yield from assessment.reasons
    uncertain = sorted({finding.method for finding in findings if finding.result == "temperror"})
    if uncertain and not assessment.is_trusted:
        yield LANES.reason("cannot-tell", methods=", ".join(uncertain))


def _refusal(at: int) -> tuple[Action, tuple[Reason, ...]]:
    """What two readers may cut into lines differently is nobody's to vouch for (RFC 5321 §2.3.8)."""
    return Action.REJECT, (LANES.reason("bare-line-end", at=at),)


def _wish(findings: Sequence[Finding], assessment: Assessment) -> tuple[Action, tuple[Reason, ...]]:
    """What enforcing would do, and why."""
    deciding = assessment.deciding
    if deciding and deciding.level is Level.BAD:
        return _against(deciding.subject)
    failed = _strictest_failure(findings)
    if failed is None:
        return Action.DELIVER, ()
    fails = LANES.reason("dmarc-fails", domain=failed.facts["author_domain"], policy=failed.facts["policy"])
    if speaks_for := assessment.speaks_for:
        return Action.DELIVER, (fails, LANES.reason("dmarc-waived", subject=_words(speaks_for)))
    # p=reject alone is never a ground for rejecting; it is treated as quarantine (RFC 9989 §5.4, §7.4).
    held = (LANES.reason("dmarc-held"),) if failed.facts["policy"] == "reject" else ()
    return Action.QUARANTINE, (fails, *held)


def _against(bad: Subject) -> tuple[Action, tuple[Reason, ...]]:
    """Mail of a bad author is refused. A bad signer or sender may have other customers, so its mail is only held."""
    if bad.kind in SPEAKS_FOR_THE_AUTHOR:
        return Action.REJECT, (LANES.reason("bad-author", subject=_words(bad)),)
    return Action.QUARANTINE, (LANES.reason("bad-carrier", subject=_words(bad)),)


def _strictest_failure(findings: Sequence[Finding]) -> Finding | None:
    """The failed check whose owner asks for most; a domain that asks for nothing does not count (RFC 9989 §5.4)."""
    for policy in ("reject", "quarantine"):
        for finding in findings:
            if (finding.method, finding.result, finding.facts.get("policy")) == ("dmarc", "fail", policy):
                return finding
    return None


def _words(subject: Subject) -> str:
    return f"{subject.kind} {subject.name}"
