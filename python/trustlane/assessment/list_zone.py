"""One list in DNS: how it is asked, and what its codes mean (RFC 5782). As in a settings line

bl.example block address 127.0.0.2=0.02 127.0.0.4-11=0.2
wl.example allow address 127.0.*.3=0.99 127.0.*.1=0.9
dbl.example block domain *=0.05
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from ipaddress import IPv4Address, IPv6Address

from trustlane._core import Answer, Question


class Asks(StrEnum):
    """What a list is asked about."""

    ADDRESS = "address"
    DOMAIN = "domain"


@dataclass(frozen=True, slots=True)
class Code:
    """What answers of one form mean: four parts, each a number, a range, or anything."""

    parts: tuple[tuple[int, int], ...]
    rating: float

    def matches(self, octets: Sequence[int]) -> bool:
        return all(low <= octet <= high for (low, high), octet in zip(self.parts, octets, strict=True))


@dataclass(frozen=True, slots=True)
class ListZone:
    """One list that the operator asks.

    Attributes:
        zone: its name in DNS.
        is_block: whether being listed is bad; what a list of the other kind gives for its codes must fit.
        asks: addresses of clients, or authenticated domains.
        codes: what its answers mean, the first match counts; others mean nothing.
        may_grant: whether its word alone may move a mail to a lane.
    """

    zone: str
    is_block: bool
    asks: Asks
    codes: tuple[Code, ...]
    may_grant: bool = False

    def about_address(self, address: IPv4Address | IPv6Address) -> Question | None:
        """Octets or nibbles in reverse, as in DNS itself (RFC 5782 §2.1, §2.4)."""
        if isinstance(address, IPv6Address) and address.ipv4_mapped:
            address = address.ipv4_mapped
        reversed_name = address.reverse_pointer.removesuffix(".in-addr.arpa").removesuffix(".ip6.arpa")
        return self.about_name(reversed_name)

    def about_name(self, name: str) -> Question | None:
        """``None`` for a name that is too long below the zone."""
        try:
            return Question(f"{name}.{self.zone}", "A")
        except ValueError:
            return None

    def test_points(self) -> tuple[Question, Question]:
        """What must be listed, and what must not (RFC 5782 §5)."""
        if self.asks is Asks.ADDRESS:
            return Question(f"2.0.0.127.{self.zone}", "A"), Question(f"1.0.0.127.{self.zone}", "A")
        return Question(f"test.{self.zone}", "A"), Question(f"invalid.{self.zone}", "A")

    def rating(self, answer: Answer) -> tuple[float, str] | None:
        """The worst rating among its codes, with the code; ``None`` where they mean nothing or there is none."""
        found = [
            (code.rating, address) for address in answer.records if (code := self._code(_octets(address))) is not None
        ]
        return min(found) if found else None

    def _code(self, octets: Sequence[int]) -> Code | None:
        if octets[0] != LOOPBACK:
            return None
        return next((code for code in self.codes if code.matches(octets)), None)


LOOPBACK = 127
"""Answers lie in 127.0.0.0/8 (RFC 5782 §2.1); another one is of a domain that was sold or of a hotel's resolver."""

SIGNS_OF_TROUBLE = (
    Code(((127, 127), (255, 255), (255, 255), (0, 255)), 0.0),
    Code(((127, 127), (0, 0), (0, 0), (1, 1)), 0.0),
    Code(((127, 127), (0, 0), (0, 0), (255, 255)), 0.0),
)
"""What common lists answer to clients over quota, behind open resolvers, or with typing errors: 127.255.255.252 to 255,
127.0.0.1 and 127.0.0.255. They look like listings, and are none."""


def in_trouble(answer: Answer) -> str | None:
    """The answer that says that the list does not serve us, if there is one."""
    for address in answer.records:
        octets = _octets(address)
        if octets[0] != LOOPBACK or any(sign.matches(octets) for sign in SIGNS_OF_TROUBLE):
            return str(address)
    return None


def list_zone(line: str) -> ListZone:
    """One line of the settings.

    Raises:
        ValueError: it is none; the text says what is wrong.
    """
    words = line.split()
    if len(words) < 4 or words[1] not in ("block", "allow") or words[2] not in list(Asks):
        raise ValueError(f"{line!r}: needs a zone, block or allow, address or domain, and codes as 127.0.0.2=0.05")
    zone, kind, asks, *rest = words
    may_grant = rest[-1] == "grants"
    codes = tuple(_code(word, line) for word in (rest[:-1] if may_grant else rest))
    if not codes:
        raise ValueError(f"{line!r}: needs a code as 127.0.0.2=0.05")
    try:
        Question(f"1.0.0.127.{zone}", "A")
    except ValueError as error:
        raise ValueError(f"{line!r}: {zone!r} is no zone") from error
    return ListZone(zone.lower().rstrip("."), kind == "block", Asks(asks), codes, may_grant)


def _code(word: str, line: str) -> Code:
    pattern, equals, rating = word.partition("=")
    try:
        parts = [(0, 255)] * 4 if pattern == "*" else [_part(part) for part in pattern.split(".")]
        value = float(rating)
    except ValueError as error:
        raise ValueError(f"{line!r}: {word!r} is no code as 127.0.0.2=0.05 or 127.0.*.4-11=0.2") from error
    if not equals or len(parts) != 4 or not 0.0 <= value <= 1.0:
        raise ValueError(f"{line!r}: {word!r} needs four parts and a rating from 0 to 1")
    return Code(tuple(parts), value)


def _part(part: str) -> tuple[int, int]:
    if part == "*":
        return 0, 255
    low, _, high = part.partition("-")
    return int(low), int(high or low)


def _octets(address: object) -> tuple[int, ...]:
    return tuple(IPv4Address(str(address)).packed)
