"""Delivery: a decision becomes edits and a reply, and the mail goes to its place.

Takes a Decision, gives edits; carries edited octets to a Maildir or the next hop. Every edge applies the same edits. It
knows nothing of DNS or of history.
"""

from trustlane.delivery.edits import DeleteField, Edit, InsertField, apply
from trustlane.delivery.port import Delivery
from trustlane.delivery.reply import Reply
from trustlane.delivery.write import edits

__all__ = ["DeleteField", "Delivery", "Edit", "InsertField", "Reply", "apply", "edits"]
