"""The keys for bounce addresses, as the settings name them."""

from trustlane import batv
from trustlane._core import BatvRing
from trustlane.batv import BounceKeys
from trustlane.errors import SettingsError
from trustlane.settings import Settings


def bounce_keys_of(settings: Settings) -> BounceKeys:
    """The keys in the file; none where there is no file.

    Raises:
        SettingsError: it cannot be read, others may read it, or it is no file of keys.
    """
    try:
        return batv.read(settings.batv.keys)
    except (OSError, ValueError) as error:
        raise SettingsError("batv.keys", f"{settings.batv.keys}: {error}", KEYS) from error


def ring_of(settings: Settings) -> BatvRing | None:
    """What tags and checks; ``None`` where the settings name no domain.

    Raises:
        SettingsError: there is no key, or keys could be taken for each other.
    """
    part = settings.batv
    if not part.domains:
        return None
    if part.run_in_days <= part.lifetime_days:
        raise SettingsError("batv.run_in_days", "must be more than batv.lifetime_days", "run_in_days = 10")
    keys = bounce_keys_of(settings)
    try:
        return keys.ring(part.domains, lifetime_days=part.lifetime_days, run_in_days=part.run_in_days)
    except ValueError as error:
        why = f"{part.keys}: {error}; `trustlane batv rotate` makes a key"
        raise SettingsError("batv.keys", why, KEYS) from error


KEYS = 'keys = "/var/lib/trustlane/bounce-keys"'
