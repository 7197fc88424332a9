"""One question as octets, spelled so that nobody can answer it unheard."""

import os
import struct

from trustlane._core import Question

_TYPES = {"A": 1, "AAAA": 28, "MX": 15, "PTR": 12, "SRV": 33, "TXT": 16}
_IN = 1
_HEADER = struct.Struct("!6H")
_TAIL = struct.Struct("!2H")
_OPT = struct.Struct("!B2HLH")

FLAGS = 0x0120
"""RD, and AD, which in a question wishes for AD in the answer, without the signatures (RFC 6840 §5.7)."""

_CASE_BITS = bytes(0x20 if chr(octet).isalpha() and octet < 0x80 else 0 for octet in range(256))


class Query:
    """One question with each letter of its name in random case.

    A server copies the question into its answer as it was spelled, so that whoever forges an answer must guess the
    spelling as well as port and identifier. Length octets of labels are no letters: they are at most 63.

    Attributes:
        section: the question section (RFC 1035 §4.1.2).
    """

    __slots__ = ("question", "section")

    def __init__(self, question: Question) -> None:
        self.question = question
        labels = question.name.encode("ascii").split(b".")
        name = b"".join([bytes((len(label),)) + label for label in labels]) + b"\0"
        self.section = _mixed(name) + _TAIL.pack(_TYPES[question.record_type], _IN)

    def octets(self, number: int, payload_octets: int | None) -> bytes:
        """The whole query (RFC 1035 §4.1).

        Args:
            number: its identifier.
            payload_octets: what may come by UDP, as EDNS says it (RFC 6891 §6.2.3); ``None`` is without EDNS.
        """
        if payload_octets is None:
            return _HEADER.pack(number, FLAGS, 1, 0, 0, 0) + self.section
        option = _OPT.pack(0, 41, payload_octets, 0, 0)
        return _HEADER.pack(number, FLAGS, 1, 0, 0, 1) + self.section + option


def _mixed(name: bytes) -> bytes:
    letters = int.from_bytes(name.translate(_CASE_BITS))
    chance = int.from_bytes(os.urandom(len(name)))
    return (int.from_bytes(name) ^ (letters & chance)).to_bytes(len(name))
