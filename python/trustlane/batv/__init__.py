"""BATV: bounces to addresses that we never tagged answer mail that somebody sent in our name (draft-levine-smtp-batv).

Takes keys and addresses, gives tagged addresses, verdicts, and the address below a tag. It knows nothing of SMTP; what
becomes of an envelope is told as edits by :mod:`trustlane.delivery.bounce_address`.

    >>> from trustlane.batv import BounceKey, BounceKeys
    >>> keys = BounceKeys(keys=(BounceKey(0, 20_000, b"twenty octets or more"),), since=20_000)
    >>> ring = keys.ring(["example.com"])
    >>> tagged, why_not = ring.tag("joe@example.com", 20_010)
    >>> tagged.startswith("prvs=0017") and tagged.endswith("=joe@example.com")
    True
    >>> ring.check(tagged, 20_017), ring.check(tagged, 20_018)
    (('valid', 'joe@example.com'), ('expired', 'joe@example.com'))
"""

from trustlane._core import BatvRing, is_bounce_sender, untagged
from trustlane.batv.file import from_text, read, write
from trustlane.batv.keys import DAY_SECONDS, LIFETIME_DAYS, RUN_IN_DAYS, BounceKey, BounceKeys

__all__ = [
    "DAY_SECONDS",
    "LIFETIME_DAYS",
    "RUN_IN_DAYS",
    "BatvRing",
    "BounceKey",
    "BounceKeys",
    "from_text",
    "is_bounce_sender",
    "read",
    "untagged",
    "write",
]
