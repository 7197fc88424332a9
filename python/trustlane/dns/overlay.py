"""A zone file laid over the system's DNS: to see what mail would meet before the records are published."""

from collections.abc import Sequence

from trustlane._core import Question
from trustlane.dns.counters import Counters
from trustlane.dns.port import Answers, KeepingResolver
from trustlane.dns.zone import ZoneResolver


class OverlayResolver:
    """Answers what the zone covers from the zone, and asks the other resolver the rest.

    An alias in the zone is followed within the zone only.
    """

    def __init__(self, zone: ZoneResolver, system: KeepingResolver) -> None:
        self._zone = zone
        self._system = system

    def ask(self, questions: Sequence[Question]) -> Answers:
        ours, others = self._parted(questions)
        return {**self._zone.ask(ours), **(self._system.ask(others) if others else {})}

    async def aask(self, questions: Sequence[Question]) -> Answers:
        ours, others = self._parted(questions)
        return {**self._zone.ask(ours), **(await self._system.aask(others) if others else {})}

    def prefetch(self, questions: Sequence[Question]) -> None:
        """Begins to ask the other resolver what it will be asked."""
        _, others = self._parted(questions)
        self._system.prefetch(others)

    @property
    def counters(self) -> Counters:
        """Of the other resolver: the zone is at hand."""
        return self._system.counters

    def _parted(self, questions: Sequence[Question]) -> tuple[list[Question], list[Question]]:
        ours = [question for question in questions if self._zone.covers(question.name)]
        return ours, [question for question in questions if not self._zone.covers(question.name)]
