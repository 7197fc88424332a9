"""DNS: the port through which the line asks, the real resolver, and the one that reads a zone file.

Takes questions, gives one answer to each. It knows nothing of mail.
"""

from trustlane.dns.port import Answers, AsyncResolver, Resolver

__all__ = ["Answers", "AsyncResolver", "Resolver"]
