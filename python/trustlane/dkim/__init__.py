"""DKIM for programs: verify, sign, and the findings behind a verdict.

:func:`verify` and :func:`sign` take and give what dkimpy's functions of these names do, so that a program moves by
changing an import (docs/moving-from-dkimpy.md). :func:`examine` and :class:`Arrival` tell more: one finding for each
signature, with its reason. It knows nothing of history, trust or lanes.
"""

from trustlane._core import KeyCache
from trustlane.dkim.arrival import Arrival
from trustlane.dkim.errors import (
    DKIMException,
    KeyFormatError,
    MessageFormatError,
    ParameterError,
    ValidationError,
)
from trustlane.dkim.examine import aexamine, examine
from trustlane.dkim.many import verify_many, verify_one
from trustlane.dkim.sign import sign
from trustlane.dkim.verify import verify
from trustlane.identities import KEYS

dkim_sign = sign
dkim_verify = verify

__all__ = [
    "KEYS",
    "Arrival",
    "DKIMException",
    "KeyCache",
    "KeyFormatError",
    "MessageFormatError",
    "ParameterError",
    "ValidationError",
    "aexamine",
    "dkim_sign",
    "dkim_verify",
    "examine",
    "sign",
    "verify",
    "verify_many",
    "verify_one",
]
