"""Checks without a message, asked and replayed: what a tool, a policy service or a sender of reports wants to know."""

from typing import Any

from trustlane._core import Inquiry
from trustlane.dns import AsyncResolver, Resolver


def inquire(inquiry: Inquiry, resolver: Resolver) -> Any:
    """The outcome of an inquiry, once the resolver answered what it asks."""
    while questions := inquiry.questions():
        inquiry.learn(resolver.ask(questions))
    return inquiry.outcome()


async def ainquire(inquiry: Inquiry, resolver: AsyncResolver) -> Any:
    """The same for an event loop."""
    while questions := inquiry.questions():
        inquiry.learn(await resolver.aask(questions))
    return inquiry.outcome()
