"""The keys that tag bounce addresses, and how one follows another."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import Self

from trustlane._core import BatvRing

DAY_SECONDS = 86_400

LIFETIME_DAYS = 7
"""How long a tag is good (draft-levine-smtp-batv §4.2.2); hosts try for five days, and then send the bounce."""

RUN_IN_DAYS = 10
"""How long untagged bounces are borne after tagging began; longer than mail from before that may be on its way."""

SECRET_OCTETS = 32

NUMBERS = 10
"""A tag names its key by one digit."""


@dataclass(frozen=True, slots=True)
class BounceKey:
    """One key.

    Attributes:
        number: the digit that names it in a tag.
        first_day: the first day on which it signs, counted since 1970 in UTC.
        secret: 20 octets or more.
    """

    number: int
    first_day: int
    secret: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class BounceKeys:
    """The keys of a site, in the order in which they sign.

    Attributes:
        since: the day on which tagging began.
    """

    keys: tuple[BounceKey, ...] = ()
    since: int = 0

    def ring(
        self, domains: Sequence[str], *, lifetime_days: int = LIFETIME_DAYS, run_in_days: int = RUN_IN_DAYS
    ) -> BatvRing:
        """What tags and checks.

        Args:
            domains: those we tag for; their bounces must all come back to us (draft-levine-smtp-batv §2.4.1).

        Raises:
            ValueError: there is no key, two have the same number or day, one is short, or a domain is no name.
        """
        keys = [(key.number, key.first_day, key.secret) for key in self.keys]
        return BatvRing(keys, domains, lifetime_days=lifetime_days, run_in_ends=self.since + run_in_days)

    def rotated(self, today: int, first_day: int, lifetime_days: int = LIFETIME_DAYS) -> Self:
        """These keys and a new one that signs from ``first_day`` on, without those whose tags have all expired.

        Raises:
            ValueError: a key begins on that day or later, or every number is in use.
        """
        if any(key.first_day >= first_day for key in self.keys):
            raise ValueError(f"a key that begins on day {first_day} or later is there already")
        kept = self._still_about(today, lifetime_days)
        free = [number for number in self._numbers_in_turn() if all(key.number != number for key in kept)]
        if not free:
            raise ValueError("all ten numbers are in use; wait until the tags of the first key have expired")
        new = BounceKey(free[0], first_day, secrets.token_bytes(SECRET_OCTETS))
        return replace(self, keys=(*kept, new), since=self.since if self.keys else first_day)

    def _still_about(self, today: int, lifetime_days: int) -> tuple[BounceKey, ...]:
        """Those that sign, will sign, or made tags that are still good."""
        followed = [key for key, next_key in pairwise(self.keys) if next_key.first_day + lifetime_days < today]
        return tuple(key for key in self.keys if key not in followed)

    def _numbers_in_turn(self) -> list[int]:
        """The digits, beginning behind that of the last key, so that one comes back as late as can be."""
        last = self.keys[-1].number if self.keys else NUMBERS - 1
        return [(last + step) % NUMBERS for step in range(1, NUMBERS + 1)]
