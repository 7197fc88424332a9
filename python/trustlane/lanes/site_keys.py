"""Decision ids that nobody else can make: the site's secrets, and how they sign.

    4f1d5c2a7f3b9e6a4d8c0112.1ac3v7x5m2q6k4j7h5g3f2d6s5a4      name "." version, key, signature

The name alone stands in logs and SMTP replies, where the sender of the mail may read it. The signed id stands only in
the ``Trust-Lane`` field of the delivered mail, so whoever shows it has seen that mail.
"""

import re
from base64 import b32encode
from dataclasses import dataclass, field
from enum import StrEnum
from hmac import compare_digest, digest

SIGNED_ID = re.compile(r"(?<![0-9A-Za-z.])([0-9a-f]{24})\.(1)([a-z0-9])([a-z2-7]{26})(?![0-9A-Za-z])")
"""What a signed id looks like in any text."""

MAC_OCTETS = 16
"""Of HMAC-SHA-256, cut to half its length: no shorter one is advised (RFC 2104 §5)."""

LEAST_SECRET_OCTETS = 32
"""As long as the hash; shorter secrets weaken it (RFC 2104 §3)."""


class Signature(StrEnum):
    """What a signed id proves."""

    GENUINE = "genuine"
    FORGED = "forged"
    UNKNOWN_KEY = "unknown-key"
    UNSIGNED = "unsigned"


@dataclass(frozen=True, slots=True)
class SiteKey:
    """One secret.

    Attributes:
        name: one character, a to z or 0 to 9, that ids bear.
        secret: random octets.
        made: Unix seconds.
    """

    name: str
    secret: bytes = field(repr=False)
    made: float = 0.0


@dataclass(frozen=True, slots=True)
class SiteKeys:
    """The secrets of a site, the newest last: that one signs, all of them verify.

    Without any, ids are not signed, and nobody's report about them is believed.
    """

    keys: tuple[SiteKey, ...] = ()

    def signed(self, name: str) -> str:
        """The id with its signature; the name alone where there is no key."""
        return f"{name}.1{self.keys[-1].name}{_mac(self.keys[-1], name)}" if self.keys else name

    def judge(self, shown: str) -> tuple[str, Signature]:
        """The name in an id that somebody shows, and whether it was signed here. Takes as long for any wrong one."""
        found = SIGNED_ID.fullmatch(shown)
        if not found:
            return shown, Signature.UNSIGNED
        name, _, key_name, mac = found.groups()
        for key in self.keys:
            if key.name == key_name:
                is_ours = compare_digest(_mac(key, name), mac)
                return name, Signature.GENUINE if is_ours else Signature.FORGED
        return name, Signature.UNKNOWN_KEY


def _mac(key: SiteKey, name: str) -> str:
    mac = digest(key.secret, f"trustlane decision 1{key.name}{name}".encode(), "sha256")[:MAC_OCTETS]
    return b32encode(mac).decode().rstrip("=").lower()
