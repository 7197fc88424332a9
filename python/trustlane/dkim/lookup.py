"""A caller's own way to look up TXT records, as a resolver."""

from collections.abc import Callable, Sequence

from trustlane._core import Answer, Question
from trustlane.dns import Answers, Resolver
from trustlane.dns.limits import DnsLimits
from trustlane.dns.resolver import DnsResolver

TxtLookup = Callable[..., bytes | str | None]
"""``lookup(name, timeout=seconds)``: the text of the record at a name with its final dot, or ``None`` for none."""


class TxtResolver:
    """Asks the caller's function. It cannot tell "there is none" from "cannot know", unless it raises."""

    def __init__(self, lookup: TxtLookup, seconds: float) -> None:
        self._lookup = lookup
        self._seconds = seconds

    def ask(self, questions: Sequence[Question]) -> Answers:
        return {question: self._answer(question) for question in questions}

    def _answer(self, question: Question) -> Answer:
        try:
            text = self._lookup(f"{question.name}.".encode(), timeout=self._seconds)
        except Exception:
            return Answer.unavailable("servfail")
        if not text:
            return Answer.nxdomain()
        return Answer.found("TXT", [text.encode() if isinstance(text, str) else text])


def resolver_by(lookup: TxtLookup | None, seconds: float) -> Resolver:
    """The caller's function, or DNS as the system has it."""
    if lookup:
        return TxtResolver(lookup, seconds)
    return DnsResolver(nameservers=None, limits=DnsLimits(deadline_seconds=seconds))
