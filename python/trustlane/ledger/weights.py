"""What one observation weighs. The same numbers for every store."""

from collections.abc import Mapping

from trustlane.ledger.observation import Kind

GOOD: Mapping[Kind, float] = {Kind.CLEAN: 0.5, Kind.SILENCE: 0.25, Kind.NOT_JUNK: 1.0, Kind.ANSWERED: 2.0}
"""Weight in favour. Chosen so that the mean of a mass mailer's traffic earns trust with 0.1 % complaints, and does not
with 0.3 %, the ceiling that large receivers publish."""

BAD: Mapping[Kind, float] = {Kind.COMPLAINT: 2.5, Kind.TRAP: 10.0, Kind.JUNK: 1.0}
"""Weight against."""

HALF_LIFE_SECONDS = 30 * 86_400.0
"""After this time an observation counts half, good or bad alike."""

EVIDENCE_CAP = 300.0
"""Most evidence kept, good and bad together, so that a long good past cannot buy impunity. 299 clean observations are
what it takes to claim a rate of 1 % with 95 % certainty; more would only slow down the loss of trust."""


def left(seconds: float) -> float:
    """What decay leaves of one observation after this time."""
    return float(2.0 ** (-seconds / HALF_LIFE_SECONDS))
