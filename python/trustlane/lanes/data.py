"""A decision as plain data, for JSON: what ``trustlane check --json`` prints."""

from dataclasses import asdict
from typing import Any

from trustlane.assessment import Assessment, Opinion, Standing
from trustlane.identities import Finding, Identity
from trustlane.lanes.decision import Decision
from trustlane.ledger import Subject
from trustlane.reasons import Reason


def as_data(decision: Decision) -> dict[str, Any]:
    """The decision in types that JSON knows. Keys stay as they are; new ones may come."""
    identities = decision.identities
    return {
        "id": decision.id,
        "lane": decision.lane.value,
        "action": decision.action.value,
        "reasons": [_reason(reason) for reason in decision.reasons],
        "findings": [_finding(finding) for finding in decision.findings],
        "reported": [asdict(field) for field in decision.examined.reported],
        "identities": [_identity(identity) for identity in identities.validated],
        "pairs": [{"author_domain": author, "signing_domain": signer} for author, signer in identities.pairs],
        "assessment": {
            "is_trusted": decision.assessment.is_trusted,
            "deciding": _subject(decision.assessment.deciding.subject) if decision.assessment.deciding else None,
            "standings": [_standing(standing, decision.assessment) for standing in decision.assessment.standings],
            "opinions": [_opinion(opinion) for opinion in decision.assessment.opinions],
            "copy_of": decision.assessment.copy_of or None,
            "reasons": [_reason(reason) for reason in decision.assessment.reasons],
        },
    }


def _reason(reason: Reason) -> dict[str, Any]:
    return {"code": reason.code, "text": reason.text, "values": dict(reason.values)}


def _finding(finding: Finding) -> dict[str, Any]:
    return {
        "method": finding.method,
        "result": finding.result,
        "reason": finding.reason,
        "text": finding.text,
        "values": finding.values,
        "properties": finding.properties,
        "facts": finding.facts,
    }


def _identity(identity: Identity) -> dict[str, Any]:
    return {
        "kind": identity.kind,
        "name": identity.name,
        "organizational_domain": identity.organizational_domain,
        "is_aligned": identity.is_aligned,
        "by": identity.by,
        "coverage": identity.coverage,
    }


def _subject(subject: Subject) -> dict[str, str]:
    return {"kind": subject.kind, "name": subject.name}


def _standing(standing: Standing, assessment: Assessment) -> dict[str, Any]:
    return {
        "subject": _subject(standing.subject),
        "level": standing.level.value,
        "rating": standing.rating,
        "confidence": standing.confidence,
        "sample_size": standing.sample_size,
        "lower_bound": standing.lower_bound,
        "upper_bound": standing.upper_bound,
        "long_bound": standing.long_bound,
        "drift": standing.drift,
        "has_turned": standing.has_turned,
        "is_braked": standing.is_braked,
        "is_shared": standing.is_shared,
        "is_renewed": standing.is_renewed,
        "override": standing.override._asdict() if standing.override else None,
        "parts": [_reason(reason) for reason in assessment.parts(standing)],
    }


def _opinion(opinion: Opinion) -> dict[str, Any]:
    return {
        "subject": _subject(opinion.subject),
        "rating": opinion.rating,
        "confidence": opinion.confidence,
        "sample_size": opinion.sample_size,
        "source": opinion.source,
        "reach": opinion.reach.value,
        "expires": opinion.expires,
        "reason": _reason(opinion.reason),
    }
