"""Opinion: what one assessor says of one identity (RFC 7071 §3.1)."""

from dataclasses import dataclass
from enum import StrEnum

from trustlane.ledger import Subject
from trustlane.reasons import Reason


class Reach(StrEnum):
    """How far an opinion counts."""

    OWN = "own"
    """This site's own knowledge or word: it may open the trusted lane alone."""
    OUTSIDE = "outside"
    """Somebody else's: two that are independent are needed."""
    TRUSTED_OUTSIDE = "trusted-outside"
    """Somebody else's, to whom the operator gave the right to open the trusted lane alone."""


@dataclass(frozen=True, slots=True)
class Opinion:
    """One opinion.

    Attributes:
        subject: whom it is about.
        rating: expected share of wanted mail, 0 to 1.
        confidence: how sure the source is, 0 to 1.
        sample_size: observations behind it; 0 where the source does not tell.
        source: who says so, as ``vouching vouch.example``. Two opinions of one source are one.
        reach: how far it counts.
        reason: why.
        expires: Unix seconds after which it is worth nothing; ``None`` where it holds for this mail alone.
    """

    subject: Subject
    rating: float
    confidence: float
    sample_size: float
    source: str
    reach: Reach
    reason: Reason
    expires: float | None = None

    @property
    def is_good(self) -> bool:
        return self.rating >= GOOD_RATING and self.confidence >= LEAST_CONFIDENCE

    @property
    def is_bad(self) -> bool:
        return self.rating <= BAD_RATING and self.confidence >= LEAST_CONFIDENCE


GOOD_RATING = 0.9
"""An outside word is good from here on. It never counts as evidence: only what happened here does."""

BAD_RATING = 0.3
"""And bad up to here."""

LEAST_CONFIDENCE = 0.5
"""Who is less sure says nothing."""
