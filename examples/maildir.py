"""Finds a delivered mail again, as a reader would."""

from pathlib import Path

FOLDERS = {"": "inbox", ".Open": "Open", ".Quarantine": "Quarantine"}
"""The folders that the relay fills, and how a person calls them."""

_HEAD_OCTETS = 2048
"""Enough of a file to hold its Trust-Lane field, which stands above all but trace fields."""


def delivered(maildir: Path, decision_id: str) -> tuple[Path, str] | None:
    """The file of the mail with this decision, and its folder; ``None`` where it was not delivered."""
    for folder, name in FOLDERS.items():
        for place in ("new", "cur"):
            for path in (maildir / folder / place).glob("*"):
                if decision_id in _head(path):
                    return path, name
    return None


def _head(path: Path) -> str:
    with path.open("rb") as file:
        return file.read(_HEAD_OCTETS).decode("latin-1")
