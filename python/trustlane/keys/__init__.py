"""Keys to sign with: which domain signs with which selector, from when until when.

Takes a folder, gives signing keys and the records to publish for them. It knows nothing of mail, and
makes no randomness of its own.
"""

from trustlane.keys.record import key_record, zone_entry
from trustlane.keys.ring import KeyRing
from trustlane.keys.stored import StoredKey
from trustlane.keys.table import KINDS, KeyTable

__all__ = ["KINDS", "KeyRing", "KeyTable", "StoredKey", "key_record", "zone_entry"]
