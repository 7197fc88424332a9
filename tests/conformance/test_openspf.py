"""The openspf suite for RFC 7208 (release 2014.04), through the package, with the reason of each result.

It is read where it is at hand, beside the project, and not copied into it.
"""

from pathlib import Path

import pytest
from tests.conformance.suite import Case, cases

from trustlane.identities.spf import SpfCheck, check_spf

SUITE = Path(__file__).parents[3] / "shared" / "conformance" / "rfc7208-tests.yml"
CASES = list(cases(SUITE)) if SUITE.exists() else []

pytestmark = pytest.mark.skipif(not CASES, reason=f"the openspf suite is not at {SUITE}")


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_each_case_gives_a_result_that_the_suite_allows(case: Case) -> None:
    found = checked(case).finding
    allowed = case.fields["result"]
    assert found.result in ([allowed] if isinstance(allowed, str) else allowed), found.text
    assert found.reason.startswith("spf.")
    assert found.text
    if explanation := case.fields.get("explanation"):
        # Case may differ in the nibbles of %{i}, which the suite writes in capitals and RFC 7208 §7.4 does not.
        assert str(found.facts.get("explanation", "DEFAULT")).lower() == str(explanation).lower()


def test_every_result_is_shown_with_its_reason_and_its_steps() -> None:
    """What each case ends with tells what its reason says: the term that matched, or where the evaluation stopped."""
    reasons = set()
    for case in CASES:
        check = checked(case)
        reasons.add(check.finding.reason)
        if check.finding.reason == "spf.matched":
            matched = [step.text for step in check.steps if step.outcome == "matched" and step.depth == 0]
            assert matched == [check.finding.values["mechanism"]], case.name
        if check.finding.result in {"temperror", "permerror"}:
            assert check.steps[-1].outcome in {"stopped", "not-matched"}, case.name
    assert reasons >= {
        "spf.matched",
        "spf.no-match",
        "spf.no-record",
        "spf.not-a-domain",
        "spf.several-records",
        "spf.malformed-record",
        "spf.repeated-modifier",
        "spf.too-many-lookups",
        "spf.void-lookups",
        "spf.too-many-mx",
        "spf.include-none",
        "spf.redirect-none",
        "spf.dns-unavailable",
    }


def checked(case: Case) -> SpfCheck:
    fields = case.fields
    return check_spf(
        client_ip=fields["host"],
        mail_from=fields["mailfrom"],
        helo=fields["helo"],
        receiver="receiver.example",
        resolver=case.zone,
        now=1_400_000_000,
    )
