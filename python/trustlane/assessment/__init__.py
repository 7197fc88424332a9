"""Assessment: what the identities behind a mail did before, and how far each may be trusted.

Takes subjects, their histories and what assessors say, gives an Assessment with its reasons: the Identity Assessor of
RFC 6376 §2.7. It is pure: what assessors lack they name, and are told. It knows nothing of sockets, of storage, or of
what is done with the mail.
"""

from trustlane.assessment.assess import Assessment, assess, standing_of, subjects_needed
from trustlane.assessment.assessor import NOTHING_NEEDED, Assessor, Context, Needs, Page
from trustlane.assessment.back_off import SPEAKS_FOR_THE_AUTHOR
from trustlane.assessment.gather import Assessors, Fetcher, agather, gather
from trustlane.assessment.opinion import Opinion, Reach
from trustlane.assessment.sight import sight, sighted, strangers
from trustlane.assessment.standing import Level, Standing, Thresholds
from trustlane.assessment.told import parts

__all__ = [
    "NOTHING_NEEDED",
    "SPEAKS_FOR_THE_AUTHOR",
    "Assessment",
    "Assessor",
    "Assessors",
    "Context",
    "Fetcher",
    "Level",
    "Needs",
    "Opinion",
    "Page",
    "Reach",
    "Standing",
    "Thresholds",
    "agather",
    "assess",
    "gather",
    "parts",
    "sight",
    "sighted",
    "standing_of",
    "strangers",
    "subjects_needed",
]
