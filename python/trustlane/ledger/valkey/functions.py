"""The server-side functions: their text, with the numbers of the Python side in it, and their names.

The names bear a digest of the text, so that relays of two versions may share a server while they are replaced.
"""

from hashlib import sha256
from importlib.resources import files

from trustlane.ledger import ageing, drift, renewal, volume, weights
from trustlane.ledger.evidence import SILENCE_SECONDS
from trustlane.ledger.port import KEPT_SECONDS
from trustlane.ledger.valkey.values import NUMBERS

_NUMBERS = {
    "HALF_LIFE": weights.HALF_LIFE_SECONDS,
    "CAP": weights.EVIDENCE_CAP,
    "MOST_DRIFT": drift.MOST,
    "HOUR": volume.HOUR_SECONDS,
    "DAY": volume.DAY_SECONDS,
    "MOST_HALF_LIFE_DAYS": volume.MOST_HALF_LIFE_DAYS,
    "TIMES": volume.TIMES,
    "FREE_IN_HOUR": volume.FREE_IN_HOUR,
    "FREE_IN_DAY": volume.FREE_IN_DAY,
    "AUDITS": volume.AUDITS,
    "LAPSE": renewal.LAPSE_SECONDS,
    "NEW_OWNER": renewal.NEW_OWNER_SECONDS,
    "SILENCE": SILENCE_SECONDS,
    "FAINT_SECONDS": ageing.FAINT_SECONDS,
    "FAINT_EVIDENCE": ageing.FAINT_EVIDENCE,
    "KEPT": KEPT_SECONDS,
}


def _numbered(text: str) -> str:
    for name, value in _NUMBERS.items():
        text = text.replace(f"@{name}@", f"{value:.17g}")
    return text.replace("@FIELDS@", ", ".join(f"'{name}'" for name in NUMBERS))


_TEXT = _numbered(files(__package__).joinpath("functions.lua").read_text("utf-8"))
_VERSION = sha256(_TEXT.encode()).hexdigest()[:8]

PREFIX = f"trustlane_{_VERSION}_"
"""Begins the name of each function."""

LIBRARY = _TEXT.replace("@LIBRARY@", f"trustlane_{_VERSION}").replace("@PREFIX@", PREFIX)
"""What FUNCTION LOAD is given."""
