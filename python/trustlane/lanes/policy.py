"""What this site wants."""

from dataclasses import dataclass, field
from enum import StrEnum

from trustlane.assessment import Assessors, Thresholds
from trustlane.identities import ExamineLimits
from trustlane.lanes.site_keys import SiteKeys


class Mode(StrEnum):
    """How far decisions are acted upon. A new site starts in observe."""

    OBSERVE = "observe"
    """Header fields only; every mail goes to the inbox."""
    TAG = "tag"
    """Header fields and lanes; nothing is refused or held."""
    ENFORCE = "enforce"
    """Decisions are carried out."""


@dataclass(frozen=True, slots=True)
class Policy:
    """Local policy. Every part has a default; an operator sets them in ``trustlane.toml``.

    Attributes:
        mode: how far decisions are acted upon.
        thresholds: where trust begins and ends.
        limits: how much work one mail may cause.
        assessors: who is asked beside this site's own standing.
        keys: secrets that sign decision ids; without any, ids are not signed.
    """

    mode: Mode = Mode.OBSERVE
    thresholds: Thresholds = field(default_factory=Thresholds)
    limits: ExamineLimits = field(default_factory=ExamineLimits)
    assessors: Assessors = field(default_factory=Assessors)
    keys: SiteKeys = field(default_factory=SiteKeys)
