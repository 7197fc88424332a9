"""Valkey, or Redis 7 and later, as a ledger that many relays share: ``pip install trustlane[valkey]``."""

from trustlane.ledger.valkey.ledger import ValkeyLedger
from trustlane.ledger.valkey.servers import Where

__all__ = ["ValkeyLedger", "Where"]
