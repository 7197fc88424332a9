"""The port: what the line needs of DNS."""

from collections.abc import Mapping, Sequence
from typing import Protocol

from trustlane._core import Answer, Question
from trustlane.dns.counters import Counters

Answers = Mapping[Question, Answer]


class Resolver(Protocol):
    """Answers questions, within a deadline of its own.

    Every question gets an answer: what did not come back in time is ``Answer.unavailable("timeout")``, which the
    findings keep as ``temperror`` (RFC 7208 §2.6.6, RFC 8601 §2.7). Never raises for what DNS did or did not say.
    """

    def ask(self, questions: Sequence[Question]) -> Answers: ...


class AsyncResolver(Protocol):
    """The same for an event loop."""

    async def aask(self, questions: Sequence[Question]) -> Answers: ...


class DualResolver(Resolver, AsyncResolver, Protocol):
    """Answers either way."""


class KeepingResolver(DualResolver, Protocol):
    """Keeps answers: what was asked once is known for a while. Tells what it did so far."""

    def prefetch(self, questions: Sequence[Question]) -> None:
        """Begins to ask what will be asked soon; waits for nothing."""

    @property
    def counters(self) -> Counters: ...
