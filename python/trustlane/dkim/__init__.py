"""DKIM and ARC for programs: verify, sign, seal, and the findings behind a verdict.

:func:`verify`, :func:`sign`, :func:`arc_verify` and :func:`arc_sign` take and give what dkimpy's functions of these
names do, so that a program moves by changing an import (docs/moving-from-dkimpy.md). :func:`examine`,
:class:`Arrival` and :func:`examine_chain` tell more: one finding for each signature and for the chain, with its
reason. It knows nothing of history, trust or lanes.
"""

from trustlane._core import KeyCache
from trustlane.dkim.arc import CV_Fail, CV_None, CV_Pass, arc_sign, arc_verify
from trustlane.dkim.arrival import Arrival
from trustlane.dkim.chain import ArcSet, Chain, Signer, aexamine_chain, examine_chain
from trustlane.dkim.errors import (
    DKIMException,
    KeyFormatError,
    MessageFormatError,
    ParameterError,
    ValidationError,
)
from trustlane.dkim.examine import aexamine, examine
from trustlane.dkim.many import verify_many, verify_one
from trustlane.dkim.objects import ARC, DKIM
from trustlane.dkim.sign import sign
from trustlane.dkim.verify import verify, verify_async
from trustlane.identities import KEYS

dkim_sign = sign
dkim_verify = verify
dkim_verify_async = verify_async

__all__ = [
    "ARC",
    "DKIM",
    "KEYS",
    "ArcSet",
    "Arrival",
    "CV_Fail",
    "CV_None",
    "CV_Pass",
    "Chain",
    "DKIMException",
    "KeyCache",
    "KeyFormatError",
    "MessageFormatError",
    "ParameterError",
    "Signer",
    "ValidationError",
    "aexamine",
    "aexamine_chain",
    "arc_sign",
    "arc_verify",
    "dkim_sign",
    "dkim_verify",
    "dkim_verify_async",
    "examine",
    "examine_chain",
    "sign",
    "verify",
    "verify_async",
    "verify_many",
    "verify_one",
]
