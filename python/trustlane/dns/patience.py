"""All rounds of questions of one mail together end in time."""

import asyncio
from collections.abc import Sequence
from time import monotonic

from trustlane._core import Answer, Question
from trustlane.dns.port import Answers, AsyncResolver, DualResolver

MAIL_SECONDS = 20.0
"""For all questions of one mail. SPF should have at least as much (RFC 7208 §4.6.4), and a client that waits for the
reply to its mail has ten minutes (RFC 5321 §4.5.3.2.6)."""


class AsyncPatience:
    """Answers for one mail out of another resolver until its time is over; then every question is a timeout.

    Each resolver has a deadline for one round. A record can ask for round after round, so a mail needs one too.
    """

    def __init__(self, resolver: AsyncResolver, seconds: float = MAIL_SECONDS) -> None:
        self._resolver = resolver
        self._ends = monotonic() + seconds

    async def aask(self, questions: Sequence[Question]) -> Answers:
        try:
            async with asyncio.timeout(self._ends - monotonic()):
                return await self._resolver.aask(questions)
        except TimeoutError:
            return _too_late(questions)


class Patience:
    """The same without an event loop; a round that has begun is not cut short, but none is begun too late."""

    def __init__(self, resolver: DualResolver, seconds: float = MAIL_SECONDS) -> None:
        self._resolver = resolver
        self._ends = monotonic() + seconds

    def ask(self, questions: Sequence[Question]) -> Answers:
        return self._resolver.ask(questions) if monotonic() < self._ends else _too_late(questions)


def _too_late(questions: Sequence[Question]) -> Answers:
    return dict.fromkeys(questions, Answer.unavailable("timeout"))
