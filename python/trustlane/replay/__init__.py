"""Replay: recorded traffic, run through assessment and lanes with the clock of the events.

Takes a log of mail, feedback and outbound mail (or a mailbox, which is examined anew), gives one verdict for each mail
and a report. It is an edge beside the command line: it calls the line and keeps a ledger of its own, so that nothing an
operator tries here touches the one in force.
"""

from trustlane.replay.event import Event, FeedbackEvent, FeedbackKind, MailEvent, OutboundEvent
from trustlane.replay.read import BadLine, Recorded, Truth, read_lines

__all__ = [
    "BadLine",
    "Event",
    "FeedbackEvent",
    "FeedbackKind",
    "MailEvent",
    "OutboundEvent",
    "Recorded",
    "Truth",
    "read_lines",
]
