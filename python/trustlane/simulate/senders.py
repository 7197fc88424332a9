"""Senders: names, networks and volume of each member of a population."""

from collections.abc import Iterator
from dataclasses import dataclass

from trustlane.simulate.chance import Chance
from trustlane.simulate.scenario import Population, Scenario


@dataclass(frozen=True, slots=True)
class Sender:
    """One who writes.

    Attributes:
        name: unique in the scenario.
        domain: the author domain.
        addresses: author addresses.
        signers: domains that sign its mail, its own first.
        mail_from_domain: of the reverse-path.
        helo: what its hosts call themselves.
        networks: first three octets of its IPv4 networks.
        circle: users who get its mail; empty where it writes to anybody.
        mails_a_day: mean on a working day.
        is_wanted: whether its mail is wanted.
    """

    name: str
    population: Population
    domain: str
    addresses: tuple[str, ...]
    signers: tuple[str, ...]
    mail_from_domain: str
    helo: str
    networks: tuple[str, ...]
    circle: tuple[int, ...]
    mails_a_day: float
    is_wanted: bool


CIRCLE_PER_MAIL = 3
"""A firm writes to about this many people for each mail a day, and to the same ones again."""

WIDE_CIRCLE = 200
"""Who would write to more people than this writes to anybody."""


def lasting(scenario: Scenario, population: Population) -> Iterator[tuple[int, Sender]]:
    """Each sender of a population without lifetime, with the day of its first mail."""
    for number in range(population.count):
        first_day = number * population.begins_by_day // population.count
        yield first_day, _sender(scenario, population, f"{number:03}")


def born_on(scenario: Scenario, population: Population, day: int) -> Iterator[Sender]:
    """Those of a population with a lifetime that begin on this day."""
    for number in range(population.count):
        yield _sender(scenario, population, f"{day:03}x{number:03}")


def _sender(scenario: Scenario, population: Population, mark: str) -> Sender:
    name = f"{population.name}{mark}".replace("_", "-")
    chance = Chance(scenario.seed, "sender", name)
    volume = chance.evenly_by_size(*population.mails_a_day)
    is_wanted = chance.happens(population.wanted)
    own = f"{name}.example"
    domain = population.service if population.author_at_service else own
    host = population.service if population.sends_by_service else own
    people = scenario.site.users
    circle_size = max(2, round(volume * CIRCLE_PER_MAIL))
    circle = () if circle_size > WIDE_CIRCLE else tuple(chance.below(people) for _ in range(circle_size))
    networks_of = Chance(scenario.seed, "networks", host) if population.sends_by_service else chance
    return Sender(
        name=name,
        population=population,
        domain=domain,
        addresses=_addresses(population, name, domain),
        signers=_signers(population, own),
        mail_from_domain=host,
        helo=f"mx.{host}",
        networks=tuple(_network(networks_of) for _ in range(population.networks)),
        circle=circle,
        mails_a_day=volume,
        is_wanted=is_wanted,
    )


def _addresses(population: Population, name: str, domain: str) -> tuple[str, ...]:
    if population.author_at_service:
        return (f"{name}@{domain}",)
    return tuple(f"{_DESKS[number % len(_DESKS)]}{number or ''}@{domain}" for number in range(population.addresses))


_DESKS = ("office", "sales", "info", "support", "news", "orders", "team", "desk")


def _signers(population: Population, own: str) -> tuple[str, ...]:
    match population.signs:
        case "own":
            return (population.service if population.author_at_service else own,)
        case "service":
            return (population.service,)
        case "both":
            return own, population.service
        case _:
            return ()


def _network(chance: Chance) -> str:
    """A /24 of the private 10.0.0.0/8 (RFC 1918): no real network is blamed."""
    return f"10.{chance.below(256)}.{chance.below(256)}."
