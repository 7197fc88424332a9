"""A caller's own way to look up TXT records, as a resolver."""

import inspect
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from trustlane._core import Answer, Question
from trustlane.dns import Answers, AsyncResolver, Resolver
from trustlane.dns.limits import DnsLimits
from trustlane.dns.resolver import DnsResolver

TxtLookup = Callable[..., bytes | str | None]
"""``lookup(name, timeout=seconds)``: the text of the record at a name with its final dot, or ``None`` for none."""


AsyncTxtLookup = Callable[..., Awaitable[bytes | str | None] | bytes | str | None]
"""The same, or a coroutine function of it."""


class TxtResolver:
    """Asks the caller's function. It cannot tell "there is none" from "cannot know", unless it raises."""

    def __init__(self, lookup: AsyncTxtLookup, seconds: float) -> None:
        self._lookup = lookup
        self._seconds = seconds

    def ask(self, questions: Sequence[Question]) -> Answers:
        return {question: self._answer(question) for question in questions}

    async def aask(self, questions: Sequence[Question]) -> Answers:
        return {question: await self._aanswer(question) for question in questions}

    def _answer(self, question: Question) -> Answer:
        try:
            return _answer(self._told(question))
        except Exception:
            return Answer.unavailable("servfail")

    async def _aanswer(self, question: Question) -> Answer:
        try:
            told = self._told(question)
            return _answer(await told if inspect.isawaitable(told) else told)
        except Exception:
            return Answer.unavailable("servfail")

    def _told(self, question: Question) -> Any:
        return self._lookup(f"{question.name}.".encode(), timeout=self._seconds)


def _answer(text: bytes | str | None) -> Answer:
    if not text:
        return Answer.nxdomain()
    return Answer.found("TXT", [text.encode() if isinstance(text, str) else text])


def resolver_by(lookup: TxtLookup | None, seconds: float) -> Resolver:
    """The caller's function, or DNS as the system has it."""
    if lookup:
        return TxtResolver(lookup, seconds)
    return DnsResolver(nameservers=None, limits=DnsLimits(deadline_seconds=seconds))


def async_resolver_by(lookup: AsyncTxtLookup | None, seconds: float) -> AsyncResolver:
    """The same for an event loop."""
    if lookup:
        return TxtResolver(lookup, seconds)
    return DnsResolver(nameservers=None, limits=DnsLimits(deadline_seconds=seconds))
