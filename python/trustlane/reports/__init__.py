"""Reports: the way back. What people and systems say of a mail becomes observations in the ledger.

    report -> observation -> ledger

It takes a mail that somebody judged, or a report about one, and tells the ledger about the subjects that answered for
it. It knows nothing of SMTP; whoever hands it a report says who the reporter is.
"""

from trustlane.reports.learn import Learned, Listener
from trustlane.reports.report import Report, read_report

__all__ = ["Learned", "Listener", "Report", "read_report"]
