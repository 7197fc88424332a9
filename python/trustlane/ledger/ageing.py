"""Ageing: which histories are not worth their room. A few are looked at with each write, so that nothing ever stops."""

from trustlane.ledger.history import History
from trustlane.ledger.renewal import LAPSE_SECONDS
from trustlane.ledger.signatures import KEPT_SECONDS as SIGNATURE_SECONDS
from trustlane.ledger.weights import left

LOOKED_AT_ONCE = 20
"""Histories looked at with one write. A write adds a few at most, so that each comes up again within days."""

FAINT_SECONDS = 30 * 86_400.0
FAINT_EVIDENCE = 0.1
"""A name silent for a month, of which less than this is left, says nothing: most are seen once and never again."""


def is_stale(history: History, now: float) -> bool:
    """Whether it can be forgotten. What an operator set stays until that ends."""
    if now < history.set_until:
        return False
    idle = now - history.last_seen
    if idle <= SIGNATURE_SECONDS:
        return False
    if history.subject.kind == "signature":
        return True
    if history.subject.kind == "correspondent":
        return idle > 2 * LAPSE_SECONDS
    if idle > LAPSE_SECONDS:
        return True
    faint = (history.good + history.bad) * left(max(now - history.as_of, 0.0))
    return idle > FAINT_SECONDS and faint < FAINT_EVIDENCE and not history.is_trusted
