"""Audits: a share of trusted mail is looked at by the content filter, without changing its delivery.

Mail that skips the filter gives no label, and a lane without labels would trust for ever. The newly trusted are looked
at always, those with the most evidence there can be seldom.
"""

from hashlib import blake2b

from trustlane.assessment import Standing
from trustlane.ledger.weights import EVIDENCE_CAP

LEAST_AUDITED = 0.02
"""The share that is looked at of the mail of those with the most evidence."""

ALWAYS_AUDITED_BELOW = 98.0
"""Evidence at which trust is first gained (98 clean observations claim 3 %): until then everything is looked at."""


def audited_share(standing: Standing) -> float:
    """The share of a trusted identity's mail that is audited, falling with its evidence."""
    beyond = (standing.sample_size - ALWAYS_AUDITED_BELOW) / (EVIDENCE_CAP - ALWAYS_AUDITED_BELOW)
    return min(1.0, max(LEAST_AUDITED, 1.0 - beyond))


def is_audited(decision_id: str, standing: Standing) -> bool:
    """Whether this mail is one of the share; for one id it is always the same."""
    drawn = int.from_bytes(blake2b(decision_id.encode("utf-8", "surrogatepass"), digest_size=4).digest(), "big")
    return drawn < audited_share(standing) * 2**32
