"""Silence: a mail about which nobody said anything for 72 hours was taken. Settled with later writes; no timers."""

from trustlane.ledger.evidence import SILENCE_SECONDS
from trustlane.ledger.observation import Kind, Observation
from trustlane.ledger.port import Remembered

SETTLED_AT_ONCE = 16
"""Mails settled with one write. One write adds one mail, so that what waited while nobody wrote is caught up soon."""

SETTLING = frozenset({Kind.COMPLAINT, Kind.TRAP, Kind.JUNK, Kind.NOT_JUNK, Kind.ANSWERED})
"""What breaks the silence. A clean audit does not: its reader may still speak."""


def settled(decision: Remembered) -> Observation | None:
    """What its silence says: nothing for mail that nobody saw, and for one copy too many. Retries are one mail."""
    if decision.action != "deliver" or decision.copy_of:
        return None
    about = f"message {decision.message}" if decision.message else decision.id
    return Observation(Kind.SILENCE, decision.time + SILENCE_SECONDS, decision.subjects, about)
