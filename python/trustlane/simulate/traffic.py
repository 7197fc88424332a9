"""The days of a scenario, one after the other; memory holds one day, and what was said but not yet heard."""

import heapq
from collections.abc import Iterator
from dataclasses import replace
from itertools import count

from trustlane.simulate.chance import Chance
from trustlane.simulate.feedback import Said, said_of
from trustlane.simulate.incidents import DAY_SECONDS, Mishap, mishaps
from trustlane.simulate.letter import Letter, Route, draw
from trustlane.simulate.outbound import Outbound
from trustlane.simulate.scenario import Scenario
from trustlane.simulate.senders import Sender, born_on, lasting

Happening = Letter | Said | Outbound


def traffic(scenario: Scenario) -> Iterator[Happening]:
    """All that happens, in the order of time. What was said after the last day is not heard any more."""
    world = _World(scenario)
    for day in range(scenario.days):
        yield from world.day(day)


class _World:
    def __init__(self, scenario: Scenario) -> None:
        self._scenario = scenario
        self._lasting = {
            population.name: list(lasting(scenario, population))
            for population in scenario.population
            if not population.lifetime_days
        }
        self._alive: list[tuple[int, Sender]] = []
        senders = {name: [sender for _, sender in both] for name, both in self._lasting.items()}
        self._mishaps = mishaps(scenario, senders)
        self._turned = {it.victim.name: it for it in self._mishaps if it.victim and it.incident.kind == "turn"}
        self._slandered = [it for it in self._mishaps if it.incident.kind == "slander"]
        self._outages = [it for it in self._mishaps if it.incident.kind == "outage"]
        self._to_come: list[tuple[float, int, Happening]] = []
        self._sequence = count()

    def day(self, day: int) -> Iterator[Happening]:
        begins = self._scenario.start + day * DAY_SECONDS
        for sender in self._senders(day):
            self._mails_of(sender, day, begins)
        for mishap in self._mishaps:
            if begins <= mishap.begins < begins + DAY_SECONDS:
                self._strike(mishap)
        while self._to_come and self._to_come[0][0] < begins + DAY_SECONDS:
            yield heapq.heappop(self._to_come)[2]

    def _senders(self, day: int) -> Iterator[Sender]:
        for both in self._lasting.values():
            yield from (sender for first_day, sender in both if first_day <= day)
        self._alive = [(last_day, sender) for last_day, sender in self._alive if last_day >= day]
        for population in self._scenario.population:
            if population.lifetime_days:
                last_day = day + population.lifetime_days - 1
                self._alive += [(last_day, sender) for sender in born_on(self._scenario, population, day)]
        yield from (sender for _, sender in self._alive)

    def _mails_of(self, sender: Sender, day: int, begins: float) -> None:
        population = sender.population
        chance = Chance(self._scenario.seed, sender.name, day)
        turned = self._turned.get(sender.name)
        is_turned = turned is not None and begins >= turned.begins - DAY_SECONDS / 2
        is_weekend = (int(begins // DAY_SECONDS) + 4) % 7 in (0, 6)
        volume = sender.mails_a_day * (population.weekend if is_weekend else 1.0)
        if turned and is_turned:
            volume *= turned.incident.volume
        if population.written_to and chance.happens(population.written_to):
            user = chance.one_of(sender.circle) if sender.circle else chance.below(self._scenario.site.users)
            self._put(Outbound(begins + 7 * 3600.0 + chance.after(3600.0), self._user(user), sender.addresses[0]))
        for number in range(chance.count(volume)):
            time = round(begins + _second_of_day(chance), 3)
            is_wanted = sender.is_wanted and not (turned and time >= turned.begins)
            is_wanted = is_wanted and chance.happens(population.wanted_mail)
            self._mail(sender, f"{sender.name}.{day}.{number}", time, chance, is_wanted=is_wanted)

    def _mail(self, sender: Sender, id_: str, time: float, chance: Chance, *, is_wanted: bool) -> None:
        site = self._scenario.site
        user = chance.one_of(sender.circle) if sender.circle else chance.below(site.users)
        is_trap = not is_wanted and chance.happens(site.trap_share)
        rcpt = f"trap{user}@{site.domain}" if is_trap else self._user(user)
        self._send(draw(sender, id_, time, rcpt, chance, is_wanted=is_wanted), user, chance)

    def _send(self, letter: Letter, user: int, chance: Chance) -> None:
        if self._is_unanswered(letter.time, chance):
            letter = replace(letter, is_unanswered=True)
        self._put(letter)
        for said in said_of(letter, user, self._scenario.site, chance):
            self._put(said)
            if said.kind == "answered":
                self._put(Outbound(said.time, letter.rcpt, letter.address))
        for mishap in self._slandered:
            if letter.sender is mishap.victim and mishap.begins <= letter.time < mishap.ends:
                for reporter in mishap.reporters:
                    self._put(Said(letter.time + 60.0 + chance.after(600.0), letter.id, "complaint", reporter))

    def _strike(self, mishap: Mishap) -> None:
        victim, incident = mishap.victim, mishap.incident
        if victim is None or incident.kind not in ("compromise", "dkim-replay"):
            return
        chance = Chance(self._scenario.seed, "mishap", mishap.number)
        for number in range(incident.mails):
            time = round(
                mishap.begins + (mishap.ends - mishap.begins) * (number + chance.between(0, 1)) / incident.mails, 3
            )
            id_ = f"mishap{mishap.number}.{number}"
            user = chance.below(self._scenario.site.users)
            letter = draw(victim, id_, time, self._user(user), chance, is_wanted=False)
            self._send(_misused(letter, mishap, chance), user, chance)

    def _is_unanswered(self, time: float, chance: Chance) -> bool:
        return any(it.begins <= time < it.ends and chance.happens(it.incident.share) for it in self._outages)

    def _user(self, number: int) -> str:
        return f"user{number}@{self._scenario.site.domain}"

    def _put(self, happening: Happening) -> None:
        heapq.heappush(self._to_come, (happening.time, next(self._sequence), happening))


def _misused(letter: Letter, mishap: Mishap, chance: Chance) -> Letter:
    """A mail that a stranger sends in the victim's name: through its hosts, or one of its mails over again."""
    victim = letter.sender
    if mishap.incident.kind == "compromise":
        network = victim.networks[0]
        ip = f"{network}{1 + chance.below(5)}"
        return replace(letter, address=victim.addresses[0], route=Route.DIRECT, relay="", ip=ip)
    host = f"replay{chance.below(max(mishap.incident.mails, 1))}.example"
    ip = f"10.{chance.below(256)}.{chance.below(256)}.{1 + chance.below(250)}"
    signature = f"mishap{mishap.number}"
    # Its words were written to pass: the filter saw them once, and says the same of every copy.
    score = 2.0
    return replace(
        letter, address=victim.addresses[0], route=Route.REPLAYED, relay=host, ip=ip, signature=signature, score=score
    )


def _second_of_day(chance: Chance) -> float:
    """Most mail comes by day."""
    if chance.happens(0.15):
        return chance.between(0.0, DAY_SECONDS - 1.0)
    return min(max(chance.around(13.0 * 3600.0, 3.5 * 3600.0), 0.0), DAY_SECONDS - 1.0)
