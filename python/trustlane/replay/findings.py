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

NAMES = (
    "method",
    "result",
    "domain",
    "selector",
    "signature",
    "reason",
    "identity",
    "coverage",
    "organization",
    "policy",
)
"""What is read of a finding."""

RESULTS = frozenset({"none", "pass", "fail", "softfail", "neutral", "policy", "temperror", "permerror"})
"""Result words (RFC 8601 §2.7)."""


def findings_of(
    told: Sequence[Any], author: str | None, mail_from: str | None, helo: str | None
) -> tuple[Finding, ...]:
    """The findings of one mail; one of DMARC is added where the log has none but an author.

    Raises:
        ValueError: one is no finding.
    """
    author_domain = domain_of(author)
    found = [_finding(one, author, author_domain, domain_of(mail_from), helo) for one in told]
    if author_domain and not any(finding.method == "dmarc" for finding in found):
        found.append(_dmarc("none", "", author_domain, author, author_domain, None))
    return tuple(found)


def domain_of(address: str | None) -> str | None:
    """What stands after the last ``@``, in lower case; ``None`` where nothing does."""
    if not address:
        return None
    return address.rpartition("@")[2].lower() or None


def _finding(
    told: Any, author: str | None, author_domain: str | None, mail_from_domain: str | None, helo: str | None
) -> Finding:
    if not isinstance(told, dict):
        raise ValueError(f"a finding must be an object, is {told!r}")
    get = told.get
    method, result, domain = get("method"), get("result"), get("domain")
    if not all(isinstance(get(name), str | None) for name in NAMES) or method is None or result not in RESULTS:
        raise ValueError(f"a finding needs texts, a method and a result of RFC 8601, is {told!r}")
    domain = domain.lower() if domain else None
    reason = get("reason") or ""
    match method:
        case "dkim":
            coverage = get("coverage") or ("partial" if reason == "dkim.partial-body" else "whole")
            return _dkim(result, reason, domain, get("selector"), get("signature"), coverage)
        case "spf":
            identity = get("identity") or _spf_identity(domain, mail_from_domain, helo)
            return _spf(result, reason, domain, identity)
        case "dmarc":
            name = domain or author_domain
            if name is None:
                return Finding("dmarc", result, reason)
            return _dmarc(result, reason, name, author, get("organization") or name, get("policy"))
        case _:
            return Finding(method, result, reason, facts={"domain": domain, "name": domain})


def _spf_identity(domain: str | None, mail_from_domain: str | None, helo: str | None) -> str:
    return "helo" if domain != mail_from_domain and helo and domain == helo.lower() else "mailfrom"


_KEPT = 16_384
"""Findings kept of each method, some 8 MB. Most mail comes from few senders, whose SPF and DMARC findings are alike."""


def _dkim(result: str, reason: str, domain: str | None, selector: Any, signature: Any, coverage: str) -> Finding:
    facts = {"domain": domain, "selector": selector, "signature": signature, "body_coverage": coverage}
    # Without a domain nothing was validated, whatever the log says.
    return Finding("dkim", result if domain else "none", reason, facts=facts)


@lru_cache(maxsize=_KEPT)
def _spf(result: str, reason: str, domain: str | None, identity: str) -> Finding:
    return Finding("spf", result if domain else "none", reason, facts={"domain": domain, "identity": identity})


@lru_cache(maxsize=_KEPT)
def _dmarc(result: str, reason: str, domain: str, author: str | None, organization: str, policy: str | None) -> Finding:
    facts = {
        "author_domain": domain,
        "author_address": author.lower() if author else None,
        "organizational_domain": organization.lower(),
        "is_aligned": result == "pass",
        "policy": policy or "none",
    }
    return Finding("dmarc", result, reason, facts=facts)
