"""The chain of ARC of a whole message (RFC 8617), with what became of each of its sets."""

import time
from collections.abc import Sequence
from dataclasses import dataclass

from trustlane._core import Answer, Examination, KeyCache, Question
from trustlane.dkim.errors import ParameterError
from trustlane.dns import AsyncResolver, Resolver
from trustlane.identities import KEYS, Finding
from trustlane.message import Instant


@dataclass(frozen=True, slots=True)
class Signer:
    """Who made one of the two signatures of a set.

    Attributes:
        domain: d=, as A-labels; ``None`` where it cannot be read.
        selector: s=, likewise.
        is_verified: whether the signature verified; what was not looked at, as the chain had failed, did not.
        rsa_bits: bits of an RSA key, where one was found.
    """

    domain: str | None
    selector: str | None
    is_verified: bool
    rsa_bits: int | None


@dataclass(frozen=True, slots=True)
class ArcSet:
    """One set: what somebody who passed the mail on had found, and their two signatures.

    Attributes:
        instance: 1 for the first who sealed.
        results: the value of ARC-Authentication-Results, unfolded.
        signer: of ARC-Message-Signature.
        sealer: of ARC-Seal.
        status: cv= of the seal.
    """

    instance: int
    results: bytes
    signer: Signer
    sealer: Signer
    status: str


@dataclass(frozen=True, slots=True)
class Chain:
    """A chain and its sets.

    Attributes:
        finding: the one finding of method ``arc``; its result is ``none`` for a message without fields of ARC.
        sets: the newest first; empty where the fields make no chain.
    """

    finding: Finding
    sets: tuple[ArcSet, ...]


def examine_chain(
    message: bytes,
    *,
    resolver: Resolver,
    now: Instant | None = None,
    trusted_sealers: Sequence[str] = (),
    line_ends: str = "fix-crlf",
    cache: KeyCache = KEYS,
) -> Chain:
    """What the chain of a message proves. Never raises for what is in the message or what DNS says.

    Args:
        message: header and body; a lone LF counts as CRLF, unless ``line_ends`` says otherwise.
        resolver: answers for DNS, as :class:`trustlane.dns.resolver.DnsResolver`.
        now: Unix seconds of receipt; by default this moment.
        trusted_sealers: domains whose seals count; those that do are the fact ``trusted_sealers`` of the finding.
        cache: key records that were read before; by default those of the whole process.

    Raises:
        ParameterError: a trusted sealer is no domain name, or ``line_ends`` is no policy.
    """
    examination = _begun(message, now, trusted_sealers, line_ends, cache)
    while asked := examination.questions():
        answers = resolver.ask([question for question in asked if _is_for_key(question)])
        examination.learn({question: answers.get(question, _NOT_ASKED) for question in asked})
    return _chain(examination)


async def aexamine_chain(
    message: bytes,
    *,
    resolver: AsyncResolver,
    now: Instant | None = None,
    trusted_sealers: Sequence[str] = (),
    line_ends: str = "fix-crlf",
    cache: KeyCache = KEYS,
) -> Chain:
    """The same for an event loop."""
    examination = _begun(message, now, trusted_sealers, line_ends, cache)
    while asked := examination.questions():
        answers = await resolver.aask([question for question in asked if _is_for_key(question)])
        examination.learn({question: answers.get(question, _NOT_ASKED) for question in asked})
    return _chain(examination)


def _begun(
    message: bytes, now: Instant | None, trusted_sealers: Sequence[str], line_ends: str, cache: KeyCache
) -> Examination:
    instant = time.time() if now is None else now
    try:
        examination = Examination(
            now=int(instant), line_ends=line_ends, trusted_sealers=trusted_sealers, cache=cache, max_signatures=0
        )
    except ValueError as error:
        raise ParameterError(str(error)) from error
    examination.feed(message)
    examination.finish()
    return examination


def _chain(examination: Examination) -> Chain:
    findings = [finding for parts in examination.findings() if (finding := Finding._make(parts)).method == "arc"]
    finding = findings[0] if findings else _NO_CHAIN
    sets = (
        ArcSet(instance, results, Signer(*signer), Signer(*sealer), status)
        for instance, results, signer, sealer, status in examination.chain()
    )
    return Chain(finding, tuple(sets))


_NO_CHAIN = Finding("arc", "none", "arc.no-chain", "the message has no fields of ARC")

_NOT_ASKED = Answer.unavailable("not-asked")


def _is_for_key(question: Question) -> bool:
    """Only keys are asked for: what other checks would know has no part in a chain."""
    return "._domainkey." in question.name
