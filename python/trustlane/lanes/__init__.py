"""Lanes: choose trusted or open for one assessed transaction.

Takes findings, an Assessment and the local Policy, gives a Decision with its reasons. This is the handling filter of
RFC 5863 §2.5. It knows nothing of DNS, of storage, or of how the mail arrived.
"""

from trustlane.lanes.choose import Memory, choose_lane
from trustlane.lanes.decision import Action, Decision, Lane
from trustlane.lanes.policy import Mode, Policy
from trustlane.lanes.site_keys import SiteKey, SiteKeys

__all__ = ["Action", "Decision", "Lane", "Memory", "Mode", "Policy", "SiteKey", "SiteKeys", "choose_lane"]
