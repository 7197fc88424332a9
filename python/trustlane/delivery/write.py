"""A decision becomes edits, the same for every edge."""

from collections.abc import Iterable

from trustlane.authres import AuthenticationResults, Property, Result, is_registered, write
from trustlane.delivery.edits import Edit, InsertField
from trustlane.delivery.forged import forged
from trustlane.delivery.trust_lane import NAME, trust_lane_value
from trustlane.identities import Finding
from trustlane.lanes import Decision


def edits(decision: Decision, authserv_id: str) -> list[Edit]:
    """What must be changed in the header of this mail.

    Our findings and our lane go above everything (RFC 8601 §4, RFC 7208 §9.1). What a stranger wrote in our name, or in
    that of a host whose word we take, is removed (RFC 8601 §5), and so is every ``Trust-Lane`` field that came with the
    mail.

    Args:
        decision: what was chosen.
        authserv_id: our name (RFC 8601 §2.5).
    """
    return [
        InsertField(NAME, trust_lane_value(decision, authserv_id)),
        InsertField("Authentication-Results", write(results(decision.findings, authserv_id))),
        *(InsertField("Received-SPF", value) for value in decision.examined.received_spf),
        *forged(decision.examined.examination, authserv_id, decision.examined.forged_ids),
    ]


def results(findings: Iterable[Finding], authserv_id: str) -> AuthenticationResults:
    """What may be told of these findings. A pass needs no reason; everything else tells its own.

    Methods that are not registered stay out: a reader may take them for anything (RFC 8601 §2.7.6).
    """
    told = [_result(finding) for finding in findings if is_registered(finding.method)]
    return AuthenticationResults(authserv_id, tuple(told))


def _result(finding: Finding) -> Result:
    named = ((name.partition("."), value) for name, value in finding.properties.items())
    properties = tuple(Property(ptype, name, value) for (ptype, _, name), value in named)
    return Result(finding.method, finding.result, None if finding.result == "pass" else finding.text, properties)
