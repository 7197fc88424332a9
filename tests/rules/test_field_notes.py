"""What goes wrong in the field has a test one can find by its number."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
DKIM_NOTES = set(range(1, 14))
"""The notes about signatures: canonical forms, selection of fields, keys, DNS, times, algorithms and lengths."""

POLICY_NOTES = {14, 15}
"""The notes about SPF and DMARC."""

RESULT_NOTES = {16}
"""The note about Authentication-Results."""

CHAIN_NOTES = {17}
"""The note about ARC."""

PITFALLS = {
    "dkim": set(range(1, 12)),
    "arc": set(range(1, 8)),
    "spf": set(range(1, 10)),
    "dmarc": set(range(1, 12)),
    "pra": set(range(1, 5)),
    "csv": set(range(1, 5)),
    "batv": set(range(1, 7)),
    "authres": set(range(1, 7)),
}
"""What implementers of a standard get wrong, by the numbers of our list."""


def test_every_pitfall_of_a_standard_is_a_named_test() -> None:
    files = [*(ROOT / "rust" / "core").rglob("src/**/*.rs"), *(ROOT / "tests").rglob("test_*.py")]
    source = "\n".join(file.read_text() for file in files)
    for standard, numbers in PITFALLS.items():
        assert {int(number) for number in re.findall(rf"(?<![a-z]){standard}_pitfall_(\d+)_", source)} == numbers


def test_every_note_about_identities_is_a_named_test() -> None:
    files = [*(ROOT / "rust" / "core").rglob("src/**/*.rs"), *(ROOT / "tests").rglob("test_*.py")]
    named = {int(number) for file in files for number in re.findall(r"field_note_(\d\d)_", file.read_text())}
    assert named >= DKIM_NOTES | POLICY_NOTES | RESULT_NOTES | CHAIN_NOTES
