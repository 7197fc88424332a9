"""SMTP: mail comes in.

Takes octets from clients, gives Transactions (RFC 5321 §3.3) and carries back one Reply to each. The protocol is a
state machine without sockets; the server is a thin shell around it. It knows nothing of identities, trust or lanes.
"""

from trustlane.smtp.limits import Limits
from trustlane.smtp.protocol import ServerProtocol

__all__ = ["Limits", "ServerProtocol"]
