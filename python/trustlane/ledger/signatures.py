"""Signatures: whether one signed mail is sent again and again by somebody else (DKIM replay).

A signature that verifies says who wrote the mail, not who sends this copy of it. One good mail, sent a million times to
people whom its header does not name, spends the good name of its signer. Such copies earn nothing and take the open
lane.
"""

from trustlane.ledger.history import History
from trustlane.ledger.marks import how_many
from trustlane.ledger.observation import Sighting

MOST_NETWORKS = 8.0
"""Networks that one mail may come from. Large senders retry from three or four, and a few recipients forward."""

MOST_STRANGERS = 20.0
"""Recipients that its header does not name: blind copies to a club come to less, and few clubs have all at one site."""

KEPT_SECONDS = 7 * 86_400.0
"""How long a signature is remembered. Copies are sent within hours, before the key or the mail is reported."""


def is_replayed(signature: History, sighting: Sighting) -> bool:
    """Whether this copy makes too many, of networks or of strangers."""
    return how_many(signature.networks | sighting.network) > MOST_NETWORKS or (
        how_many(signature.others | sighting.strangers) > MOST_STRANGERS
    )
