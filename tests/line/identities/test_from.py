"""What a reader may see otherwise than we verify is a finding, and nobody speaks for its author."""

import pytest

from trustlane.assessment import SPEAKS_FOR_THE_AUTHOR
from trustlane.dns.zone import ZoneResolver
from trustlane.identities import ExamineLimits, Finding, examine, identify
from trustlane.lanes import Lane
from trustlane.message import Envelope, Session, Transaction
from trustlane.verify import verify

ZONE = ZoneResolver.from_text("""
firm.example.        TXT "v=spf1 ip4:192.0.2.3 -all"
_dmarc.firm.example. TXT "v=DMARC1; p=reject"
""")

SENT = {"client_ip": "192.0.2.3", "helo": "mx.firm.example", "mail_from": "ann@firm.example"}


def findings(header: bytes) -> tuple[Finding, ...]:
    mail = Transaction(
        header + b"\r\nHello\r\n",
        Session("192.0.2.3", "mx.firm.example"),
        Envelope("ann@firm.example", ("joe@example.org",)),
    )
    return examine(mail, ZONE, ExamineLimits(), 0).findings


def dmarc(header: bytes) -> list[Finding]:
    return [one for one in findings(header) if one.method == "dmarc"]


@pytest.mark.parametrize(
    ("header", "reason"),
    [
        (b"", "dmarc.no-author"),
        (b"From: Undisclosed:;\r\n", "dmarc.no-author"),
        (b"From: Ann\r\n", "dmarc.unreadable-from"),
        (b"From: Ann ann@firm.example\r\n", "dmarc.unreadable-from"),
        (b"From: ann@bank.example <ann@firm.example>\r\n", "dmarc.unreadable-from"),
        (b"From: ann@firm.example\x00 <ann@bank.example>\r\n", "dmarc.unreadable-from"),
        (b"From: =?utf-8?q?ann=40bank.example=00?=@firm.example\r\n", "dmarc.unreadable-from"),
        (b"From: ann@firm.example\rFrom: ann@bank.example\r\n", "dmarc.unreadable-from"),
        (b"From: ann@[192.0.2.3]\r\n", "dmarc.not-a-domain"),
        (b"From: ann@firm.example\r\nFrom: ann@firm.example\r\n", "dmarc.several-from-fields"),
        (b"From: ann@firm.example\r\nfrom : ann@firm.example\r\n", "dmarc.several-from-fields"),
    ],
)
@pytest.mark.proves("RFC 5322 §3.4, §3.6", "RFC 2047 §5", "RFC 9989 §5.3.1")
def test_a_damaged_from_is_a_permanent_error_and_validates_nobody(header: bytes, reason: str) -> None:
    [finding] = dmarc(header)
    assert (finding.result, finding.reason) == ("permerror", reason)
    subjects = identify([finding, DKIM], Session("192.0.2.3", "mx.firm.example")).subjects
    assert not {subject.kind for subject in subjects} & SPEAKS_FOR_THE_AUTHOR
    decision = verify(header + b"\r\nHello\r\n", **SENT, resolver=ZONE, now=0)  # type: ignore[arg-type]
    assert decision.lane is Lane.OPEN


DKIM = Finding("dkim", "pass", "dkim.verified", facts={"domain": "firm.example", "body_coverage": "whole"})


@pytest.mark.parametrize(
    "value",
    [
        b"ann@firm.example",
        b"Ann <ann@firm.example>",
        b"ANN@FIRM.example <ann@firm.example>",
        b'"ann@bank.example via list" <ann@firm.example>',
        b"(ann@bank.example) ann@firm.example",
        b"Ann\r\n Smith\r\n\t<ann@firm.example>",
        b"<@relay.example:ann@firm.example>",
        b"Desk: ann@firm.example;",
        b"ann . smith @ firm . example",
    ],
)
@pytest.mark.proves("RFC 5322 §3.4.1, §4.4, §3.2.2", "RFC 6854 §2")
def test_what_is_read_the_same_by_all_is_validated(value: bytes) -> None:
    found = findings(b"From: " + value + b"\r\n")
    [finding] = [one for one in found if one.method == "dmarc"]
    assert (finding.result, finding.facts["author_domain"]) == ("pass", "firm.example")
    validated = identify(found, Session(None, None)).validated
    assert ("rfc5322.from", "firm.example") in {(one.kind, one.name) for one in validated}


@pytest.mark.proves("RFC 6532 §3.2")
def test_utf_8_is_read_in_names_local_parts_and_domains() -> None:
    [finding] = dmarc("From: Jörg <jörg@bücher.example>\r\n".encode())
    assert finding.facts["author_domain"] == "xn--bcher-kva.example"
    assert finding.facts["author_address"] == "jörg@xn--bcher-kva.example"
