"""Marks: which of many names were seen, in 32 bits. Linear counting tells how many there were, to some hundred.

A set that grows with what strangers send would be a way to fill the disk. Two names may share a bit; then fewer are
counted than there were, never more.
"""

from math import log
from zlib import crc32

BITS = 32
"""Enough to tell five or ten from one, which is all that is asked; and a whole number in any store's language."""


def mark(name: str) -> int:
    """The bit of one name."""
    # Names that differ in a digit differ in few bits of the checksum; the product spreads them.
    return 1 << ((crc32(name.encode("utf-8", "surrogatepass")) * _GOLDEN & 0xFFFF_FFFF) >> 27)


def how_many(marks: int) -> float:
    """About how many different names are marked (linear counting)."""
    return _COUNTS[marks.bit_count()]


_GOLDEN = 0x9E37_79B1
"""2^32 divided by the golden ratio (Knuth's multiplicative hashing)."""

_COUNTS = [-BITS * log(1.0 - bits / BITS) for bits in range(BITS)] + [BITS * log(BITS) * 1.25]
