"""A decision becomes edits, the same for every edge."""

from collections.abc import Iterable, Iterator

from trustlane.assessment import Opinion
from trustlane.assessment.vouching import VbrResult
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
        InsertField("Authentication-Results", write(_told(decision, authserv_id))),
        *(InsertField("Received-SPF", value) for value in decision.examined.received_spf),
        *forged(decision.examined.examination, authserv_id, decision.examined.forged_ids),
    ]


def results(findings: Iterable[Finding], authserv_id: str) -> AuthenticationResults:
    """What may be told of these findings. A pass needs no reason; everything else tells its own.

    Methods that are not registered stay out: a reader may take them for anything (RFC 8601 §2.7.6).
    """
    told = [_result(finding) for finding in findings if is_registered(finding.method)]
    return AuthenticationResults(authserv_id, tuple(told))


def _told(decision: Decision, authserv_id: str) -> AuthenticationResults:
    found = results(decision.findings, authserv_id)
    return AuthenticationResults(found.authserv_id, (*found.results, *_vouched(decision.assessment.opinions)))


def _vouched(opinions: Iterable[Opinion]) -> Iterator[Result]:
    """What vouchers said, with the domain and who vouches (RFC 6212 §3, §4)."""
    for opinion in opinions:
        if opinion.reason.code not in VBR_RESULTS:
            continue
        result, values = VBR_RESULTS[opinion.reason.code], opinion.reason.values
        properties = (Property("header", "md", values["domain"]), Property("header", "mv", values["voucher"]))
        yield Result("vbr", result, None if result == VbrResult.PASS else opinion.reason.text, properties)


VBR_RESULTS = {"opinion.vouched": VbrResult.PASS.value, "opinion.not-vouched": VbrResult.FAIL.value}


def _result(finding: Finding) -> Result:
    named = ((name.partition("."), value) for name, value in finding.properties.items())
    properties = tuple(Property(ptype, name, value) for (ptype, _, name), value in named)
    return Result(finding.method, finding.result, None if finding.result == "pass" else finding.text, properties)
