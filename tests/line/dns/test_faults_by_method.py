"""Whatever DNS does to one method's questions: a lasting lack stays what it is, and what may pass stays temporary."""

import asyncio
from pathlib import Path

import pytest
from tests.line.dns.fault_server import Fault, FaultServer
from tests.line.dns.faults import METHODS, TABLE, as_markdown

from trustlane import averify
from trustlane.dns.limits import DnsLimits
from trustlane.dns.resolver import DnsResolver
from trustlane.identities import ExamineLimits
from trustlane.identities.checks import Checks, SenderId
from trustlane.lanes import Decision, Policy

ROOT = Path(__file__).parents[3]
GOLDEN = ROOT / "tests" / "golden"
CASE, CHAIN = GOLDEN / "002-an-established-firm-is-trusted", GOLDEN / "020-a-listed-sealer-tells-what-it-found"
MORE = """
_client._smtp.mail.firm.example. SRV 1 2 0 mail.firm.example.
firm.example. TXT "spf2.0/pra,mfrom ip4:192.0.2.0/24 -all"
"""
POLICY = Policy(
    limits=ExamineLimits(trusted_sealers=("lists.example",), checks=Checks(csa=True, sender_id=SenderId.SPF2))
)
LIMITS = DnsLimits(deadline_seconds=3.0, try_seconds=0.4, attempts=2)
ASKS = {
    "dkim": lambda name: "._domainkey." in name,
    "spf": lambda name: name == "firm.example",
    "dmarc": lambda name: name.startswith("_dmarc."),
    "iprev": lambda name: name.endswith(".in-addr.arpa"),
    "csa": lambda name: name.startswith("_client._smtp."),
    "sender-id": lambda name: name == "firm.example",
    "arc": lambda name: name == "s1._domainkey.lists.example",
}


@pytest.mark.parametrize(("fault", "what", "results", "why"), TABLE, ids=[str(row[0]) for row in TABLE])
async def test_each_fault_has_its_result_for_each_method(
    fault: Fault, what: str, results: tuple[str, ...], why: str
) -> None:
    found = await asyncio.gather(*(_decision(fault, method) for method in METHODS))
    assert tuple(_result(decision, method) for decision, method in zip(found, METHODS, strict=True)) == results, why


MEANINGS = [
    (Fault.NXDOMAIN, ("permerror", "none", "fail"), "there is no such name: for good"),
    (Fault.NODATA, ("permerror", "none", "fail"), "there is no such record: for good"),
    (Fault.SERVFAIL, ("temperror", "temperror", "temperror"), "servfail"),
    (Fault.REFUSED, ("temperror", "temperror", "temperror"), "refused"),
    (Fault.DROP, ("temperror", "temperror", "temperror"), "timeout"),
    (Fault.TRUNCATE, ("pass", "pass", "pass"), "no fault at all: it is asked for over TCP"),
]


@pytest.mark.proves("RFC 7208 §2.6.6")
@pytest.mark.parametrize(("fault", "results", "why"), MEANINGS)
async def test_field_note_11_each_fault_has_its_meaning_and_temporary_stays_temporary_through_dmarc(
    fault: Fault, results: tuple[str, ...], why: str
) -> None:
    """Without SPF and without the key nobody can say that the author's domain is not behind the mail."""
    decision = await _decision(fault, "spf", "dkim")
    assert tuple(_result(decision, method) for method in ("dkim", "spf", "dmarc")) == results, why
    if results[0] == "temperror":
        assert why in next(finding.text for finding in decision.findings if finding.method == "dkim")


async def test_field_note_19_when_dns_is_gone_mail_is_neither_trusted_nor_refused_and_says_so() -> None:
    usual = ("dkim", "spf", "dmarc", "iprev")
    decision = await _decision(Fault.DROP, *usual)
    assert decision.lane == "open"
    assert decision.action in ("deliver", "tag")
    assert [_result(decision, method) for method in usual] == ["temperror"] * 4
    assert "rfc5322.from" not in [identity.kind for identity in decision.identities.validated]


def test_the_table_in_the_documents_is_this_one() -> None:
    page = (ROOT / "docs" / "dns.md").read_text()
    assert as_markdown() in page, f"docs/dns.md should have:\n{as_markdown()}"


async def _decision(fault: Fault, *methods: str) -> Decision:
    """The decision about a mail all of whose questions are answered, but for those of these methods."""

    def choose(name: str, _type: str) -> Fault | None:
        return fault if any(ASKS[method](name) for method in methods) else None

    case, domain, more = (CHAIN, "lists.example", "") if methods == ("arc",) else (CASE, "firm.example", MORE)
    with FaultServer((case / "zone.txt").read_text() + more, choose) as server:
        return await averify(
            (case / "mail.eml").read_bytes(),
            client_ip="192.0.2.7",
            helo="mail.firm.example",
            mail_from=f"ann@{domain}",
            policy=POLICY,
            resolver=DnsResolver(nameservers=["127.0.0.1"], port=server.port, limits=LIMITS),
            now=1_700_000_000,
        )


def _result(decision: Decision, method: str) -> str:
    others = {"spf": "smtp.helo", "sender-id": "smtp.mailfrom"}
    found = [
        finding
        for finding in decision.findings
        if finding.method == method and others.get(method) not in finding.properties
    ]
    assert len(found) == 1, found
    return found[0].result
