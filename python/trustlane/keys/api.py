"""Who may ask: keys of which only a hash is kept.

    monitoring sha256:2c26b46b...c5f2 check      name, hash, what for: check, repute, or both with a comma

A key is 256 random bits, so that its plain hash tells nothing of it.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from hmac import compare_digest

CHECK, REPUTE = "check", "repute"
SCOPES = frozenset({CHECK, REPUTE})

LINE = re.compile(r"([A-Za-z0-9._-]{1,64}) sha256:([0-9a-f]{64}) ([a-z]+(?:,[a-z]+)*)")


@dataclass(frozen=True, slots=True)
class ApiKey:
    """One key: whose it is, the hash of its token, and what it is for."""

    name: str
    token_hash: str
    scopes: frozenset[str]


def api_key(line: str) -> ApiKey:
    """
    Raises:
        ValueError: it is no line of a key.
    """
    found = LINE.fullmatch(line)
    if not found:
        raise ValueError("a key is a name, sha256: and 64 hex digits, and what it is for")
    scopes = frozenset(found[3].split(","))
    if not scopes <= SCOPES:
        raise ValueError(f"a key is for {' or '.join(sorted(SCOPES))}, not for {', '.join(sorted(scopes - SCOPES))}")
    return ApiKey(found[1], found[2], scopes)


def hashed(token: str) -> str:
    return sha256(token.encode("utf-8", "surrogateescape")).hexdigest()


def line_for(name: str, token: str, scopes: Sequence[str]) -> str:
    """The line of the settings for a key."""
    return f"{name} sha256:{hashed(token)} {','.join(scopes)}"


@dataclass(frozen=True, slots=True)
class ApiKeys:
    """All keys."""

    keys: tuple[ApiKey, ...] = ()

    def owner(self, token: str | None, scope: str) -> str | None:
        """Whose token it is, if it is for that; each key is compared, in a time that tells nothing."""
        if not token:
            return None
        shown = hashed(token)
        found = [key for key in self.keys if compare_digest(key.token_hash, shown) and scope in key.scopes]
        return found[0].name if found else None

    def of(self, scope: str) -> dict[str, str]:
        """Hashes by name."""
        return {key.name: key.token_hash for key in self.keys if scope in key.scopes}
