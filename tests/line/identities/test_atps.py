"""Authorized third-party signatures (RFC 6541): told where a site wishes for it, and never more than told."""

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from tests.property.test_reference import private, record

from trustlane import ExamineLimits, Policy, reference, verify
from trustlane.cli.options import policy_of
from trustlane.dns.zone import ZoneResolver
from trustlane.settings import read

NOW = 1_800_000_000
LETTER = b"From: Ann <ann@firm.example>\r\n\r\nhello\r\n"


def mail(tags: str) -> bytes:
    key = private("ed25519")
    assert isinstance(key, Ed25519PrivateKey)
    field = reference.sign(LETTER, domain="service.example", selector="sel", key=key, names=["From"], tags=tags)
    return field + LETTER


def told(message: bytes, records: str, *, atps: bool) -> list[tuple[str, str, str]]:
    zone = f'sel._domainkey.service.example. TXT "{record("ed25519").decode()}"\n{records}'
    policy = Policy(limits=ExamineLimits(atps=atps))
    decision = verify(message, resolver=ZoneResolver.from_text(zone), policy=policy, now=NOW)
    assert all(identity.name != "firm.example" for identity in decision.identities.validated)
    return [
        (finding.result, finding.reason, finding.properties["header.from"])
        for finding in decision.findings
        if finding.method == "dkim-atps"
    ]


@pytest.mark.proves("RFC 6541 §4.3", "RFC 6541 §4.4", "RFC 6541 §8.3")
@pytest.mark.parametrize(
    ("tags", "records", "result", "reason"),
    [
        (" atps=firm.example; atpsh=none;", 'service.example._atps.firm.example. TXT "v=ATPS1"', "pass", "authorized"),
        (" atps=firm.example; atpsh=none;", "", "fail", "not-authorized"),
        (
            " atps=firm.example; atpsh=none;",
            'service.example._atps.firm.example. TXT "v=ATPS1" ; servfail',
            "temperror",
            "unavailable",
        ),
        (" atps=other.example; atpsh=none;", "", "fail", "not-the-author"),
        (" atps=firm.example;", "", "permerror", "unknown-hash"),
        ("", "", "none", "no-claim"),
    ],
)
def test_a_site_that_wishes_for_it_is_told_whom_an_author_lets_sign(
    tags: str, records: str, result: str, reason: str
) -> None:
    assert told(mail(tags), records, atps=True) == [(result, f"atps.{reason}", "firm.example")]
    assert told(mail(tags), records, atps=False) == []


def test_a_signature_that_does_not_verify_speaks_for_nobody() -> None:
    message = mail(" atps=firm.example; atpsh=none;") + b"more\r\n"
    records = 'service.example._atps.firm.example. TXT "v=ATPS1"'
    assert told(message, records, atps=True) == [("none", "atps.no-claim", "firm.example")]


def test_it_is_a_setting_and_off_by_default() -> None:
    assert policy_of(read({"dkim": {"atps": True}})).limits.atps
    assert not policy_of(read({})).limits.atps
