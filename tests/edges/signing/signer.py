"""Keys and mail that the tests of signing share."""

import base64
from functools import cache

from trustlane._core import SigningKey, new_key
from trustlane.dns.zone import ZoneResolver
from trustlane.keys import StoredKey, key_record, zone_entry
from trustlane.keys.stored import pem

NOW = 1_800_000_000

MAIL = (
    b"From: Ann <ann@example.com>\r\nTo: bob@example.org\r\nSubject: Lunch \r\n\tat  noon\r\n"
    b"Date: Mon, 23 Nov 2026 12:00:00 +0000\r\nMIME-Version: 1.0\r\n\r\nAt  noon? \r\n\r\n \r\n"
)


@cache
def key(kind: str) -> StoredKey:
    """A new key of this kind, its selector named after it."""
    return StoredKey("example.com", kind, pem(new_key(kind)), 0)


def zone(*kinds: str) -> ZoneResolver:
    return ZoneResolver.from_text("\n".join(zone_entry(key(kind)) for kind in kinds))


def seed(stored: StoredKey) -> bytes:
    """An Ed25519 key as dkimpy wants it: its last 32 octets of PKCS#8 in base64."""
    lines = stored.private.splitlines()[1:-1]
    return base64.b64encode(base64.b64decode("".join(lines))[-32:])


def signing_key(kind: str) -> SigningKey:
    return key(kind).signing_key


def lookup(*kinds: str):
    """A ``dnsfunc`` that knows these keys, as text of their records."""
    records = {f"{key(kind).record_name}.": key_record(signing_key(kind)).encode() for kind in kinds}

    def dnsfunc(name: bytes, timeout: int = 5) -> bytes | None:
        return records.get(name.decode())

    return dnsfunc
