"""What is published for a key."""

import base64

from trustlane._core import SigningKey
from trustlane.keys.stored import StoredKey

MAX_STRING_OCTETS = 255
"""Of one string in a TXT record (RFC 1035 §3.3); longer text is split, and read as one (RFC 6376 §3.6.2.2)."""


def key_record(key: SigningKey) -> str:
    """The text of the key record (RFC 6376 §3.6.1, RFC 8463 §4.2)."""
    return f"v=DKIM1; k={key.kind}; p={base64.b64encode(key.public_octets).decode()}"


def zone_entry(key: StoredKey) -> str:
    """The record as a line of a zone file, in strings of at most 255 octets."""
    text = key_record(key.signing_key)
    strings = [text[at : at + MAX_STRING_OCTETS] for at in range(0, len(text), MAX_STRING_OCTETS)]
    quoted = [f'"{string}"' for string in strings]
    content = quoted[0] if len(quoted) == 1 else "( " + "\n    ".join(quoted) + " )"
    return f"{key.record_name}. IN TXT {content}"
