"""What tests of assessors share: a mail's identities, a context, and a site that asks."""

from collections.abc import Mapping, Sequence
from typing import Any

from trustlane.assessment import Assessor, Assessors, Context, Opinion, Page, gather
from trustlane.dns.zone import ZoneResolver
from trustlane.identities import Finding, Identities, identify
from trustlane.ledger import History, Subject
from trustlane.message import Envelope, Session

NOW = 1_800_000_000.0
DAY = 86_400.0
CLIENT = "192.0.2.1"


class Pages:
    """HTTP for tests: pages by address, and what was asked."""

    def __init__(self, pages: Mapping[str, Page] | None = None) -> None:
        self.pages = dict(pages or {})
        self.asked: list[str] = []

    def fetch(self, addresses: Sequence[str]) -> Mapping[str, Page]:
        self.asked += addresses
        return {address: self.pages.get(address, Page(0)) for address in addresses}


def dkim(domain: str, identity: str = "", result: str = "pass") -> Finding:
    properties = {"header.d": domain, "header.s": "one"}
    if identity:
        properties["header.i"] = identity
    facts = {"domain": domain, "body_coverage": "whole", "is_testing": False}
    return Finding("dkim", result, "dkim.verified", properties=properties, facts=facts)


def spf(domain: str, identity: str = "mailfrom", result: str = "pass") -> Finding:
    return Finding("spf", result, "spf.matched", facts={"domain": domain, "identity": identity})


def dmarc(domain: str, *, is_aligned: bool = True) -> Finding:
    facts = {
        "author_domain": domain,
        "author_address": f"ann@{domain}",
        "organizational_domain": domain,
        "is_aligned": is_aligned,
        "aligned_by": [f"dkim {domain}"],
    }
    return Finding("dmarc", "pass" if is_aligned else "fail", "dmarc.aligned", facts=facts)


FIRM = [dkim("firm.example"), spf("firm.example"), dmarc("firm.example")]
"""Findings of a mail by ann@firm.example that is signed by her firm."""


def identities(findings: Sequence[Finding] = FIRM, client_ip: str | None = CLIENT) -> Identities:
    return identify(findings, Session(client_ip, "mx.firm.example"))


def context(findings: Sequence[Finding] = FIRM, **more: Any) -> Context:
    known = {
        "session": Session(CLIENT, "mx.firm.example"),
        "envelope": Envelope("ann@firm.example", ("bob@here.example",)),
        "findings": findings,
    }
    return Context(**{**known, **more})


def heard(
    assessor: Assessor,
    zone: str = "",
    *,
    findings: Sequence[Finding] = FIRM,
    pages: Pages | None = None,
    now: float = NOW,
    **more: Any,
) -> list[Opinion]:
    """What an assessor says once it was told what it lacks."""
    assessors = Assessors((assessor,), pages or Pages())
    about = context(findings, **more)
    who = identify(findings, about.session)
    return gather(assessors, who, about, ZoneResolver.from_text(zone), now)


def history(kind: str, name: str, **values: Any) -> dict[Subject, History]:
    subject = Subject(kind, name)
    return {subject: History(subject, **values)}
