"""One mail of a sender: how it came, what the checks found, and what a content filter said."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from trustlane.simulate.chance import Chance
from trustlane.simulate.senders import Sender


class Route(StrEnum):
    """How a mail came."""

    DIRECT = "direct"
    FORWARDED = "forwarded"
    LIST = "list"
    REPLAYED = "replayed"


@dataclass(frozen=True, slots=True)
class Letter:
    """One mail, before it is written as an event.

    Attributes:
        id: unique in the scenario.
        time: Unix seconds.
        sender, address: who wrote it, and from which of its addresses.
        route: how it came.
        relay: name of the forwarder or list, or of the host that replays.
        rcpt: recipient.
        signature: the hash of its signature, the same for all copies of one mail.
        is_wanted: the truth.
        score: the content filter's points.
        size: octets.
        is_unanswered: whether DNS answered nothing while it was examined.
    """

    id: str
    time: float
    sender: Sender
    address: str
    route: Route
    relay: str
    ip: str
    rcpt: str
    signature: str
    is_wanted: bool
    score: float | None
    size: int
    is_unanswered: bool = False


UNSCORED = 0.02
"""The share of mail that a content filter does not look at: too large, or the filter was down."""

FORWARDERS, LISTS = 12, 20
"""How many there are, each with a domain of its own."""


def draw(sender: Sender, id_: str, time: float, rcpt: str, chance: Chance, *, is_wanted: bool) -> Letter:
    """A mail as this sender writes them."""
    population = sender.population
    route, relay = _route(sender, chance)
    network = chance.one_of(sender.networks) if route is Route.DIRECT else relay_network(relay)
    mean, deviation = population.score_wanted if is_wanted else population.score_unwanted
    score = None if chance.happens(UNSCORED) else round(chance.around(mean, deviation), 1)
    return Letter(
        id=id_,
        time=time,
        sender=sender,
        address=chance.one_of(sender.addresses),
        route=route,
        relay=relay,
        ip=f"{network}{1 + chance.below(5)}",
        rcpt=rcpt,
        signature=id_,
        is_wanted=is_wanted,
        score=score,
        size=round(chance.evenly_by_size(2_000, 80_000)),
    )


def relay_network(relay: str) -> str:
    """The network of a forwarder, list or replaying host, by its name."""
    chance = Chance("network", relay)
    return f"10.{chance.below(256)}.{chance.below(256)}."


def _route(sender: Sender, chance: Chance) -> tuple[Route, str]:
    population = sender.population
    if population.forwarded and chance.happens(population.forwarded):
        return Route.FORWARDED, f"forward{chance.below(FORWARDERS)}.example"
    if population.list_share and chance.happens(population.list_share):
        return Route.LIST, f"list{chance.below(LISTS)}.example"
    return Route.DIRECT, ""


def findings(letter: Letter) -> list[dict[str, Any]]:
    """What the checks found, as a log keeps it."""
    if letter.is_unanswered:
        return _unanswered(letter)
    sender = letter.sender
    dkim = [_dkim(letter, signer) for signer in sender.signers]
    publishes = sender.population.publishes
    match letter.route:
        case Route.DIRECT:
            spf = [_spf("pass", sender.mail_from_domain), _spf("pass", sender.helo)] if publishes else []
        case Route.LIST:
            dkim = [_broken(signature) for signature in dkim] + [_dkim(letter, letter.relay)]
            spf = [_spf("pass", letter.relay), _spf("pass", f"mx.{letter.relay}")]
        case Route.FORWARDED:
            spf = [_spf("fail", sender.mail_from_domain), _spf("pass", f"mx.{letter.relay}")] if publishes else []
        case Route.REPLAYED:
            spf = [_spf("fail", sender.mail_from_domain)] if publishes else []
    return [*dkim, *spf, _dmarc(letter, dkim, spf)]


def mail_from(letter: Letter) -> str:
    """The reverse-path; a list puts its own there."""
    if letter.route is Route.LIST:
        return f"bounces@{letter.relay}"
    return f"bounce@{letter.sender.mail_from_domain}"


def helo(letter: Letter) -> str:
    return f"mx.{letter.relay}" if letter.relay else letter.sender.helo


def _dkim(letter: Letter, domain: str) -> dict[str, Any]:
    signature = f"{letter.signature}.{domain}" if domain != letter.sender.domain else letter.signature
    return {
        "method": "dkim",
        "result": "pass",
        "domain": domain,
        "selector": "one",
        "signature": signature,
        "reason": "dkim.verified",
    }


def _broken(signature: dict[str, Any]) -> dict[str, Any]:
    return {**signature, "result": "fail", "reason": "dkim.body-hash-differs"}


def _spf(result: str, domain: str) -> dict[str, Any]:
    reason = "spf.matched" if result == "pass" else "spf.no-match"
    return {"method": "spf", "result": result, "domain": domain, "reason": reason}


def _dmarc(letter: Letter, dkim: list[dict[str, Any]], spf: list[dict[str, Any]]) -> dict[str, Any]:
    domain = letter.sender.domain
    if not letter.sender.population.publishes:
        return {"method": "dmarc", "result": "none", "domain": domain, "reason": "dmarc.no-record"}
    is_aligned = any(it["result"] == "pass" and it["domain"] == domain for it in [*dkim, *spf])
    result, reason = ("pass", "dmarc.aligned") if is_aligned else ("fail", "dmarc.not-aligned")
    return {"method": "dmarc", "result": result, "domain": domain, "reason": reason}


def _unanswered(letter: Letter) -> list[dict[str, Any]]:
    sender = letter.sender
    dkim = [
        {**_dkim(letter, signer), "result": "temperror", "reason": "dkim.key-unavailable"} for signer in sender.signers
    ]
    spf = {"method": "spf", "result": "temperror", "domain": sender.mail_from_domain, "reason": "spf.dns-unavailable"}
    dmarc = {"method": "dmarc", "result": "temperror", "domain": sender.domain, "reason": "dmarc.dns-unavailable"}
    return [*dkim, spf, dmarc]
