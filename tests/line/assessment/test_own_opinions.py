"""What this site itself knows: correspondents and partners."""

import pytest
from tests.line.assessment.opinions import DAY, FIRM, NOW, context, dkim, dmarc, heard, history, identities, spf

from trustlane.assessment import Reach
from trustlane.assessment.correspondents import MOST_ASKED, Correspondents, correspondence
from trustlane.assessment.partners import Agreement, Partners, agreement
from trustlane.identities import Finding
from trustlane.ledger import Kind, Observation, Subject
from trustlane.ledger.memory import MemoryLedger
from trustlane.message import Envelope

ADDRESS = Subject("address", "ann@firm.example")


def test_whom_a_person_here_wrote_to_is_their_correspondent() -> None:
    ledger = MemoryLedger()
    subjects = correspondence("Bob@here.example", "Ann@firm.example")
    ledger.write([Observation(Kind.WRITTEN, NOW - DAY, subjects, reporter="bob@here.example")])
    speaker = Correspondents()
    histories = ledger.read(speaker.subjects(identities(), context()))
    (opinion,) = heard(speaker, histories=histories)
    assert (opinion.subject, opinion.reach, opinion.sample_size) == (ADDRESS, Reach.OWN, 1)
    assert opinion.is_good
    assert opinion.reason.text == "bob@here.example wrote to ann@firm.example 1 times, last 1 days ago"
    assert opinion.expires == NOW - DAY + 180 * DAY
    assert heard(speaker, histories=histories, now=NOW + 180 * DAY) == []


def test_a_friend_of_somebody_else_here_is_none_of_mine() -> None:
    friends = history("correspondent", "eve@here.example ann@firm.example", mails=9, last_mail=NOW)
    assert heard(Correspondents(), histories=friends) == []


def test_whom_several_people_here_wrote_to_is_everybodys_correspondent() -> None:
    known = history("correspondent", "ann@firm.example", mails=4, last_mail=NOW, others=0b111)
    (opinion,) = heard(Correspondents(), histories=known)
    assert (opinion.reach, opinion.reason.code) == (Reach.OWN, "opinion.correspondents")


def test_field_note_31_a_good_mail_through_a_large_service_is_not_good_for_the_service() -> None:
    """People who wrote to others at a domain speak for it from outside only: it cannot open the trusted lane alone."""
    known = history("correspondent", "@firm.example", mails=40, last_mail=NOW, others=0xFFFF)
    (opinion,) = heard(Correspondents(), histories=known)
    assert (opinion.subject, opinion.reach) == (Subject("rfc5322.from", "firm.example"), Reach.OUTSIDE)


@pytest.mark.parametrize(
    "findings", [[dkim("service.example"), dmarc("firm.example", is_aligned=False)], [spf("firm.example")], []]
)
def test_an_address_that_is_not_authenticated_is_nobodys_correspondent(findings: list[Finding]) -> None:
    """Anybody can write a friend's name into From."""
    known = history("correspondent", "bob@here.example ann@firm.example", mails=9, last_mail=NOW)
    assert heard(Correspondents(), findings=findings, histories=known) == []


def test_no_more_recipients_are_looked_up_than_a_letter_has() -> None:
    many = Envelope("", tuple(f"{number}@here.example" for number in range(500)))
    assert len(Correspondents().subjects(identities(), context(envelope=many))) == MOST_ASKED + 2


LINES = [
    ("firm.example dkim", Agreement("firm.example", "dkim")),
    ("Firm.example. spf open", Agreement("firm.example", "spf", is_trusted=False)),
    ("firm.example dmarc trusted 500/day", Agreement("firm.example", "dmarc", mails_a_day=500)),
    ("firm.example dkim until 2027-01-31", Agreement("firm.example", "dkim", ends=1_801_439_999.999999)),
]


@pytest.mark.parametrize(("line", "expected"), LINES)
def test_an_agreement_is_a_line(line: str, expected: Agreement) -> None:
    assert agreement(line) == expected


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("firm.example", "what authenticates it"),
        ("firm.example none", "what authenticates it"),
        ("firm.example dkim sometimes", "'sometimes' is no lane"),
        ("firm.example dkim until yesterday", "no day as"),
        ("firm.example dkim until", "no lane"),
        ("firm.example dkim many/day", "no lane"),
    ],
)
def test_what_is_no_agreement_says_why(line: str, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        agreement(line)


TODAY = {"day": int(NOW // DAY), "in_day": 500}
PARTNERS = [
    ("firm.example dkim", FIRM, {}, 1.0, "opinion.partner"),
    ("example dkim", FIRM, {}, 1.0, "opinion.partner"),
    ("firm.example dkim until 2020-01-01", FIRM, {}, 0.5, "opinion.partner-ended"),
    ("firm.example dkim 501/day", FIRM, TODAY, 1.0, "opinion.partner"),
    ("firm.example dkim 500/day", FIRM, TODAY, 0.5, "opinion.partner-over"),
    ("firm.example dkim open", FIRM, {}, None, None),
    ("m.example dkim", FIRM, {}, None, None),
    ("firm.example dkim", [spf("firm.example"), dmarc("firm.example")], {}, None, None),
    ("firm.example spf", [dkim("firm.example"), dmarc("firm.example")], {}, None, None),
    ("firm.example dmarc", [dkim("x.example"), dmarc("firm.example", is_aligned=False)], {}, None, None),
]


@pytest.mark.parametrize(("line", "findings", "today", "rating", "code"), PARTNERS)
def test_field_note_22_a_partner_is_one_only_where_what_was_agreed_upon_authenticates_it(
    line: str, findings: list[Finding], today: dict[str, int], rating: float | None, code: str | None
) -> None:
    """An allow list that ignores authentication lets forgers in."""
    found = heard(Partners([agreement(line)]), findings=findings, histories=history("dkim", "firm.example", **today))
    assert [(it.rating, it.reason.code) for it in found] == ([(rating, code)] if code else [])
    assert all(it.reach is Reach.OWN for it in found)
