"""The replay guard: copies of one signed mail that somebody else sends take the open lane and earn nothing."""

from collections.abc import Mapping
from typing import NamedTuple

from trustlane.assessment.reasons import STANDING
from trustlane.assessment.word import Word
from trustlane.ledger.history import History, Subject
from trustlane.ledger.marks import how_many
from trustlane.ledger.observation import Sighting
from trustlane.ledger.signatures import is_replayed


class Copy(NamedTuple):
    """One copy too many, the hash of its signature, and what follows."""

    signature: str
    word: Word


def replayed(sighting: Sighting, histories: Mapping[Subject, History]) -> Copy | None:
    """Whether the mail is one copy too many of any of its signatures."""
    for subject in sighting.signatures:
        signature = histories.get(subject)
        if signature and is_replayed(signature, sighting):
            reason = STANDING.reason(
                "replayed",
                networks=how_many(signature.networks | sighting.network),
                strangers=how_many(signature.others | sighting.strangers),
            )
            return Copy(subject.name, Word(is_trusted=False, reasons=(reason,)))
    return None
