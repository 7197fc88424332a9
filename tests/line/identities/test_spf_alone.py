"""SPF without a message: the finding, and the way to it."""

import pytest

from trustlane.dns.zone import ZoneResolver
from trustlane.identities.spf import acheck_spf, check_spf

ZONE = ZoneResolver.from_text("""
example.com.   TXT "v=spf1 a:gone.example include:in.example -all exp=why.example"
in.example.    TXT "v=spf1 ip4:203.0.113.1 -all"
why.example.   TXT "%{i} may not send for %{d}"
""")


@pytest.mark.proves("RFC 7208 §6.2")
def test_the_finding_tells_why_and_the_steps_tell_how() -> None:
    check = check_spf(client_ip="192.0.2.3", mail_from="joe@example.com", resolver=ZONE, now=0)
    assert (check.finding.result, check.finding.reason) == ("fail", "spf.matched")
    assert check.finding.facts["explanation"] == "192.0.2.3 may not send for example.com"
    told = [(step.depth, step.text, step.outcome, step.terms, step.void_lookups) for step in check.steps]
    assert told == [
        (0, "v=spf1 a:gone.example include:in.example -all exp=why.example", "record", 0, 0),
        (0, "a:gone.example", "not-matched", 1, 1),
        (0, "include:in.example", "not-matched", 2, 1),
        (1, "v=spf1 ip4:203.0.113.1 -all", "record", 2, 1),
        (1, "ip4:203.0.113.1", "not-matched", 2, 1),
        (1, "-all", "matched", 2, 1),
        (0, "-all", "matched", 2, 1),
    ]
    asked = [question.name for step in check.steps for question in step.asked]
    assert asked == ["example.com", "gone.example", "in.example"]
    assert {question.name for question, _ in check.transcript} == {*asked, "why.example"}


@pytest.mark.proves("RFC 7208 §2.3")
def test_helo_is_an_identity_of_its_own() -> None:
    check = check_spf(client_ip="203.0.113.1", identity="helo", helo="in.example", resolver=ZONE, now=0)
    assert (check.finding.result, check.finding.properties) == ("pass", {"smtp.helo": "in.example"})


async def test_an_event_loop_finds_the_same() -> None:
    arguments = {"client_ip": "192.0.2.3", "mail_from": "joe@example.com", "resolver": ZONE, "now": 0}
    assert await acheck_spf(**arguments) == check_spf(**arguments)  # type: ignore[arg-type]


@pytest.mark.parametrize(("argument", "value"), [("client_ip", "here"), ("identity", "pra")])
def test_a_wrong_argument_is_named(argument: str, value: str) -> None:
    arguments = {"client_ip": "192.0.2.3", "resolver": ZONE, "now": 0, argument: value}
    with pytest.raises(ValueError, match=value):
        check_spf(**arguments)  # type: ignore[arg-type]
