"""Lists in DNS: how they are asked, what they mean, and when they are not believed."""

import logging
from ipaddress import ip_address

import pytest
from tests.line.assessment.opinions import NOW, context, dkim, dmarc, heard, identities

from trustlane._core import Question
from trustlane.assessment import Reach
from trustlane.assessment.list_zone import list_zone
from trustlane.assessment.lists import DOMAINS_ASKED, RETESTED_EVERY_SECONDS, TESTED_EVERY_SECONDS, Lists
from trustlane.ledger import Subject
from trustlane.message import Session

BLOCK = "bl.example block address 127.0.0.2=0.02 127.0.0.4-11=0.2"
ALLOW = "wl.example allow address 127.0.*.3=0.99 127.0.*.1=0.9"
DOMAIN = "dbl.example block domain *=0.05"
HEALTHY = "2.0.0.127.bl.example A 127.0.0.2\n2.0.0.127.wl.example A 127.0.5.3\ntest.dbl.example A 127.0.1.2\n"
LISTED = "1.2.0.192.bl.example A 127.0.0.2\n"

ADDRESSES = [
    ("192.0.2.99", "99.2.0.192.bl.example"),
    ("::ffff:192.0.2.99", "99.2.0.192.bl.example"),
    (
        "2001:db8:1:2:3:4:567:89ab",
        "b.a.9.8.7.6.5.0.4.0.0.0.3.0.0.0.2.0.0.0.1.0.0.0.8.b.d.0.1.0.0.2.bl.example",
    ),
]


@pytest.mark.proves("RFC 5782 §2.1", "RFC 5782 §2.4")
@pytest.mark.parametrize(("address", "name"), ADDRESSES)
def test_addresses_are_asked_in_reverse(address: str, name: str) -> None:
    assert list_zone(BLOCK).about_address(ip_address(address)) == Question(name, "A")


@pytest.mark.proves("RFC 5782 §3")
def test_only_authenticated_domains_are_asked_about() -> None:
    findings = [dkim("service.example"), dmarc("bank.example", is_aligned=False)]
    lists = Lists([list_zone(DOMAIN)])
    zone = HEALTHY + "bank.example.dbl.example A 127.0.1.2\nservice.example.dbl.example A 127.0.1.2\n"
    assert [it.subject for it in heard(lists, zone, findings=findings)] == [Subject("dkim", "service.example")]
    many = [dkim(f"{number}.example") for number in range(10)]
    asked = [question.name for question in lists.needs(identities(many), context(many), NOW).questions]
    assert len([name for name in asked if name.endswith("dbl.example")]) <= DOMAINS_ASKED + 2


CODES = [
    ("127.0.0.2", 0.02),
    ("127.0.0.7", 0.2),
    ("127.0.0.12", None),
    ("127.0.0.3", None),
    ("127.0.0.2\n1.2.0.192.bl.example A 127.0.0.4", 0.02),
]


@pytest.mark.proves("RFC 5782 §2.1")
@pytest.mark.parametrize(("answer", "rating"), CODES)
def test_a_code_means_what_the_operator_says_the_worst_first(answer: str, rating: float | None) -> None:
    found = heard(Lists([list_zone(BLOCK)]), HEALTHY + f"1.2.0.192.bl.example A {answer}\n")
    assert [it.rating for it in found] == ([rating] if rating is not None else [])
    assert all(it.subject == Subject("network", "192.0.2.0/24") and it.reach is Reach.OUTSIDE for it in found)


def test_a_list_may_have_the_right_to_decide_alone() -> None:
    (opinion,) = heard(Lists([list_zone(BLOCK + " grants")]), HEALTHY + LISTED)
    assert opinion.reach is Reach.TRUSTED_OUTSIDE
    assert opinion.reason.text == "bl.example lists 192.0.2.0/24 with 127.0.0.2"


TROUBLES = [
    ("", "list.answers-nothing", "the test point is not listed"),
    ("2.0.0.127.bl.example A 127.0.0.2 ; servfail\n", "list.silent", "no answer"),
    ("*.bl.example A 127.0.0.2\n", "list.answers-everything", "a zone that was sold"),
    ("*.bl.example A 192.0.2.7\n", "list.answers-everything", "a resolver that makes names up"),
    ("2.0.0.127.bl.example A 127.255.255.254\n", "list.trouble", "asked by way of an open resolver"),
    (HEALTHY + "1.2.0.192.bl.example A 127.255.255.255\n", "list.trouble", "too many questions"),
    (HEALTHY + "1.2.0.192.bl.example A 127.0.0.1\n", "list.trouble", "refused"),
    (HEALTHY + "1.2.0.192.bl.example A 203.0.113.9\n", "list.trouble", "an answer that is none"),
]


@pytest.mark.proves("RFC 5782 §5")
@pytest.mark.parametrize(("zone", "code", "reason"), TROUBLES)
def test_field_note_21_a_list_that_lies_is_switched_off_and_reported(
    zone: str, code: str, reason: str, caplog: pytest.LogCaptureFixture
) -> None:
    lists = Lists([list_zone(BLOCK)])
    with caplog.at_level(logging.WARNING):
        assert heard(lists, zone) == [], reason
    trouble = lists.health()["bl.example"].trouble
    assert trouble is not None
    assert (trouble.code, caplog.messages) == (code, [trouble.text]), reason
    assert heard(lists, HEALTHY + LISTED, now=NOW + 1.0) == [], "not before it passes its tests again"
    assert len(heard(lists, HEALTHY + LISTED, now=NOW + RETESTED_EVERY_SECONDS)) == 1


def test_field_note_21_a_white_list_over_quota_does_not_praise_everybody() -> None:
    """Some answer the highest trust to clients that ask too much: then its test point that must not be listed is."""
    lists = Lists([list_zone(ALLOW)])
    assert heard(lists, "*.wl.example A 127.0.10.3\n") == []
    assert lists.health()["wl.example"].trouble is not None


def test_test_points_are_asked_once_an_hour_with_a_mail_and_ahead_of_it() -> None:
    lists = Lists([list_zone(BLOCK)])
    points = list_zone(BLOCK).test_points()
    client = Session("192.0.2.1")
    assert set(points) < set(lists.ahead(client, NOW))
    assert len(heard(lists, HEALTHY + LISTED)) == 1
    for seconds, is_due in ((0.0, False), (TESTED_EVERY_SECONDS - 1.0, False), (TESTED_EVERY_SECONDS, True)):
        assert (points[0] in lists.ahead(client, NOW + seconds)) == is_due, seconds
    assert lists.ahead(Session(None), NOW) == []


BAD_LINES = [
    ("bl.example block address", "needs a zone"),
    ("bl.example maybe address *=0", "needs a zone"),
    ("bl.example block phone *=0", "needs a zone"),
    ("bl.example block address 127.0.0.2", "is no code"),
    ("bl.example block address 127.0.0=0.1", "four parts"),
    ("bl.example block address *=2", "four parts and a rating"),
    ("bl.example block address x.0.0.2=0.1", "is no code"),
    ("bl.example block address grants", "needs a code"),
    ("a..b block address *=0", "is no zone"),
]


@pytest.mark.parametrize(("line", "why"), BAD_LINES)
def test_what_is_no_list_says_why(line: str, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        list_zone(line)


def test_a_list_that_cannot_be_reached_now_says_nothing() -> None:
    """Neither good nor bad: cannot tell now."""
    lists = Lists([list_zone(BLOCK)])
    assert heard(lists, HEALTHY + "1.2.0.192.bl.example A 127.0.0.2 ; servfail\n") == []
    assert lists.health()["bl.example"].trouble is None
