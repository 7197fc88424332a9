"""Every section that the code cites stands in docs/rfc.toml, with a state and a sentence."""

import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
LISTED = tomllib.loads((ROOT / "docs" / "rfc.toml").read_text())
SOURCES = sorted(
    [*(ROOT / "python").rglob("*.py"), *(ROOT / "rust").rglob("src/**/*.rs"), ROOT / "python/trustlane/_core.pyi"]
)

CITATION = re.compile(r"(RFC \d+|draft-[a-z0-9-]+)((?:,? (?:and )?§[\w.]*\w)+)")
SECTION = re.compile(r"§([\w.]*\w)")
STATES = {"done", "partial", "refused"}


def citations(text: str) -> set[tuple[str, str]]:
    """(standard, section) pairs; ``RFC 6376 §3.4.3, §3.4.4`` is two. Line ends and comment signs may stand between."""
    joined = re.sub(r"\s*\n\s*(?://[/!]?|#)?\s*", " ", text)
    return {
        (standard, section) for standard, sections in CITATION.findall(joined) for section in SECTION.findall(sections)
    }


@pytest.mark.parametrize("file", SOURCES, ids=lambda file: str(file.relative_to(ROOT)))
def test_every_section_cited_is_listed(file: Path) -> None:
    for standard, section in sorted(citations(file.read_text())):
        assert section in LISTED.get(standard, {}), f"{file.name} cites {standard} §{section}: add it to docs/rfc.toml"


def test_every_listed_section_has_a_state_and_a_sentence() -> None:
    for standard, sections in LISTED.items():
        assert sections["title"], standard
        for section, entry in sections.items():
            if section != "title":
                assert entry["state"] in STATES, f"{standard} §{section}"
                assert len(entry["what"]) > 10, f"{standard} §{section}"


def test_every_listed_section_is_cited() -> None:
    """A list that outlives its code would promise what is not there."""
    cited = set().union(*(citations(file.read_text()) for file in SOURCES))
    for standard, sections in LISTED.items():
        for section in sections.keys() - {"title"}:
            assert (standard, section) in cited, f"{standard} §{section} is cited nowhere"
