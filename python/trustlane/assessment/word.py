"""The word that decides about one mail, whoever says it."""

from dataclasses import dataclass

from trustlane.assessment.standing import Standing
from trustlane.ledger import Subject
from trustlane.reasons import Reason


@dataclass(frozen=True, slots=True)
class Word:
    """A decision in the making.

    Attributes:
        is_trusted: whether the mail may take the trusted lane.
        reasons: why, the decisive one first.
        deciding: the standing that decided, if one did.
        trusted_for: whose trust opened the lane, where an opinion did.
    """

    is_trusted: bool
    reasons: tuple[Reason, ...]
    deciding: Standing | None = None
    trusted_for: Subject | None = None
