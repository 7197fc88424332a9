"""Findings as a log has them become findings as the line has them.

A log keeps of each check ``method``, ``result``, ``domain``, ``selector``, ``signature`` and ``reason``. What else the
line may want of it can stand beside these; where it does not, the plain case is taken:

- ``identity`` of an SPF finding, ``helo`` or ``mailfrom``. Without it a domain that is the client's own name, and not
  that of the reverse-path, was the HELO name (RFC 7208 §2.3).
- ``coverage`` of a DKIM finding, how much of the body was signed. Without it a pass covered all.
- ``organization`` of a DMARC finding, the author's organizational domain, and ``policy``, what its owner asks for.
  Without them it is the author domain, and nothing.
"""

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from trustlane.identities import Finding

NAMES = ("method", "result", "domain", "selector", "reason", "identity", "coverage", "organization", "policy")
"""What is read of a finding beside ``signature``."""

RESULTS = frozenset({"none", "pass", "fail", "softfail", "neutral", "policy", "temperror", "permerror"})
"""Result words (RFC 8601 §2.7)."""

Told = tuple[str, str, str | None, str | None, str | None, str | None, str | None, str | None, str | None]
"""The values of :data:`NAMES`, in their order."""


def findings_of(
    listed: Sequence[Any], author: str | None, mail_from: str | None, helo: str | None
) -> tuple[tuple[Finding, ...], tuple[object, ...]]:
    """The findings of one mail, and what is equal for mails that came alike.

    A finding of DMARC is added where the log has none but an author.

    Raises:
        ValueError: one is no finding.
    """
    author_domain, mail_from_domain = domain_of(author), domain_of(mail_from)
    told = [_told(one) for one in listed]
    # What is aligned is known only once all other names are.
    last = sorted(zip(told, listed, strict=True), key=_is_dmarc)
    found: list[Finding] = []
    for values, one in last:
        found.append(_finding(values, one.get("signature"), author, mail_from_domain, helo, found))
    if author_domain and not any(finding.method == "dmarc" for finding in found):
        found.append(_dmarc("none", "", author_domain, author, author_domain, None, ()))
    return tuple(found), (author, mail_from_domain, helo, *told)


def _told(one: Any) -> Told:
    if not isinstance(one, dict):
        raise ValueError(f"a finding must be an object, is {one!r}")
    values: Told = tuple(map(one.get, NAMES))  # type: ignore[assignment]
    method, result = values[0], values[1]
    if method is None or result not in RESULTS or not _TEXTS.issuperset(map(type, (*values, one.get("signature")))):
        raise ValueError(f"a finding needs texts, a method and a result of RFC 8601, is {one!r}")
    return values


_TEXTS = frozenset({str, type(None)})


def domain_of(address: str | None) -> str | None:
    """What stands after the last ``@``, in lower case; ``None`` where nothing does."""
    if not address:
        return None
    return address.rpartition("@")[2].lower() or None


def _finding(
    told: Told,
    signature: str | None,
    author: str | None,
    mail_from_domain: str | None,
    helo: str | None,
    others: Sequence[Finding],
) -> Finding:
    method, result, domain, selector, reason, identity, coverage, organization, policy = told
    domain, reason = domain.lower() if domain else None, reason or ""
    match method:
        case "dkim":
            coverage = coverage or ("partial" if reason == "dkim.partial-body" else "whole")
            return _dkim(result, reason, domain, selector, signature, coverage)
        case "spf":
            return _spf(result, reason, domain, identity or _spf_identity(domain, mail_from_domain, helo))
        case "dmarc":
            name = domain or domain_of(author)
            if name is None:
                return Finding("dmarc", result, reason)
            organization = (organization or name).lower()
            return _dmarc(result, reason, name, author, organization, policy, _aligned(name, organization, others))
        case _:
            return Finding(method, result, reason, facts={"domain": domain, "name": domain})


def _is_dmarc(both: tuple[Told, Any]) -> bool:
    return both[0][0] == "dmarc"


def _aligned(author_domain: str, organization: str, others: Sequence[Finding]) -> tuple[str, ...]:
    """The names that can stand behind the author: of its organization, and validated (RFC 9989 §4.4)."""
    return tuple(
        f"{finding.method} {domain}"
        for finding in others
        if finding.result == "pass"
        and finding.facts.get("identity") != "helo"
        and (domain := finding.facts["domain"])
        and (f".{domain}".endswith(f".{organization}") or f".{author_domain}".endswith(f".{domain}"))
    )


def _spf_identity(domain: str | None, mail_from_domain: str | None, helo: str | None) -> str:
    return "helo" if domain != mail_from_domain and helo and domain == helo.lower() else "mailfrom"


_KEPT = 16_384
"""Findings kept of each method, some 8 MB. Most mail comes from few senders, whose SPF and DMARC findings are alike."""


def _dkim(
    result: str, reason: str, domain: str | None, selector: str | None, signature: str | None, coverage: str
) -> Finding:
    facts = {"domain": domain, "body_coverage": coverage, "signature_hash": signature}
    properties = {"header.s": selector} if selector else {}
    # Without a domain nothing was validated, whatever the log says.
    return Finding("dkim", result if domain else "none", reason, properties=properties, facts=facts)


@lru_cache(maxsize=_KEPT)
def _spf(result: str, reason: str, domain: str | None, identity: str) -> Finding:
    return Finding("spf", result if domain else "none", reason, facts={"domain": domain, "identity": identity})


@lru_cache(maxsize=_KEPT)
def _dmarc(
    result: str,
    reason: str,
    domain: str,
    author: str | None,
    organization: str,
    policy: str | None,
    aligned_by: tuple[str, ...],
) -> Finding:
    facts = {
        "author_domain": domain,
        "author_address": author.lower() if author else None,
        "organizational_domain": organization,
        "is_aligned": result == "pass",
        "aligned_by": aligned_by,
        "policy": policy or "none",
    }
    return Finding("dmarc", result, reason, facts=facts)
