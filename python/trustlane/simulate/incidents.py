"""What goes wrong, made definite: to whom, and from when to when."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from trustlane.simulate.scenario import Incident, Scenario
from trustlane.simulate.senders import Sender

DAY_SECONDS = 86_400.0


@dataclass(frozen=True, slots=True)
class Mishap:
    """One incident at one sender.

    Attributes:
        number: unique in the scenario.
        incident: as the scenario has it.
        victim: the sender; ``None`` for an outage.
        begins, ends: Unix seconds.
    """

    number: int
    incident: Incident
    victim: Sender | None
    begins: float
    ends: float

    @property
    def reporters(self) -> tuple[str, ...]:
        """Who slanders."""
        kind = "newcomer" if self.incident.newcomers else "grudge"
        return tuple(f"{kind}{self.number}x{number}@site.example" for number in range(self.incident.reporters))


def mishaps(scenario: Scenario, senders: Mapping[str, Sequence[Sender]]) -> tuple[Mishap, ...]:
    """All of them.

    Args:
        senders: those without lifetime, by population.
    """
    return tuple(
        Mishap(number, incident, victim, begins, begins + _seconds(incident, scenario))
        for number, (incident, victim, begins) in enumerate(_each(scenario, senders))
    )


def _each(
    scenario: Scenario, senders: Mapping[str, Sequence[Sender]]
) -> Iterator[tuple[Incident, Sender | None, float]]:
    for incident in scenario.incident:
        by_volume = sorted(senders.get(incident.population, ()), key=lambda sender: (-sender.mails_a_day, sender.name))
        wanted = [sender for sender in by_volume if sender.is_wanted]
        for number in range(incident.senders):
            begins = scenario.start + (incident.day + number * incident.every_days) * DAY_SECONDS
            victim = wanted[(incident.rank + number) % len(wanted)] if wanted else None
            yield incident, victim, begins


def _seconds(incident: Incident, scenario: Scenario) -> float:
    match incident.kind:
        case "turn":
            return scenario.days * DAY_SECONDS
        case "slander":
            return incident.days * DAY_SECONDS
        case _:
            return incident.hours * 3600.0
