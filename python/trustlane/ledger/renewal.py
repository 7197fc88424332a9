"""Renewal: when a name starts anew, because its past is another's or too long ago."""

from trustlane.ledger.history import History
from trustlane.ledger.observation import Sighting

LAPSE_SECONDS = 180 * 86_400.0
"""Without mail for so long, what was is forgotten: six half-lives leave 1.6 % of it."""

NEW_OWNER_SECONDS = 30 * 86_400.0
"""A pause within which a name may have changed hands: registries hold one that expired for 30 days."""

NOT_RENEWED = frozenset({"newcomer", "reporter", "signature", "correspondent"})
"""Kinds that send no mail of their own."""


def is_lapsed(history: History, time: float) -> bool:
    """Whether it was silent for too long."""
    return history.last_mail > 0.0 and time - history.last_mail > LAPSE_SECONDS


def has_new_owner(history: History, sighting: Sighting, time: float) -> bool:
    """Whether somebody else seems to have it: after a pause, all keys are new, and the networks too."""
    return (
        history.last_mail > 0.0
        and time - history.last_mail > NEW_OWNER_SECONDS
        and history.keys != 0
        and sighting.keys != 0
        and not history.keys & sighting.keys
        and not history.networks & sighting.network
    )


def renewed(history: History, sighting: Sighting, time: float) -> History:
    """The history that counts for a mail of this time: nothing, where the name starts anew."""
    if time - history.last_mail <= NEW_OWNER_SECONDS or history.subject.kind in NOT_RENEWED:
        return history
    if is_lapsed(history, time) or has_new_owner(history, sighting, time):
        return History(history.subject, set_until=history.set_until, set_to=history.set_to, set_why=history.set_why)
    return history
