"""Assessment: what the identities behind a mail did before, and how far each may be trusted.

Takes subjects and their histories, gives an Assessment with its reasons: the Identity Assessor of RFC 6376 §2.7. It is
pure arithmetic and knows nothing of DNS, of storage, or of what is done with the mail.
"""

from trustlane.assessment.assess import SPEAKS_FOR_THE_AUTHOR, Assessment, assess, standing_of, subjects_needed
from trustlane.assessment.standing import Level, Standing, Thresholds

__all__ = [
    "SPEAKS_FOR_THE_AUTHOR",
    "Assessment",
    "Level",
    "Standing",
    "Thresholds",
    "assess",
    "standing_of",
    "subjects_needed",
]
