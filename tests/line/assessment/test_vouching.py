"""Vouch by Reference: who is asked, about whom, and what the answer is worth."""

import pytest
from tests.line.assessment.opinions import FIRM, NOW, context, dkim, dmarc, heard, identities, spf

from trustlane._core import Question, write_vbr_info
from trustlane.assessment import Reach
from trustlane.assessment.service import TrustedService
from trustlane.assessment.vouching import VbrResult, Vouching
from trustlane.dns.zone import ZoneResolver
from trustlane.identities import Finding
from trustlane.ledger import Subject

TRUSTED = Vouching([TrustedService("vouch.example")])
CLAIM = [("firm.example", "list", ["evil.example", "vouch.example"])]
NAME = "firm.example._vouch.vouch.example"

RECORDS = [
    ('TXT "list"', "list", VbrResult.PASS, "the kind of mail"),
    ('TXT "transaction list"', "list", VbrResult.PASS, "one of several"),
    ('TXT "trans" "action list"', "transaction", VbrResult.PASS, "strings are joined"),
    ('TXT "all"', "list", VbrResult.PASS, "all of them"),
    ('TXT "transaction"', "list", VbrResult.FAIL, "another kind"),
    ('TXT "list"', "all", VbrResult.FAIL, "all is vouched for by all alone"),
    ('TXT "all"', "all", VbrResult.PASS, "and then it is"),
    ('TXT "List"', "list", VbrResult.PERMERROR, "lower case only"),
    ('TXT "v=spf1 -all"', "all", VbrResult.PERMERROR, "a wildcard answers with something else"),
    ('TXT "list;"', "list", VbrResult.PERMERROR, "letters and blanks only"),
    ('TXT ""', "list", VbrResult.PERMERROR, "nothing"),
    ('TXT "list"\n{name} TXT "all"', "list", VbrResult.PERMERROR, "one record only"),
    ("A 192.0.2.1", "list", VbrResult.FAIL, "no record"),
    ("TXT x ; servfail", "list", VbrResult.TEMPERROR, "no answer now"),
]


@pytest.mark.proves("RFC 5518 §5", "RFC 6212 §3")
@pytest.mark.parametrize(("record", "content", "result", "reason"), RECORDS)
def test_a_record_vouches_for_kinds_of_mail(record: str, content: str, result: VbrResult, reason: str) -> None:
    question = Question(NAME, "TXT")
    answers = ZoneResolver.from_text(f"{NAME} {record.format(name=NAME)}\n").ask([question])
    about = context(vouched=[("firm.example", content, ["vouch.example"])], answers=answers)
    (vouched,) = TRUSTED.results(identities(), about)
    assert vouched.result is result, reason


@pytest.mark.proves("RFC 5518 §5")
def test_only_vouchers_that_the_operator_trusts_are_asked() -> None:
    assert TRUSTED.needs(identities(), context(vouched=CLAIM), NOW).questions == (Question(NAME, "TXT"),)
    assert not Vouching([]).needs(identities(), context(vouched=CLAIM), NOW)


CLAIMED = [
    ("firm.example", FIRM, True, "the signing domain"),
    ("firm.example", [dkim("firm.example", result="fail"), dmarc("firm.example")], False, "a signature that fails"),
    ("firm.example", [spf("firm.example")], True, "the domain of MAIL FROM"),
    ("firm.example", [spf("firm.example", identity="helo")], False, "not that of HELO"),
    ("news.firm.example", [dkim("firm.example", "@news.firm.example")], True, "the domain of i="),
    ("firm.example", [dkim("firm.example", "@news.firm.example")], False, "d= only where there is no i="),
    ("bank.example", FIRM, False, "somebody else"),
]


@pytest.mark.proves("RFC 5518 §7.1", "RFC 5518 §7.3")
@pytest.mark.parametrize(("domain", "findings", "is_asked", "reason"), CLAIMED)
def test_a_claim_counts_for_an_authenticated_domain_only(
    domain: str, findings: list[Finding], is_asked: bool, reason: str
) -> None:
    about = context(findings, vouched=[(domain, "all", ["vouch.example"])])
    assert bool(TRUSTED.needs(identities(findings), about, NOW)) == is_asked, reason


def test_a_voucher_that_vouches_speaks_well_from_outside() -> None:
    (opinion,) = heard(TRUSTED, f'{NAME} TXT "list"\n', vouched=CLAIM)
    assert (opinion.subject, opinion.reach) == (Subject("rfc5322.from", "firm.example"), Reach.OUTSIDE)
    assert opinion.is_good
    assert opinion.reason.text == "vouch.example vouches for the list mail of firm.example"
    granting = Vouching([TrustedService("vouch.example", may_grant=True)])
    (opinion,) = heard(granting, f'{NAME} TXT "list"\n', vouched=CLAIM)
    assert opinion.reach is Reach.TRUSTED_OUTSIDE


def test_a_voucher_that_does_not_know_a_name_says_nothing_against_it() -> None:
    (opinion,) = heard(TRUSTED, f'{NAME} TXT "transaction"\n', vouched=CLAIM)
    assert not opinion.is_bad
    assert heard(TRUSTED, f"{NAME} TXT x ; servfail\n", vouched=CLAIM) == []


def test_a_claim_that_is_too_long_to_ask_about_is_passed_over() -> None:
    """A signing domain may be so long that nothing can be asked below it."""
    long = ".".join(["x" * 60] * 4)
    findings = [dkim(long)]
    assert not TRUSTED.needs(identities(findings), context(findings, vouched=[(long, "all", ["vouch.example"])]), NOW)


@pytest.mark.proves("RFC 5518 §4.1")
def test_a_claim_is_written_as_it_reads() -> None:
    written = write_vbr_info("firm.example", "all", ["a.example", "b.example"])
    assert written == "md=firm.example; mc=all;\r\n mv=a.example:b.example;"
    with pytest.raises(ValueError, match="no claim of VBR"):
        write_vbr_info("firm.example", "all", [])
