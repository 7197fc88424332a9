"""What goes wrong in the field has a test one can find by its number."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
DKIM_NOTES = set(range(1, 14))
"""The notes about signatures: canonical forms, selection of fields, keys, DNS, times, algorithms and lengths."""


def test_every_note_about_signatures_is_a_named_test() -> None:
    files = [*(ROOT / "rust" / "core").rglob("src/**/*.rs"), *(ROOT / "tests").rglob("test_*.py")]
    named = {int(number) for file in files for number in re.findall(r"field_note_(\d\d)_", file.read_text())}
    assert named >= DKIM_NOTES
