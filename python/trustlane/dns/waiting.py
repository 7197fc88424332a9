"""The questions of one call that have no answer yet."""

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from typing import TYPE_CHECKING

from trustlane._core import Answer, Question

if TYPE_CHECKING:
    from trustlane.dns.flight import Flight


class Round:
    """Gathers answers in one event loop, from look-ups in any.

    Attributes:
        answers: what came, by question.
        missing: what did not.
        is_over: done when nothing is missing.
    """

    def __init__(self, loop: asyncio.AbstractEventLoop, questions: Sequence[Question]) -> None:
        self.answers: dict[Question, Answer] = {}
        self.missing = set(questions)
        self.is_over: asyncio.Future[None] = loop.create_future()
        self._loop = loop

    def told(self, flight: "Flight", answer: Answer) -> None:
        """A look-up ended, perhaps in another thread."""
        if flight.channels.loop is self._loop:
            self.take(flight.question, answer)
            return
        with suppress(RuntimeError):  # that loop has ended, and nobody waits there
            self._loop.call_soon_threadsafe(self.take, flight.question, answer)

    def take(self, question: Question, answer: Answer) -> None:
        """The first answer to a question stays."""
        if question not in self.missing:
            return
        self.missing.discard(question)
        self.answers[question] = answer
        if not self.missing and not self.is_over.done():
            self.is_over.set_result(None)

    def give_up(self) -> None:
        """The time is over: what is missing is unavailable."""
        for question in list(self.missing):
            self.take(question, Answer.unavailable("timeout"))
