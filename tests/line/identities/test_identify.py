"""Only a pass that covers the whole body validates a name; only an aligned one the author domain."""

from typing import Any

import pytest

from trustlane.identities import Finding, identify
from trustlane.identities.identity import network_of
from trustlane.message import Session

SESSION = Session("192.0.2.77", "client.example")


def dkim(domain: str = "example.com", result: str = "pass", **facts: Any) -> Finding:
    return Finding("dkim", result, "dkim.x", facts={"domain": domain, "body_coverage": "whole", **facts})


def spf(domain: str = "example.com", identity: str = "mailfrom", result: str = "pass", **facts: Any) -> Finding:
    return Finding("spf", result, "spf.x", facts={"domain": domain, "identity": identity, **facts})


def found(method: str, result: str = "pass", **facts: Any) -> Finding:
    return Finding(method, result, f"{method}.x", facts=facts)


def sender_id(scope: str, **facts: Any) -> Finding:
    return found("sender-id", domain="example.com", identity=scope, **facts)


def dmarc(result: str = "pass", *, aligned_by: tuple[str, ...] = ("dkim example.com",), **facts: Any) -> Finding:
    known = {
        "author_domain": "news.example.com",
        "author_address": "joe@news.example.com",
        "organizational_domain": "example.com",
        "is_aligned": bool(aligned_by),
        "aligned_by": list(aligned_by),
    }
    return Finding("dmarc", result, "dmarc.x", facts=known | facts)


VALIDATED: list[tuple[str, list[Finding], list[str]]] = [
    ("nothing", [], []),
    ("a signature that passes", [dkim()], ["dkim example.com"]),
    ("one that fails", [dkim(result="fail")], []),
    ("one that cannot be checked now", [dkim(result="temperror")], []),
    ("one that leaves part of the body open", [dkim(body_coverage="partial")], []),
    ("one with a key under test (RFC 6376 §3.6.1)", [dkim(is_testing=True)], []),
    ("SPF for the reverse-path", [spf()], ["spf example.com"]),
    ("SPF for the HELO name", [spf("c.example", "helo")], ["rfc5321.helo c.example"]),
    ("SPF that lets everyone pass", [spf(matches_everyone=True)], []),
    ("SPF softfail", [spf(result="softfail")], []),
    ("a HELO name whose owner lets it send", [found("csa", domain="c.example")], ["rfc5321.helo c.example"]),
    ("a HELO name that leads to the client", [found("helo", domain="c.example")], ["helo c.example"]),
    ("an address in brackets for a HELO name", [found("helo")], []),
    ("a HELO name that leads elsewhere", [found("helo", "fail", domain="c.example")], []),
    ("a PTR name that leads back", [found("iprev", name="c.example")], ["iprev c.example"]),
    ("the address that the header puts forward", [sender_id("pra")], ["pra example.com"]),
    ("that address by a record for everyone", [sender_id("pra", matches_everyone=True)], []),
    ("the reverse-path by Sender ID, for which SPF speaks", [sender_id("mfrom")], []),
    ("a bounce to an address of ours", [found("batv", address="joe@our.example")], ["batv joe@our.example"]),
    (
        "an aligned signature that leaves part of the body open does not stand behind the author",
        [dkim(body_coverage="partial"), dmarc()],
        [],
    ),
    (
        "nor does SPF that lets everyone pass",
        [spf(matches_everyone=True), dmarc(aligned_by=("spf example.com",))],
        [],
    ),
    (
        "an aligned pass validates the author domain",
        [dkim(), dmarc()],
        ["rfc5322.from news.example.com", "dkim example.com"],
    ),
    (
        "a signer that is not aligned validates itself alone",
        [dkim("esp.example"), dmarc("fail", aligned_by=())],
        ["dkim esp.example"],
    ),
]


@pytest.mark.proves("RFC 7073 §3.2", "RFC 6376 §3.6.1")
@pytest.mark.parametrize(("what", "findings", "names"), VALIDATED, ids=[case[0] for case in VALIDATED])
def test_what_validates_a_name(what: str, findings: list[Finding], names: list[str]) -> None:
    validated = identify(findings, Session()).validated
    assert [f"{identity.kind} {identity.name}" for identity in validated] == names


COVERED = [
    ([dkim(), dmarc()], {"rfc5322.from": "whole", "dkim": "whole"}),
    ([spf(), dmarc(aligned_by=("spf example.com",))], {"rfc5322.from": "session", "spf": "session"}),
    ([dkim(), spf(), dmarc(aligned_by=("dkim example.com", "spf example.com"))], {"rfc5322.from": "whole"}),
    ([found("iprev", name="c.example")], {"iprev": "session"}),
]


@pytest.mark.parametrize(("findings", "coverage"), COVERED)
def test_an_identity_tells_whether_a_signature_over_the_body_stands_behind_it(
    findings: list[Finding], coverage: dict[str, str]
) -> None:
    told = {identity.kind: identity.coverage for identity in identify(findings, Session()).validated}
    assert told | coverage == told


def test_the_pair_needs_a_signer_that_is_validated() -> None:
    for findings, pairs in [
        ([dkim("esp.example"), dmarc("fail", aligned_by=())], (("news.example.com", "esp.example"),)),
        ([dkim("esp.example", is_testing=True), dmarc("fail", aligned_by=())], ()),
        ([dkim("esp.example", body_coverage="partial"), dmarc("fail", aligned_by=())], ()),
        ([spf("esp.example"), dmarc("fail", aligned_by=())], ()),
    ]:
        assert identify(findings, Session()).pairs == pairs


def test_subjects_go_from_the_most_specific_to_the_network() -> None:
    subjects = identify([dkim(), spf(), spf("c.example", "helo"), dmarc()], SESSION).subjects
    assert [" ".join(subject) for subject in subjects] == [
        "address joe@news.example.com",
        "rfc5322.from news.example.com",
        "organization example.com",
        "pair news.example.com example.com",
        "dkim example.com",
        "spf example.com",
        "rfc5321.helo c.example",
        "network 192.0.2.0/24",
    ]


def test_an_author_who_is_not_validated_has_no_history_of_its_own() -> None:
    """A forger must not spend, or spoil, the standing of the name that is forged; the pair with the signer may."""
    identities = identify([dkim("esp.example"), dmarc("fail", aligned_by=())], Session())
    assert identities.pairs == (("news.example.com", "esp.example"),)
    assert {subject.kind for subject in identities.subjects} == {"pair", "dkim"}


def test_several_authors_make_no_author() -> None:
    identities = identify([dkim(), dmarc(), dmarc(author_domain="other.example")], Session())
    assert identities.pairs == ()


def test_two_signatures_of_one_domain_are_one_identity() -> None:
    assert len(identify([dkim(), dkim()], Session()).validated) == 1


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("192.0.2.77", "192.0.2.0/24"),
        ("2001:db8:1:2::3", "2001:db8:1::/48"),
        ("::ffff:192.0.2.77", "192.0.2.0/24"),
        ("nonsense", None),
        ("", None),
        (None, None),
    ],
)
@pytest.mark.proves("RFC 6177 §2")
def test_the_network_of_an_address(address: str | None, network: str | None) -> None:
    assert network_of(address) == network
