"""Our suite for DMARC, through the package; the core reads the same file (rust/core/tests/dmarc.rs)."""

from pathlib import Path
from typing import Any

import pytest
from tests.conformance.suite import Case, cases

from trustlane.identities import Finding
from trustlane.identities.dmarc import evaluate_dmarc

CASES = list(cases(Path(__file__).with_name("dmarc-tests.yml")))
FIELDS = ("policy", "policy-domain", "organizational-domain")


def test_the_suite_has_its_cases() -> None:
    assert len(CASES) >= 60


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_each_case_gives_its_result_and_its_reason(case: Case) -> None:
    fields = case.fields
    values = [fields["from"]] if isinstance(fields["from"], str) else fields["from"]
    found = evaluate_dmarc(
        [value.encode() for value in values], [authenticated(text) for text in fields["authenticated"]], case.zone
    )
    assert [told(finding) for finding in found] == [expected(row) for row in fields.get("findings", [fields])]


def authenticated(text: str) -> tuple[str, str, str]:
    method, domain = text.split(" ")
    return method, domain.removesuffix("?"), "temperror" if domain.endswith("?") else "pass"


def told(finding: Finding) -> tuple[Any, ...]:
    return (finding.result, finding.reason, *(finding.facts.get(name.replace("-", "_")) for name in FIELDS))


def expected(row: dict[str, Any]) -> tuple[Any, ...]:
    return (row["result"], row["reason"], *(row.get(name) for name in FIELDS))
