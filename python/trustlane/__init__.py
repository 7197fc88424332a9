"""The trust layer for Internet mail.

For every message: which names answer for it, what they did before, and which lane it takes.
"""

from trustlane.errors import LedgerError, MessageError, SettingsError, TrustlaneError, ZoneError
from trustlane.identities import ExamineLimits
from trustlane.lanes import Action, Decision, Lane, Mode, Policy
from trustlane.message import LineEnds
from trustlane.verify import averify, verify

__all__ = [
    "Action",
    "Decision",
    "ExamineLimits",
    "Lane",
    "LedgerError",
    "LineEnds",
    "MessageError",
    "Mode",
    "Policy",
    "SettingsError",
    "TrustlaneError",
    "ZoneError",
    "averify",
    "verify",
]
