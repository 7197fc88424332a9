"""The way back as the settings have it."""

from ipaddress import ip_network

from trustlane.ledger import Kind
from trustlane.reports import Listener
from trustlane.reports.feedback import Feedback
from trustlane.reports.observing import Observer
from trustlane.settings import Settings


def feedback_of(settings: Settings, listener: Listener) -> Feedback | None:
    """What takes reports by mail; ``None`` where no address is for them."""
    addresses = {
        **{address.lower(): Kind.COMPLAINT for address in settings.feedback.addresses},
        **{address.lower(): Kind.NOT_JUNK for address in settings.feedback.not_junk_addresses},
    }
    return Feedback(listener, addresses) if addresses else None


def observer_of(settings: Settings) -> Observer:
    """What the relay looks for beside its decision."""
    return Observer(
        traps=frozenset(address.lower() for address in settings.feedback.trap_addresses),
        filters=[ip_network(source) for source in settings.feedback.verdict_sources],
        verdict_fields=settings.feedback.verdict_fields,
    )
