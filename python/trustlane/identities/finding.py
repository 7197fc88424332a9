"""What one check found."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, NamedTuple

NOTHING: Mapping[str, Any] = MappingProxyType({})


class Finding(NamedTuple):
    """One check's outcome. Bad mail is a finding, never an exception.

    A tuple, as the core gives it, with names: a mail has six of them, and a frozen dataclass costs three times as much.

    Attributes:
        method: ``dkim``, ``arc``, ``spf``, ``sender-id``, ``dmarc``, ``iprev`` (RFC 8601 §2.7); or ``helo``, ``csa``,
            ``batv``, which are not registered.
        result: ``none``, ``pass``, ``fail``, ``softfail``, ``neutral``, ``policy``, ``temperror``, ``permerror``.
        reason: the code of why, as ``dkim.body-hash-differs``; the list is closed (docs/reasons.md).
        text: the same as a sentence.
        values: the values in the sentence, by name.
        properties: what Authentication-Results may carry, as ``header.d`` (RFC 8601 §2.3).
        facts: what else is known, as ``key_bits``, ``body_coverage``, ``organizational_domain``.
    """

    method: str
    result: str
    reason: str
    text: str = ""
    values: Mapping[str, Any] = NOTHING
    properties: Mapping[str, str] = NOTHING
    facts: Mapping[str, Any] = NOTHING
