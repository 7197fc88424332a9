"""Audits: a share of trusted mail is looked at by the content filter, without changing its delivery.

Mail that skips the filter gives no label, and a lane without labels would trust for ever. The newly trusted are looked
at always, those with the most evidence there can be seldom; and whoever bad news came of, always until it has calmed
down.
"""

from hashlib import blake2b

from trustlane.assessment import SPEAKS_FOR_THE_AUTHOR, Assessment, Standing
from trustlane.ledger.weights import EVIDENCE_CAP

LEAST_AUDITED = 0.02
"""The share that is looked at of the mail of those with the most evidence."""

ALWAYS_AUDITED_BELOW = 98.0
"""Evidence at which trust is first gained (98 clean observations claim 3 %): until then everything is looked at."""

SUSPECT_AT = 2.0
"""The drift from which everything is looked at: one report of somebody who is known leads to it, one of a newcomer does
not. A sender that has turned is found out three bad mails later, whatever share was looked at before."""


def audited_share(assessment: Assessment) -> float:
    """The share of such mail that is audited: of trusted mail alone, falling with the evidence of who is trusted."""
    if not assessment.is_trusted:
        return 0.0
    authors = [it for it in assessment.standings if it.subject.kind in SPEAKS_FOR_THE_AUTHOR]
    if any(it.drift >= SUSPECT_AT for it in authors):
        return 1.0
    trusted = next((it for it in authors if it.subject == assessment.speaks_for), None)
    return _share(trusted) if trusted else 1.0


def is_audited(decision_id: str, assessment: Assessment) -> bool:
    """Whether this mail is one of the share; for one id it is always the same."""
    share = audited_share(assessment)
    if share in (0.0, 1.0):
        return share == 1.0
    drawn = int.from_bytes(blake2b(decision_id.encode("utf-8", "surrogatepass"), digest_size=4).digest(), "big")
    return drawn < share * 2**32


def _share(trusted: Standing) -> float:
    beyond = (trusted.sample_size - ALWAYS_AUDITED_BELOW) / (EVIDENCE_CAP - ALWAYS_AUDITED_BELOW)
    return min(1.0, max(LEAST_AUDITED, 1.0 - beyond))
