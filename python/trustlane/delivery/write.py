"""A decision becomes edits, the same for every edge."""

from collections.abc import Iterable, Sequence

from trustlane._core import write_results
from trustlane.delivery.edits import Edit, InsertField
from trustlane.delivery.forged import forged
from trustlane.delivery.trust_lane import NAME, trust_lane_value
from trustlane.identities import Finding
from trustlane.lanes import Decision

ResultParts = tuple[str, str, str, Sequence[tuple[str, str]]]
"""Method, result, reason (empty for none), properties: one result of RFC 8601 §2.2, as the core takes it."""


def edits(decision: Decision, authserv_id: str) -> list[Edit]:
    """What must be changed in the header of this mail.

    Our findings and our lane go above everything (RFC 8601 §4). What a stranger wrote in our name is removed (RFC 8601
    §5), and so is every ``Trust-Lane`` field that came with the mail.

    Args:
        decision: what was chosen.
        authserv_id: our name (RFC 8601 §2.5).
    """
    return [
        InsertField(NAME, trust_lane_value(decision, authserv_id)),
        InsertField("Authentication-Results", _results(decision.findings, authserv_id)),
        *forged(decision.examined.examination, authserv_id),
    ]


def _results(findings: Iterable[Finding], authserv_id: str) -> str:
    return write_results(authserv_id, result_parts(findings)).decode()


def result_parts(findings: Iterable[Finding]) -> list[ResultParts]:
    """Findings as results. A pass needs no reason; everything else tells its own (RFC 8601 §2.2)."""
    return [
        (
            finding.method,
            finding.result,
            "" if finding.result == "pass" else finding.text,
            [*finding.properties.items()],
        )
        for finding in findings
    ]
