"""DMARC alone: policies, alignment and report addresses, without a message (RFC 9989, RFC 9990 §4)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from trustlane._core import Answer, Inquiry, PublicSuffixes, Question
from trustlane.dns import AsyncResolver, Resolver
from trustlane.identities.finding import Finding
from trustlane.identities.inquire import ainquire, inquire


@dataclass(frozen=True, slots=True)
class Step:
    """One name of a walk.

    Attributes:
        name: the name itself; its record would stand below ``_dmarc``.
        question: what was asked; ``None`` where the name is too long for it.
        seen: ``record``, ``nothing``, ``several-records`` (which count as none), ``unavailable`` or ``too-long``.
        record: the record as published, where there is one.
        is_last: the walk ended here (RFC 9989 §4.10).
    """

    name: str
    question: Question | None
    seen: str
    record: str | None
    is_last: bool


@dataclass(frozen=True, slots=True)
class Discovered:
    """What policy discovery found for an author domain.

    Attributes:
        steps: the names that were looked at.
        discovery_method: ``treewalk``, or ``psl`` where a public suffix list was given.
        organizational_domain: ``None`` where DNS gave no answer that decides.
        policy_domain: where the record stands that applies; ``None`` without one.
        policy: what it asks for mail of this author, after ``sp``, ``np`` and ``t``: ``none``, ``quarantine`` or
            ``reject``.
        record: its tags after their defaults: ``p``, ``sp``, ``np``, ``psd``, ``adkim``, ``aspf``, ``t``, ``rua``,
            ``ruf``, ``fo``, and the ``text``.
        reason: code and sentence of why no policy applies, where none does.
        transcript: each question with its answer.
    """

    steps: tuple[Step, ...]
    discovery_method: str
    organizational_domain: str | None
    policy_domain: str | None
    policy: str | None
    record: Mapping[str, Any] | None
    reason: tuple[str, str] | None
    transcript: tuple[tuple[Question, Answer], ...]


@dataclass(frozen=True, slots=True)
class Destination:
    """One address for reports, and whether they may go there.

    Attributes:
        uri: as the record has it.
        authority: ``internal``, ``authorized``, ``not-authorized``, ``overridden-elsewhere``, ``name-too-long``,
            ``not-mail`` or ``unavailable``.
        is_granted: whether reports may go there.
        asked_at: the name that the receiver of reports was asked at, where it had to be.
        overridden_by: where they go instead, in the receiver's own words.
    """

    uri: str
    authority: str
    is_granted: bool
    asked_at: str | None
    overridden_by: Sequence[str]


def discover(domain: str, resolver: Resolver, *, suffixes: PublicSuffixes | None = None) -> Discovered:
    """The policy and the organizational domain of an author domain, with each name of the walk (RFC 9989 §4.10).

    Raises:
        ValueError: ``domain`` is no domain name.
    """
    inquiry = Inquiry.policy(domain, suffixes=suffixes)
    return _discovered(inquiry, inquire(inquiry, resolver))


async def adiscover(domain: str, resolver: AsyncResolver, *, suffixes: PublicSuffixes | None = None) -> Discovered:
    """:func:`discover` for an event loop."""
    inquiry = Inquiry.policy(domain, suffixes=suffixes)
    return _discovered(inquiry, await ainquire(inquiry, resolver))


def evaluate_dmarc(
    from_values: Sequence[bytes],
    authenticated: Sequence[tuple[str, str, str]],
    resolver: Resolver,
    *,
    suffixes: PublicSuffixes | None = None,
) -> tuple[Finding, ...]:
    """DMARC for a message that others authenticated: one finding for each author domain (RFC 9989 §5.3).

    Args:
        from_values: the value of each From field of the message.
        authenticated: method (``dkim`` or ``spf``), domain, and ``pass`` or ``temperror``. Of SPF, only MAIL FROM
            counts.
        resolver: answers for DNS.
        suffixes: a public suffix list, for the legacy way to organizational domains.

    Raises:
        ValueError: a method, domain or result is none.
    """
    inquiry = Inquiry.dmarc(from_values, authenticated, suffixes=suffixes)
    return tuple(Finding._make(parts) for parts in inquire(inquiry, resolver))


def report_destinations(
    policy_domain: str,
    uris: Sequence[str],
    resolver: Resolver,
    *,
    tag: str = "rua",
    suffixes: PublicSuffixes | None = None,
) -> tuple[Destination, ...]:
    """Whether reports about a policy domain may go to the addresses of its record (RFC 9990 §4, RFC 9991 §3).

    Args:
        policy_domain: where the record stands.
        uris: of its ``rua`` or ``ruf``; ten are looked at.
        resolver: answers for DNS.
        tag: ``rua`` or ``ruf``.
        suffixes: a public suffix list, for the legacy way to organizational domains.

    Raises:
        ValueError: ``policy_domain`` is no domain name, or ``tag`` is none of the two.
    """
    inquiry = Inquiry.destinations(policy_domain, uris, tag=tag, suffixes=suffixes)
    return tuple(Destination(*parts) for parts in inquire(inquiry, resolver))


async def areport_destinations(
    policy_domain: str,
    uris: Sequence[str],
    resolver: AsyncResolver,
    *,
    tag: str = "rua",
    suffixes: PublicSuffixes | None = None,
) -> tuple[Destination, ...]:
    """:func:`report_destinations` for an event loop."""
    inquiry = Inquiry.destinations(policy_domain, uris, tag=tag, suffixes=suffixes)
    return tuple(Destination(*parts) for parts in await ainquire(inquiry, resolver))


def _discovered(inquiry: Inquiry, outcome: Mapping[str, Any]) -> Discovered:
    steps = tuple(Step(*step) for step in outcome["steps"])
    return Discovered(**{**outcome, "steps": steps}, transcript=tuple(inquiry.transcript()))
