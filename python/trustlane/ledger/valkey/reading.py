"""Reading histories from the servers."""

from collections.abc import Sequence

from trustlane.ledger.ageing import is_stale
from trustlane.ledger.history import History, Subject
from trustlane.ledger.valkey import keys, values
from trustlane.ledger.valkey.servers import Servers


def read(
    servers: Servers, subjects: Sequence[Subject], now: float, *, from_replica: bool = False
) -> dict[Subject, History]:
    """Histories of those that have one, in one trip; what says nothing any more has none."""
    asked = [("GET", keys.history_key(subject)) for subject in subjects]
    answers = servers.together(asked, from_replica=from_replica)
    found = [values.history_of(subject, kept) for subject, kept in zip(subjects, answers, strict=True) if kept]
    return {history.subject: history for history in found if not is_stale(history, now)}
