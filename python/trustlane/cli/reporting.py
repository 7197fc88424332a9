"""The way back as the settings have it."""

import asyncio
import logging
from collections import Counter
from collections.abc import Callable
from ipaddress import ip_network

from trustlane.errors import LedgerError
from trustlane.ledger import Kind
from trustlane.message import Instant, Transaction
from trustlane.reports import Listener
from trustlane.reports.feedback import Feedback
from trustlane.reports.observing import Observer
from trustlane.settings import Settings

log = logging.getLogger("trustlane")


def feedback_of(settings: Settings, listener: Listener, counts: Counter[str]) -> Feedback | None:
    """What takes reports by mail; ``None`` where no address is for them."""
    addresses = {
        **{address.lower(): Kind.COMPLAINT for address in settings.feedback.addresses},
        **{address.lower(): Kind.NOT_JUNK for address in settings.feedback.not_junk_addresses},
    }
    return Feedback(listener, addresses, counts) if addresses else None


def sent_of(settings: Settings, listener: Listener) -> Callable[[Transaction, Instant], None]:
    """What learns from mail that leaves, beside the event loop: mail does not wait for it."""
    if not settings.feedback.correspondents:
        return lambda *_: None

    def learn(mail: Transaction, now: Instant) -> None:
        try:
            listener.sent(mail, now=now)
        except LedgerError as error:
            log.error("correspondents cannot be kept: %s", error)

    def tell(mail: Transaction, now: Instant) -> None:
        asyncio.get_running_loop().run_in_executor(None, learn, mail, now)

    return tell


def observer_of(settings: Settings) -> Observer:
    """What the relay looks for beside its decision."""
    return Observer(
        traps=frozenset(address.lower() for address in settings.feedback.trap_addresses),
        filters=[ip_network(source) for source in settings.feedback.verdict_sources],
        verdict_fields=settings.feedback.verdict_fields,
    )
