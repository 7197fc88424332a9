"""The handling filter: an assessment and local policy become a lane and an action (RFC 5863 §2.5)."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from trustlane.assessment import Assessment
from trustlane.identities import Finding
from trustlane.lanes.decision import Action, Lane
from trustlane.lanes.policy import Mode, Policy
from trustlane.lanes.reasons import LANES
from trustlane.reasons import Reason


@dataclass(frozen=True, slots=True)
class Choice:
    """Lane and action with their reasons, before they become a decision."""

    lane: Lane
    action: Action
    reasons: tuple[Reason, ...]


def choose_lane(findings: Sequence[Finding], assessment: Assessment, policy: Policy) -> Choice:
    """Chooses for one mail. Doubt takes the open lane; nothing but earned trust takes the trusted one."""
    lane = Lane.TRUSTED if assessment.is_trusted else Lane.OPEN
    wish = _wish(findings, assessment)
    reasons = (*_why_lane(findings, assessment), *wish.reasons)
    if wish.action is Action.DELIVER or policy.mode is Mode.ENFORCE:
        return Choice(lane, wish.action, reasons)
    held_back = LANES.reason("mode", mode=policy.mode.value, action=wish.action.value)
    return Choice(lane, Action.DELIVER, (*reasons, held_back))


@dataclass(frozen=True, slots=True)
class _Wish:
    action: Action
    reasons: tuple[Reason, ...] = ()


def _wish(findings: Sequence[Finding], assessment: Assessment) -> _Wish:
    """What enforcing would do."""
    failed = [finding for finding in findings if finding.method == "dmarc" and finding.result == "fail"]
    asked = {finding.facts["policy"]: finding.facts["author_domain"] for finding in failed}
    bad = assessment.bad
    if bad:
        return _Wish(Action.REJECT, (LANES.reason("refused-by-standing", subject=_words(bad.subject)),))
    policy = next((policy for policy in ("reject", "quarantine") if policy in asked), None)
    if policy is None:
        return _Wish(Action.DELIVER)
    fails = LANES.reason("dmarc-fails", domain=asked[policy], policy=policy)
    if assessment.is_trusted and assessment.deciding:
        waived = LANES.reason("dmarc-waived", subject=_words(assessment.deciding.subject))
        return _Wish(Action.DELIVER, (fails, waived))
    # p=reject alone is never a ground for rejecting (RFC 9989 §5.4, §7.4): it is treated as quarantine.
    held = (LANES.reason("dmarc-held"),) if policy == "reject" else ()
    return _Wish(Action.QUARANTINE, (fails, *held))


def _why_lane(findings: Sequence[Finding], assessment: Assessment) -> Iterator[Reason]:
    yield from assessment.reasons
    if assessment.is_trusted:
        return
    uncertain = sorted({finding.method for finding in findings if finding.result == "temperror"})
    if uncertain:
        yield LANES.reason("cannot-tell", methods=", ".join(uncertain))
