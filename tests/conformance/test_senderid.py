"""Our suite for Sender ID, through the library: each case gives its result, its reason and its property."""

from pathlib import Path

import pytest
from tests.conformance.suite import Case, cases

from trustlane.flow import consider
from trustlane.identities import Checks, ExamineLimits, SenderId
from trustlane.lanes import Policy
from trustlane.ledger.absent import NO_LEDGER
from trustlane.verify import transaction

SUITE = list(cases(Path(__file__).with_name("senderid-tests.yml")))


@pytest.mark.parametrize("case", SUITE, ids=[case.name for case in SUITE])
def test_a_case_gives_its_result_and_its_reason(case: Case) -> None:
    fields = case.fields
    check = SenderId.SPF2_OR_SPF1 if fields.get("spf1") else SenderId.SPF2
    mail = transaction(
        (fields.get("header", "From: nobody@example.net\n") + "\n").encode(),
        fields.get("host", "192.0.2.1"),
        fields.get("helo", "mail.example.net"),
        fields.get("mailfrom", "nobody@example.net"),
        (),
        submitter=fields.get("submitter"),
    )
    decision = consider(
        mail,
        resolver=case.zone,
        ledger=NO_LEDGER,
        policy=Policy(limits=ExamineLimits(checks=Checks(helo=False, sender_id=check))),
        now=1_400_000_000,
    )
    scope = fields.get("scope", "pra")
    (finding,) = [one for one in decision.findings if one.method == "sender-id" and one.facts["identity"] == scope]
    assert (finding.result, finding.reason) == (fields["result"], fields["reason"]), finding.text
    if "property" in fields:
        assert dict([fields["property"].split("=", 1)]) == finding.properties


def test_the_suite_meets_every_result() -> None:
    assert len(SUITE) >= 70
    results = {case.fields["result"] for case in SUITE}
    assert results == {"pass", "fail", "softfail", "neutral", "none", "temperror", "permerror"}
