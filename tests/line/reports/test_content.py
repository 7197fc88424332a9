"""Verdicts of content filters are read from their header fields."""

import pytest

from trustlane.ledger import Kind
from trustlane.reports.content import READERS, verdict_of
from trustlane.settings.show import catalogue

VERDICTS = [
    ("X-Spam-Status", "Yes, score=7.1 required=5.0", Kind.JUNK),
    ("X-Spam-Status", "No, score=-1.0\r\n\trequired=5.0", Kind.CLEAN),
    ("X-Spam-Flag", " YES", Kind.JUNK),
    ("X-Spam-Flag", "NO", Kind.CLEAN),
    ("X-Spam", "Yes", Kind.JUNK),
    ("X-Spam-Action", "add header", Kind.JUNK),
    ("X-Rspamd-Action", "no action", Kind.CLEAN),
    ("X-Rspamd-Action", "greylist", None),
    ("X-Rspamd-Action", "soft reject", None),
    ("X-Spamd-Result", "default: True [16.2 / 15.00]; BAYES", Kind.JUNK),
    ("X-Spamd-Result", "default: False [-0.10 / 15.00];", Kind.CLEAN),
    ("X-Spamd-Result", "nonsense", None),
    ("X-Spam-Status", "", None),
    ("X-Spam-Status", "Perhaps", None),
    ("X-Unknown", "Yes", None),
]


@pytest.mark.parametrize(("name", "value", "verdict"), VERDICTS)
def test_a_field_tells_a_verdict(name: str, value: str, verdict: Kind | None) -> None:
    assert verdict_of([(name, value)], [name.lower()]) == verdict


def test_only_fields_that_are_named_are_believed_and_the_topmost_counts() -> None:
    fields = [("X-Spam-Flag", "NO"), ("x-spam-status", "Yes"), ("X-Spam-Status", "No")]
    assert verdict_of(fields, ["X-Spam-Status"]) is Kind.JUNK
    assert verdict_of(fields, []) is None


def test_every_field_that_can_be_read_has_a_row_and_may_be_set() -> None:
    assert {name.lower() for name, _, _ in VERDICTS} - {"x-unknown"} == set(READERS)
    (setting,) = (it for it in catalogue() if it.name == "feedback.verdict_fields")
    assert setting.example == 'verdict_fields = ["X-Spam-Status"]'
