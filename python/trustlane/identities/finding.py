"""What one check found."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Finding:
    """One check's outcome. Bad mail is a finding, never an exception.

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
    values: Mapping[str, Any] = field(default_factory=dict)
    properties: Mapping[str, str] = field(default_factory=dict)
    facts: Mapping[str, Any] = field(default_factory=dict)
