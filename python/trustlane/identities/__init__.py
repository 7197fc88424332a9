"""Identities: who answers for this mail.

Takes a transaction and what DNS says, gives findings, and from them the validated identities. It knows nothing of
history, trust or lanes.
"""

from trustlane.identities.boundary import Boundary
from trustlane.identities.checks import Checks, SenderId
from trustlane.identities.examine import Examined, Examining, aexamine, examine
from trustlane.identities.finding import Finding
from trustlane.identities.identity import Identities, Identity, identify, network_of
from trustlane.identities.key_cache import KEYS
from trustlane.identities.limits import ExamineLimits

__all__ = [
    "KEYS",
    "Boundary",
    "Checks",
    "ExamineLimits",
    "Examined",
    "Examining",
    "Finding",
    "Identities",
    "Identity",
    "SenderId",
    "aexamine",
    "examine",
    "identify",
    "network_of",
]
