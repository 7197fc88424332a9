"""Reputons: one rating each, as JSON (RFC 7071 §6)."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from math import isfinite
from typing import Any

APPLICATION = "email-id"
"""The application of RFC 7073."""

MEDIA_TYPE = "application/reputon+json"
"""RFC 7071 §7.1."""

MOST_REPUTONS = 100
"""Of one reply. A question is about one name and a handful of assertions."""

MOST_OCTETS = 65_536
"""Of one reply."""


class Malformed(Exception):
    """The octets are no reputons; the text says why."""


@dataclass(frozen=True, slots=True)
class Reputon:
    """One rating.

    Attributes:
        rater: who rates: the service that was asked.
        assertion: what is asserted, as ``spam``: 1 means that all data support it, so for ``spam`` 1 is bad.
        rated: whom.
        rating: 0 to 1.
        confidence: of the rater, 0 to 1; ``None`` where it does not say.
        sample_size: observations behind it; ``None`` where it does not say.
        generated, expires: Unix seconds.
        identity: where the name stood in mail (``email-id-identity``, RFC 7073 §3.2); ``None`` where it does not say.
    """

    rater: str
    assertion: str
    rated: str
    rating: float
    confidence: float | None = None
    sample_size: int | None = None
    generated: int | None = None
    expires: int | None = None
    identity: str | None = None


IDENTITIES = frozenset({"dkim", "ipv4", "ipv6", "rfc5321.helo", "rfc5321.mailfrom", "rfc5322.from", "spf"})
"""RFC 7073 §3.2."""


def read_reputons(octets: bytes) -> list[Reputon]:
    """The reputons of a reply; an empty one means that there is no data, and is left out (RFC 7071 §3.1).

    Raises:
        Malformed: it is no reply for ``email-id``, or breaks RFC 7071 §6 anywhere. No part of a broken one is believed.
    """
    if len(octets) > MOST_OCTETS:
        raise Malformed(f"more than {MOST_OCTETS} octets")
    try:
        reply = json.loads(octets, object_pairs_hook=_unique, parse_constant=_refused)
    except (ValueError, RecursionError) as error:
        raise Malformed(f"no JSON: {error}") from error
    if not isinstance(reply, dict) or reply.get("application") != APPLICATION:
        raise Malformed(f"not about {APPLICATION}")
    reputons = reply.get("reputons")
    if not isinstance(reputons, list) or len(reputons) > MOST_REPUTONS:
        raise Malformed(f"no list of at most {MOST_REPUTONS} reputons")
    return [_read(reputon) for reputon in reputons if reputon != {}]


def write_reputons(reputons: Sequence[Reputon]) -> bytes:
    """A reply. No reputon is written as an empty one: there is no data."""
    each = [_written(reputon) for reputon in reputons] or [{}]
    return json.dumps({"application": APPLICATION, "reputons": each}).encode("ascii")


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Keys must not repeat: two readers might take different ones."""
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a key is there twice")
    return found


def _refused(constant: str) -> float:
    raise ValueError(f"{constant} is no number of JSON")


def _read(reputon: object) -> Reputon:
    if not isinstance(reputon, dict):
        raise Malformed("a reputon is no object")
    identity = reputon.get("email-id-identity")
    if identity is not None and identity not in IDENTITIES:
        raise Malformed(f"{identity!r} is no identity of mail")
    return Reputon(
        rater=_text(reputon, "rater"),
        assertion=_text(reputon, "assertion").lower(),
        rated=_text(reputon, "rated").lower(),
        rating=_share(reputon["rating"]) if "rating" in reputon else _missing("rating"),
        confidence=_share(reputon["confidence"]) if "confidence" in reputon else None,
        sample_size=_count(reputon, "sample-size"),
        generated=_count(reputon, "generated"),
        expires=_count(reputon, "expires"),
        identity=identity,
    )


def _text(reputon: dict[str, Any], name: str) -> str:
    value = reputon.get(name)
    return value if isinstance(value, str) and value else _missing(name)


def _missing(name: str) -> Any:
    raise Malformed(f"a reputon without its {name}")


def _share(value: object) -> float:
    """A number from 0 to 1 with at most three decimals (RFC 7071 §3.1, §6.2.2)."""
    if type(value) not in (int, float) or not isfinite(value) or not 0.0 <= value <= 1.0:  # type: ignore[arg-type,operator]
        raise Malformed(f"{value!r} is no share from 0 to 1")
    share = float(value)  # type: ignore[arg-type]
    if abs(share - round(share, 3)) > 1e-12:
        raise Malformed(f"{value!r} has more than three decimals")
    return share


def _count(reputon: dict[str, Any], name: str) -> int | None:
    value = reputon.get(name)
    if value is None and name not in reputon:
        return None
    if type(value) is not int or not 0 <= value < 2**53:
        raise Malformed(f"{value!r} is no {name}")
    return value


def _written(reputon: Reputon) -> dict[str, Any]:
    values = {
        "rater": reputon.rater,
        "assertion": reputon.assertion,
        "rated": reputon.rated,
        "rating": round(reputon.rating, 3),
        "confidence": None if reputon.confidence is None else round(reputon.confidence, 3),
        "sample-size": reputon.sample_size,
        "generated": reputon.generated,
        "expires": reputon.expires,
        "email-id-identity": reputon.identity,
    }
    return {name: value for name, value in values.items() if value is not None}
