"""Message: what arrived, and how.

Takes octets and the facts of their arrival, gives a :class:`Transaction`: session, envelope and message
(RFC 5321 §2.3, §3.3). It knows nothing of DNS, trust or delivery.
"""

from trustlane.message.notification import Notification, RecipientNotification
from trustlane.message.transaction import Envelope, Instant, LineEnds, Session, Transaction

__all__ = [
    "Envelope",
    "Instant",
    "LineEnds",
    "Notification",
    "RecipientNotification",
    "Session",
    "Transaction",
]
