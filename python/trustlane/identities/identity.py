"""Findings become validated identities, and these become the subjects of history.

A name is validated only by a pass that covers the whole body; the author domain only by an aligned pass of such a name
(RFC 9989 §4.4). A key in test mode validates nothing: its mail must be treated as if it were not signed (RFC 6376
§3.6.1). The pair (author domain, signing domain) is a subject of its own, because a shared mail service signs for many.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from ipaddress import ip_address, ip_network

from trustlane.identities.finding import Finding
from trustlane.ledger import Subject
from trustlane.message import Session

IPV4_PREFIX = 24
"""Bits of an IPv4 network that share one subject: the smallest block that is commonly routed alone."""

IPV6_PREFIX = 48
"""Bits of an IPv6 network that share one subject: the most that one site is commonly given (RFC 6177 §2)."""


@dataclass(frozen=True, slots=True)
class Identity:
    """One validated name.

    Attributes:
        kind: ``rfc5322.from``, ``dkim``, ``spf``, ``rfc5321.helo``, ``ipv4`` or ``ipv6`` (RFC 7073 §3.2); or one of
            ours: ``pra`` (Sender ID); ``iprev`` and ``helo``, names that lead to the client; ``batv``, our own address
            that a bounce answers; ``arc``, a sealer whom this site lists. Of these only ``pra`` has a history here.
        name: lower case, A-labels; for addresses the network.
        organizational_domain: where a DMARC walk found it (RFC 9989 §4.10.2), else ``None``.
        is_aligned: whether it is, or is aligned with, the author domain.
        by: the method that validated it.
        coverage: ``whole`` where a signature over the whole body stands behind it; ``session`` where it says who sent
            the mail, and nothing of what is in it.
    """

    kind: str
    name: str
    organizational_domain: str | None
    is_aligned: bool
    by: str
    coverage: str = "session"


@dataclass(frozen=True, slots=True)
class Identities:
    """All that answer for one mail.

    Attributes:
        validated: each validated identity, once.
        pairs: (author domain, signing domain), where the author domain is one and readable and the signing domain
            is validated; the author domain itself need not be.
        subjects: whom the ledger is asked about, most specific first.
    """

    validated: tuple[Identity, ...]
    pairs: tuple[tuple[str, str], ...]
    subjects: tuple[Subject, ...]


def identify(findings: Sequence[Finding], session: Session) -> Identities:
    """The identities that these findings validate."""
    author = _author(findings)
    validated = tuple(dict.fromkeys(_validated(findings, session, author)))
    signers = [identity.name for identity in validated if identity.kind == "dkim"]
    pairs = tuple((author.domain, signer) for signer in signers) if author else ()
    return Identities(validated, pairs, tuple(dict.fromkeys(_subjects(validated, pairs, author))))


@dataclass(frozen=True, slots=True)
class _Author:
    domain: str
    address: str | None
    organizational_domain: str
    is_validated: bool
    aligned_by: tuple[str, ...]


def _author(findings: Sequence[Finding]) -> _Author | None:
    """The one author domain; several of them, or a damaged From, make none (RFC 9989 §5.3.1).

    DMARC takes any pass that is aligned. Here a name must be validated to stand behind its author: not by a signature
    that leaves part of the body open, nor by an SPF record that lets everybody send.
    """
    found = [finding for finding in findings if finding.method == "dmarc" and "author_domain" in finding.facts]
    if len(found) != 1:
        return None
    facts = found[0].facts
    if facts.get("is_ambiguous"):
        return None
    validated = {
        f"{kind} {finding.facts['domain']}"
        for finding in findings
        if (kind := _kind_validated_by(finding)) in _ALIGNABLE
    }
    aligned_by = tuple(name for name in facts.get("aligned_by", ()) if name in validated)
    return _Author(
        domain=facts["author_domain"],
        address=facts.get("author_address"),
        organizational_domain=facts.get("organizational_domain", facts["author_domain"]),
        is_validated=facts.get("is_aligned", False) and bool(aligned_by),
        aligned_by=aligned_by,
    )


_ALIGNABLE = ("dkim", "spf")
"""Kinds that DMARC may align (RFC 9989 §4.4)."""


def _validated(findings: Sequence[Finding], session: Session, author: _Author | None) -> Iterable[Identity]:
    if author and author.is_validated:
        coverage = "whole" if any(name.startswith("dkim ") for name in author.aligned_by) else "session"
        yield Identity(
            "rfc5322.from", author.domain, author.organizational_domain, is_aligned=True, by="dmarc", coverage=coverage
        )
    for finding in findings:
        for sealer in finding.facts.get("trusted_sealers", ()):
            yield Identity("arc", sealer, None, is_aligned=False, by="arc")
        kind = _kind_validated_by(finding)
        if kind is None:
            continue
        name = finding.facts[_NAMED_BY.get(kind, "domain")]
        is_aligned = author is not None and f"{kind} {name}" in author.aligned_by
        organization = author.organizational_domain if author and is_aligned else None
        coverage = "whole" if kind == "dkim" else "session"
        yield Identity(kind, name, organization, is_aligned, finding.method, coverage)
    if network := network_of(session.client_ip):
        kind = "ipv6" if ":" in network else "ipv4"
        yield Identity(kind, network, None, is_aligned=False, by="network")


def _kind_validated_by(finding: Finding) -> str | None:
    if finding.result != "pass":
        return None
    match finding.method:
        case "dkim" if finding.facts.get("body_coverage") == "whole" and not finding.facts.get("is_testing"):
            return "dkim"
        case "spf" if not finding.facts.get("matches_everyone"):
            return "rfc5321.helo" if finding.facts["identity"] == "helo" else "spf"
        case "csa":
            return "rfc5321.helo"
        case "sender-id" if finding.facts["identity"] == "pra" and not finding.facts.get("matches_everyone"):
            return "pra"
        case "helo" if "domain" in finding.facts:
            return "helo"
        case "iprev" | "batv":
            return finding.method
        case _:
            return None


_NAMED_BY = {"iprev": "name", "batv": "address"}
"""The fact that holds the name, where it is no domain."""


_NETWORKS_KEPT = 16_384
"""Networks kept by address, some 4 MB: most mail comes from few hosts, and reading an address costs some 10 µs."""


@lru_cache(maxsize=_NETWORKS_KEPT)
def network_of(client_ip: str | None) -> str | None:
    """The network whose history stands in for an address; ``None`` where there is no readable address."""
    if not client_ip:
        return None
    try:
        address = ip_address(client_ip)
    except ValueError:
        return None
    if address.version == 6 and address.ipv4_mapped:
        address = address.ipv4_mapped
    prefix = IPV4_PREFIX if address.version == 4 else IPV6_PREFIX
    return str(ip_network((address, prefix), strict=False))


def _subjects(
    validated: Sequence[Identity], pairs: Sequence[tuple[str, str]], author: _Author | None
) -> Iterable[Subject]:
    """Back-off order of history: the most specific subject first."""
    if author and author.is_validated:
        if author.address:
            yield Subject("address", author.address)
        yield Subject("rfc5322.from", author.domain)
        yield Subject("organization", author.organizational_domain)
    for domain, signer in pairs:
        yield Subject("pair", f"{domain} {signer}")
    for kind, subject in _KINDS_BY_BACK_OFF:
        for identity in validated:
            if identity.kind == kind:
                yield Subject(subject, identity.name)


_KINDS_BY_BACK_OFF = (
    ("dkim", "dkim"),
    ("spf", "spf"),
    ("pra", "pra"),
    ("rfc5321.helo", "rfc5321.helo"),
    ("ipv4", "network"),
    ("ipv6", "network"),
)
