"""Packets: a length of four octets, a code, and data. Octets in, packets out, and the other way."""

import struct
from collections.abc import Iterator, Sequence

from trustlane.errors import PeerError
from trustlane.milter.codes import Response

MAX_PACKET_OCTETS = 1024 * 1024
"""The largest data of a packet that MTAs agree upon (``SMFIP_MDS_1M``), its code aside. A longer one is no milter's;
nothing of it is kept, and the connection ends."""

LENGTH_OCTETS = 4

Packet = tuple[int, bytes]
"""The code, and the data behind it."""


class PacketReader:
    """Collects octets until packets are whole. Work and memory are linear in what comes."""

    def __init__(self, max_octets: int = MAX_PACKET_OCTETS) -> None:
        self._max_octets = max_octets
        self._octets = bytearray()

    def packets(self, octets: bytes) -> Iterator[Packet]:
        """Every packet that these octets complete.

        Raises:
            PeerError: a packet is empty, or longer than the limit.
        """
        held = self._octets
        held += octets
        at = 0
        try:
            while len(held) - at >= LENGTH_OCTETS:
                (length,) = _LENGTH.unpack_from(held, at)
                if not 1 <= length <= self._max_octets + 1:
                    raise PeerError(0, "", f"a packet of {length} octets")
                end = at + LENGTH_OCTETS + length
                if len(held) < end:
                    return
                begin, at = at + LENGTH_OCTETS, end
                yield held[begin], bytes(held[begin + 1 : end])
        finally:
            del held[:at]

    @property
    def held_octets(self) -> int:
        """Of the packet that is not whole yet."""
        return len(self._octets)


_LENGTH = struct.Struct("!I")


def packet(code: int, data: bytes = b"") -> bytes:
    """One packet on the wire."""
    return _LENGTH.pack(len(data) + 1) + bytes((code,)) + data


def strings(data: bytes) -> list[bytes]:
    """The strings of an array, each ended by NUL; a last one without its NUL counts too."""
    found = data.split(b"\0")
    if not found[-1]:
        found.pop()
    return found


def array(texts: Sequence[bytes]) -> bytes:
    """The other way. No text holds a NUL."""
    return b"".join(text + b"\0" for text in texts)


def numbered(code: Response, index: int, name: bytes, value: bytes) -> bytes:
    """A packet about the header field of an index."""
    return packet(code, _LENGTH.pack(index) + array((name, value)))
