"""Ledger: what identities did before.

Observations go in, history comes out. It counts and remembers; what the counts mean is judged in
:mod:`trustlane.assessment`. It knows nothing of DNS, of lanes, or of how mail arrives.
"""

from trustlane.ledger.history import History, Override, Subject
from trustlane.ledger.observation import Kind, Observation
from trustlane.ledger.port import AsyncLedger, Ledger

__all__ = ["AsyncLedger", "History", "Kind", "Ledger", "Observation", "Override", "Subject"]
