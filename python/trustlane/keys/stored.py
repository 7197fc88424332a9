"""One key of the table, and the file that holds it."""

import base64
import textwrap
import tomllib
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property
from typing import Any

from trustlane._core import Question, SigningKey
from trustlane.errors import KeyTableError


@dataclass(frozen=True)
class StoredKey:
    """A private key with what it is for.

    Attributes:
        domain: d= of its signatures.
        selector: s= of its signatures.
        private: the key in PEM (PKCS#8).
        active_from: Unix seconds; it signs from then on.
        active_until: Unix seconds; it signs no more from then on. ``None``: no end is set.
    """

    domain: str
    selector: str
    private: str = field(repr=False)
    active_from: int
    active_until: int | None = None

    @cached_property
    def signing_key(self) -> SigningKey:
        return SigningKey(self.private.encode())

    @property
    def record_name(self) -> str:
        """Where the public key is published (RFC 6376 §3.6.2.1)."""
        return Question(f"{self.selector}._domainkey.{self.domain}", "TXT").name

    def is_active(self, now: float) -> bool:
        return self.active_from <= now and (self.active_until is None or now < self.active_until)

    def state(self, now: float) -> str:
        """``waiting``, ``active`` or ``retired``."""
        return "active" if self.is_active(now) else "waiting" if now < self.active_from else "retired"


def as_toml(key: StoredKey) -> str:
    """The file of a key; :func:`from_toml` reads it back."""
    until = f"active_until = {_written(key.active_until)}\n" if key.active_until is not None else ""
    return f'active_from = {_written(key.active_from)}\n{until}private = """\n{key.private}"""\n'


def from_toml(domain: str, selector: str, text: str) -> StoredKey:
    """
    Raises:
        KeyTableError: the text is not that of a key file.
    """
    try:
        content = tomllib.loads(text)
        key = StoredKey(
            domain,
            selector,
            content["private"],
            _seconds(content["active_from"]),
            _seconds(content.get("active_until")),
        )
        _ = key.signing_key
    except (ValueError, KeyError, AttributeError) as error:
        raise KeyTableError(f"the key {selector} of {domain} cannot be read: {error}") from error
    return key


def pem(der: bytes) -> str:
    """PKCS#8 in its armour (RFC 7468 §2)."""
    lines = "\n".join(textwrap.wrap(base64.b64encode(der).decode(), 64))
    return f"-----BEGIN PRIVATE KEY-----\n{lines}\n-----END PRIVATE KEY-----\n"


def _written(seconds: int) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _seconds(moment: Any) -> Any:
    return None if moment is None else int(moment.timestamp())
