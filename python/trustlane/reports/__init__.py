"""Reports: the way back. What people and systems say of a mail becomes observations in the ledger.

    report -> observation -> ledger

It takes a mail that somebody judged, and tells the ledger about the subjects that answered for it.
"""

from trustlane.reports.learn import Learned, learn

__all__ = ["Learned", "learn"]
