"""Process: one supervisor, several workers that share its listening sockets.

The supervisor binds, gives up its privileges, forks, and watches; workers serve. It knows nothing of mail.
"""

from trustlane.process.supervisor import BAD_SETTINGS, Supervisor
from trustlane.process.worker import Life

__all__ = ["BAD_SETTINGS", "Life", "Supervisor"]
