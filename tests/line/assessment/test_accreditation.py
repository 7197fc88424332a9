"""Domain name accreditation of clients that may use their HELO name."""

import pytest
from tests.line.assessment.opinions import heard, spf

from trustlane.assessment import Reach
from trustlane.assessment.accreditation import Accreditation
from trustlane.assessment.service import TrustedService
from trustlane.ledger import Subject

HELO = [spf("mx.firm.example", identity="helo")]
TRUSTED = Accreditation([TrustedService("good.example")])
POINTS = "mx.firm.example PTR _vouch._smtp.good.example\n"

REPORTS = [
    ('"MARID,1,A"', 0.98, "strongly recommended"),
    ('"MARID,1,B;since 2004"', 0.92, "with a note"),
    ('"MARID,1,E"', 0.02, "strongly not recommended"),
    ('"MARID,2,A"', None, "another level"),
    ('"OTHER,1,A"', None, "another service"),
    ('"MARID,1,F"', None, "no grade"),
    ('"MARID,1,AB"', None, "no end"),
    ('"MARID,1,A"\nmx.firm.example.good.example TXT "MARID,1,E"', None, "two that differ"),
    ('"MARID,1,A"\nmx.firm.example.good.example TXT "hello"', 0.98, "another string means something else"),
]


@pytest.mark.proves("draft-ietf-marid-csv-dna §6")
@pytest.mark.parametrize(("report", "rating", "reason"), REPORTS)
def test_a_report_has_one_form(report: str, rating: float | None, reason: str) -> None:
    found = heard(TRUSTED, POINTS + f"mx.firm.example.good.example TXT {report}\n", findings=HELO)
    assert [it.rating for it in found] == ([rating] if rating is not None else []), reason


def test_an_unknown_grade_says_nothing_sure() -> None:
    (opinion,) = heard(TRUSTED, POINTS + 'mx.firm.example.good.example TXT "MARID,1,C"\n', findings=HELO)
    assert not opinion.is_good
    assert not opinion.is_bad


@pytest.mark.proves("draft-ietf-marid-csv-dna §4")
@pytest.mark.parametrize("target", ["good.example", "_vouch._smtp.own.example", "x._vouch._smtp.good.example"])
def test_only_services_that_are_named_as_such_and_trusted_are_asked(target: str) -> None:
    zone = f'mx.firm.example PTR {target}\nmx.firm.example.good.example TXT "MARID,1,A"\n'
    assert heard(TRUSTED, zone, findings=HELO) == []


def test_a_helo_name_that_is_not_validated_is_not_asked_about() -> None:
    zone = POINTS + 'mx.firm.example.good.example TXT "MARID,1,A"\n'
    assert heard(TRUSTED, zone, findings=[]) == []


def test_an_accreditor_speaks_from_outside_of_the_helo_name() -> None:
    zone = POINTS + 'mx.firm.example.good.example TXT "MARID,1,A"\n'
    (opinion,) = heard(Accreditation([TrustedService("good.example", may_grant=True)]), zone, findings=HELO)
    assert (opinion.subject, opinion.reach) == (Subject("rfc5321.helo", "mx.firm.example"), Reach.TRUSTED_OUTSIDE)
    assert opinion.reason.text == "good.example accredits mx.firm.example with grade A"
