"""Gathering opinions: assessors say what they lack, DNS and HTTP are asked, until each can speak.

What all assessors lack leaves together, in one round. What did not come in time is missing, and gives no opinion.
"""

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Protocol

from trustlane._core import Answer, Question
from trustlane.assessment.assessor import Assessor, Context, Needs, Page
from trustlane.assessment.opinion import Opinion
from trustlane.dns import AsyncResolver, Resolver
from trustlane.identities import Identities
from trustlane.ledger import Subject
from trustlane.message import Instant, Session

MAX_ROUNDS = 3
"""A template, then the reputation that it leads to, then nothing more: RFC 7072 §3 has two steps, and one is to
spare."""


class Fetcher(Protocol):
    """The port of HTTP: gets pages within a deadline of its own. What did not come has the status 0."""

    def fetch(self, addresses: Sequence[str]) -> Mapping[str, Page]: ...


class NoFetcher:
    """No HTTP, by choice of the caller: nothing comes."""

    def fetch(self, addresses: Sequence[str]) -> Mapping[str, Page]:
        return dict.fromkeys(addresses, Page(0))


@dataclass(frozen=True, slots=True)
class Assessors:
    """All that a site asks beside its own standing, and how it gets pages."""

    all: tuple[Assessor, ...] = ()
    fetcher: Fetcher = field(default_factory=NoFetcher)

    def subjects(self, identities: Identities, context: Context) -> list[Subject]:
        """Whose histories they want from the ledger."""
        return [subject for it in self.all for subject in it.subjects(identities, context)]

    def ahead(self, session: Session, now: Instant) -> list[Question]:
        """What can be asked before a mail is examined: of its client's address."""
        return list(dict.fromkeys(question for it in self.all for question in it.ahead(session, now)))


def gather(
    assessors: Assessors, identities: Identities, context: Context, resolver: Resolver, now: Instant
) -> list[Opinion]:
    """What they say of a mail's identities."""
    for _ in range(MAX_ROUNDS):
        needs = _needs(assessors, identities, context, now)
        if not needs:
            break
        answers = resolver.ask(needs.questions) if needs.questions else {}
        pages = assessors.fetcher.fetch(needs.pages) if needs.pages else {}
        context = _with(context, answers, pages)
    return list(_opinions(assessors, identities, context, now))


async def agather(
    assessors: Assessors, identities: Identities, context: Context, resolver: AsyncResolver, now: Instant
) -> list[Opinion]:
    """The same for an event loop; pages are got in a thread."""
    for _ in range(MAX_ROUNDS):
        needs = _needs(assessors, identities, context, now)
        if not needs:
            break
        answers, pages = await asyncio.gather(
            resolver.aask(needs.questions) if needs.questions else _nothing(),
            asyncio.to_thread(assessors.fetcher.fetch, needs.pages) if needs.pages else _no_pages(),
        )
        context = _with(context, answers, pages)
    return list(_opinions(assessors, identities, context, now))


def _needs(assessors: Assessors, identities: Identities, context: Context, now: Instant) -> Needs:
    """What all of them lack, without what was asked in vain."""
    questions: dict[Question, None] = {}
    pages: dict[str, None] = {}
    for it in assessors.all:
        needs = it.needs(identities, context, now)
        questions.update(dict.fromkeys(question for question in needs.questions if question not in context.answers))
        pages.update(dict.fromkeys(page for page in needs.pages if page not in context.pages))
    return Needs(tuple(questions), tuple(pages))


def _with(context: Context, answers: Mapping[Question, Answer], pages: Mapping[str, Page]) -> Context:
    return replace(context, answers={**context.answers, **answers}, pages={**context.pages, **pages})


def _opinions(assessors: Assessors, identities: Identities, context: Context, now: Instant) -> Iterator[Opinion]:
    for it in assessors.all:
        yield from it.opine(identities, context, now)


async def _nothing() -> Mapping[Question, Answer]:
    return {}


async def _no_pages() -> Mapping[str, Page]:
    return {}
