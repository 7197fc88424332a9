"""Subjects and what is remembered of each."""

from dataclasses import dataclass
from typing import NamedTuple


class Subject(NamedTuple):
    """One thing that can earn or lose trust.

    Attributes:
        kind: ``address``, ``rfc5322.from`` (author domain), ``organization``, ``pair`` (author domain and signing
            domain, written ``author signer``), ``dkim`` (signing domain), ``spf`` (MAIL FROM domain), ``rfc5321.helo``,
            ``network`` (after RFC 7073 §3.2), or ``newcomer`` (all newcomers of the kind that the name tells).
        name: lower case, A-labels.
    """

    kind: str
    name: str


@dataclass(frozen=True, slots=True)
class History:
    """What the ledger remembers of one subject.

    ``good`` and ``bad`` are decayed weights as of ``as_of``; they are not decayed further until read through
    :func:`trustlane.ledger.evidence.decayed`.

    Attributes:
        good: weight of observations in favour, without any prior.
        bad: weight of observations against.
        as_of: Unix seconds to which both are decayed.
        first_seen: Unix seconds of the first mail or observation.
        last_seen: Unix seconds of the latest.
        mails: how many mails were seen.
        is_trusted: whether trust was held after the latest change (hysteresis).
    """

    subject: Subject
    good: float = 0.0
    bad: float = 0.0
    as_of: float = 0.0
    first_seen: float = 0.0
    last_seen: float = 0.0
    mails: int = 0
    is_trusted: bool = False
