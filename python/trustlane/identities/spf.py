"""SPF alone: one client and one name, without a message, with each step of the evaluation (RFC 7208 §4)."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from trustlane._core import Answer, Inquiry, Question
from trustlane.dns import AsyncResolver, Resolver
from trustlane.identities.finding import Finding
from trustlane.identities.inquire import ainquire, inquire
from trustlane.message import Instant

if TYPE_CHECKING:
    from trustlane._core import FindingParts, SpfStepParts


@dataclass(frozen=True, slots=True)
class Step:
    """One term as it was met, or the record that holds the terms behind it.

    Attributes:
        depth: how many ``include`` terms it stands behind.
        domain: whose record it stands in.
        text: the term, or the record, as published.
        outcome: ``record``, ``matched``, ``not-matched``, ``followed`` for ``redirect``, or ``stopped``: the evaluation
            ended there with an error.
        asked: what it asked DNS; the answers stand in the transcript.
        terms: terms that may ask, spent when it was done; ten are allowed (RFC 7208 §4.6.4).
        void_lookups: look-ups without an answer, spent when it was done; two are allowed.
    """

    depth: int
    domain: str
    text: str
    outcome: str
    asked: Sequence[Question]
    terms: int
    void_lookups: int


@dataclass(frozen=True, slots=True)
class SpfCheck:
    """What one evaluation found, and how.

    Attributes:
        finding: result, reason, and facts as ``mechanism`` and ``explanation``.
        steps: in the order of evaluation.
        transcript: each question with its answer.
    """

    finding: Finding
    steps: tuple[Step, ...]
    transcript: tuple[tuple[Question, Answer], ...]


def check_spf(
    *,
    client_ip: str,
    resolver: Resolver,
    now: Instant,
    identity: str = "mailfrom",
    mail_from: str = "",
    helo: str = "",
    receiver: str = "",
) -> SpfCheck:
    """Whether this client may use this name.

    Args:
        client_ip: IPv4 or IPv6; an IPv4-mapped IPv6 address is IPv4.
        resolver: answers for DNS.
        now: Unix seconds, for the macro ``%{t}``.
        identity: ``mailfrom`` or ``helo``; both should be checked (RFC 7208 §2.3, §2.4).
        mail_from: the reverse-path; ``""`` is the null path, which stands for postmaster at the HELO name.
        helo: as the client said it.
        receiver: our name, for the macro ``%{r}``.

    Raises:
        ValueError: ``client_ip`` is no address, or ``identity`` is none of the two.
    """
    inquiry = _inquiry(client_ip, identity, mail_from, helo, receiver, now)
    return _checked(inquiry, inquire(inquiry, resolver))


async def acheck_spf(
    *,
    client_ip: str,
    resolver: AsyncResolver,
    now: Instant,
    identity: str = "mailfrom",
    mail_from: str = "",
    helo: str = "",
    receiver: str = "",
) -> SpfCheck:
    """:func:`check_spf` for an event loop."""
    inquiry = _inquiry(client_ip, identity, mail_from, helo, receiver, now)
    return _checked(inquiry, await ainquire(inquiry, resolver))


def steps(parts: Sequence["SpfStepParts"]) -> tuple[Step, ...]:
    """Steps as the core tells them, with their names."""
    return tuple(Step(*step) for step in parts)


def _inquiry(client_ip: str, identity: str, mail_from: str, helo: str, receiver: str, now: Instant) -> Inquiry:
    return Inquiry.spf(
        client_ip=client_ip, identity=identity, mail_from=mail_from, helo=helo, receiver=receiver, now=int(now)
    )


def _checked(inquiry: Inquiry, outcome: tuple["FindingParts", Sequence["SpfStepParts"]]) -> SpfCheck:
    finding, taken = outcome
    return SpfCheck(Finding._make(finding), steps(taken), tuple(inquiry.transcript()))
