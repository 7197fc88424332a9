"""DMARC without a message: discovery, alignment and report addresses."""

import pytest

from trustlane._core import PublicSuffixes, read_dmarc_record
from trustlane.dns.zone import ZoneResolver
from trustlane.identities.dmarc import (
    adiscover,
    areport_destinations,
    discover,
    evaluate_dmarc,
    report_destinations,
)

ZONE = ZoneResolver.from_text("""
_dmarc.example.com.  TXT "v=DMARC1; p=reject; sp=quarantine; rua=mailto:d@example.com, mailto:d@reports.example!10m"
_dmarc.b.example.com. TXT "v=DMARC1; p=none"
_dmarc.b.example.com. TXT "v=DMARC1; p=reject"
b.example.com.       A 192.0.2.1
example.com._report._dmarc.reports.example. TXT "v=DMARC1; rua=mailto:new@reports.example"
""")

LIST = PublicSuffixes(b"// ===BEGIN ICANN DOMAINS===\ncom\nexample.com\n// ===END ICANN DOMAINS===\n")


@pytest.mark.proves("RFC 9989 §4.10, §4.10.1, §4.10.2")
def test_discovery_tells_each_name_and_what_it_found() -> None:
    found = discover("b.example.com", ZONE)
    assert [(step.name, step.seen, step.is_last) for step in found.steps] == [
        ("b.example.com", "several-records", False),
        ("example.com", "record", False),
        ("com", "nothing", False),
    ]
    assert (found.policy, found.policy_domain, found.organizational_domain) == (
        "quarantine",
        "example.com",
        "example.com",
    )
    assert found.record is not None
    assert found.record["rua"] == ["mailto:d@example.com", "mailto:d@reports.example"]
    assert (found.discovery_method, found.reason) == ("treewalk", None)


def test_without_a_record_the_reason_is_told() -> None:
    found = discover("nobody.test", ZONE)
    assert (found.policy, found.record) == (None, None)
    assert found.reason == ("dmarc.no-record", "neither nobody.test nor a parent publishes a DMARC record")


@pytest.mark.proves("RFC 7489 §3.2")
def test_a_suffix_list_replaces_the_walk_and_is_named() -> None:
    found = discover("a.b.example.com", ZONE, suffixes=LIST)
    assert [step.name for step in found.steps] == ["a.b.example.com", "b.example.com"]
    assert (found.discovery_method, found.organizational_domain) == ("psl", "b.example.com")


@pytest.mark.proves("RFC 9990 §4")
def test_addresses_for_reports_are_checked() -> None:
    uris = ["mailto:d@example.com", "mailto:d@reports.example", "mailto:d@victim.example"]
    found = report_destinations("example.com", uris, ZONE)
    assert [(one.authority, one.is_granted) for one in found] == [
        ("internal", True),
        ("authorized", True),
        ("not-authorized", False),
    ]
    assert found[1].asked_at == "example.com._report._dmarc.reports.example"
    assert list(found[1].overridden_by) == ["mailto:new@reports.example"]


def test_what_others_authenticated_is_aligned() -> None:
    [finding] = evaluate_dmarc([b"joe@example.com"], [("dkim", "mail.example.com", "pass")], ZONE)
    assert (finding.result, finding.facts["aligned_by"]) == ("pass", ["dkim mail.example.com"])
    with pytest.raises(ValueError, match="fail"):
        evaluate_dmarc([b"joe@example.com"], [("dkim", "example.com", "fail")], ZONE)


async def test_an_event_loop_finds_the_same() -> None:
    assert await adiscover("b.example.com", ZONE) == discover("b.example.com", ZONE)
    uris = ["mailto:d@reports.example"]
    assert await areport_destinations("example.com", uris, ZONE) == report_destinations("example.com", uris, ZONE)


@pytest.mark.proves("RFC 9989 §4.7")
def test_a_record_is_read_with_its_defaults() -> None:
    assert read_dmarc_record(b"v=DMARC1; p=reject; t=y; fo=1:d; ruf=mailto:x@a.example") == {
        "text": "v=DMARC1; p=reject; t=y; fo=1:d; ruf=mailto:x@a.example",
        "p": "reject",
        "sp": "reject",
        "np": "reject",
        "psd": "u",
        "adkim": "r",
        "aspf": "r",
        "t": "y",
        "rua": [],
        "ruf": ["mailto:x@a.example"],
        "fo": "1:d",
    }
    assert read_dmarc_record(b"v=spf1 -all") is None
