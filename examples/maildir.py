"""Finds a delivered mail again, as a reader would, and reads what the relay wrote on it."""

import re
from email import message_from_bytes
from pathlib import Path

FOLDERS = ("", ".Open", ".Quarantine")
"""The folders that the relay fills: the inbox for trusted mail, one for open and one for held mail."""


def delivered(maildir: Path, decision_id: str) -> Path | None:
    """The file of the mail with this decision; ``None`` where it was not delivered."""
    for folder in FOLDERS:
        for place in ("new", "cur"):
            for path in (maildir / folder / place).glob("*"):
                if decision_id in _head(path):
                    return path
    return None


def amiss(path: Path) -> tuple[str, ...]:
    """What is wrong with its signatures, by its Authentication-Results field (RFC 8601 §2.2)."""
    results = " ".join(str(message_from_bytes(path.read_bytes())["Authentication-Results"]).split())
    return tuple(f"dkim={found['result']}: {found['why']}" for found in _AMISS.finditer(results))


_AMISS = re.compile(r'\bdkim=(?!none|pass)(?P<result>\w+) reason="(?P<why>[^"]*)"')

_HEAD_OCTETS = 2048
"""Enough of a file to hold its Trust-Lane field, which stands above all but fields of final delivery."""


def _head(path: Path) -> str:
    with path.open("rb") as file:
        return file.read(_HEAD_OCTETS).decode("latin-1")
