"""Names of keys. What one function touches has one hash tag, so that a cluster keeps and moves it together.

trustlane:{dkim example.com}:history      one subject's history
trustlane:{dkim example.com}:said         what reports said of it, by time
trustlane:{decision 4f1d...}              one decision
trustlane:{once 3ac4...}                  one report, or one mail: it counts once
trustlane:unsettled                       ids of decisions by time, until their silence is settled
"""

from collections.abc import Iterable
from hashlib import blake2b

from trustlane.ledger.history import Subject

UNSETTLED = b"trustlane:unsettled"
HISTORIES = b"trustlane:{*}:history"
DECISIONS = b"trustlane:{decision *}"
CLAIMS = b"trustlane:{once *}"


def history_key(subject: Subject) -> bytes:
    return _tagged(subject) + b":history"


def said_key(subject: Subject) -> bytes:
    return _tagged(subject) + b":said"


def decision_key(name: bytes) -> bytes:
    return b"trustlane:{decision " + name + b"}"


def decision_name(key: bytes) -> bytes:
    return key.removeprefix(b"trustlane:{decision ").removesuffix(b"}")


def claim_key(once: Iterable[str]) -> bytes:
    return b"trustlane:{once " + digest(once).hex().encode() + b"}"


def subject_of(key: bytes) -> Subject:
    """The subject of a history's key."""
    kind, _, name = key.removeprefix(b"trustlane:{").removesuffix(b"}:history").partition(b" ")
    return Subject(text(kind), text(name))


def digest(names: Iterable[str]) -> bytes:
    """Names together, in few octets."""
    made = blake2b(digest_size=12)
    for name in names:
        made.update(len(octets(name)).to_bytes(8, "big") + octets(name))
    return made.digest()


def octets(name: str) -> bytes:
    """Any text, also one that holds octets that are no UTF-8 (PEP 383)."""
    return str(name).encode("utf-8", "surrogatepass")


def text(kept: bytes) -> str:
    return kept.decode("utf-8", "surrogatepass")


def _tagged(subject: Subject) -> bytes:
    # A name may hold a brace, which ends the tag early; both keys of a subject still have the same one.
    return b"trustlane:{" + octets(subject.kind) + b" " + octets(subject.name) + b"}"
