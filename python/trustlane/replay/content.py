"""What the recorded content filter's points mean: in the open lane it acts, in an audit it only tells."""

from dataclasses import dataclass

from trustlane.ledger import Kind


@dataclass(frozen=True, slots=True)
class ContentFilter:
    """Where points become a verdict.

    Attributes:
        junk_at: points from which mail is junk; rspamd adds its header at 6, and SpamAssassin at 5.
        clean_below: points below which mail is clean; rspamd begins to doubt at 4. In between there is no verdict.
    """

    junk_at: float = 6.0
    clean_below: float = 4.0

    def verdict(self, score: float | None) -> Kind | None:
        """``JUNK``, ``CLEAN``, or ``None`` where the filter cannot tell or did not look."""
        if score is None or self.clean_below <= score < self.junk_at:
            return None
        return Kind.JUNK if score >= self.junk_at else Kind.CLEAN
