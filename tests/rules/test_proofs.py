"""What docs/rfc.toml calls done is proved by tests, and tests name only sections that it lists."""

import tomllib

import pytest

from tests.rules.proofs import ROOT, in_rust, in_suite, proofs, sections_in

LISTED = tomllib.loads((ROOT / "docs" / "rfc.toml").read_text())


@pytest.mark.parametrize(
    ("text", "sections"),
    [
        ("RFC 7208 §4.6.4", [("RFC 7208", "4.6.4")]),
        ("RFC 6376 §3.5, §3.7, RFC 8301 §3.1", [("RFC 6376", "3.5"), ("RFC 6376", "3.7"), ("RFC 8301", "3.1")]),
        ("draft-levine-smtp-batv §4.1", [("draft-levine-smtp-batv", "4.1")]),
        ("no section", []),
    ],
)
def test_a_list_of_sections_is_read(text: str, sections: list[tuple[str, str]]) -> None:
    assert sections_in(text) == sections


def test_marks_in_rust_and_in_suites_are_read() -> None:
    rust = "// proves: RFC 6376 §3.5,\n// RFC 8301 §3.1\n#[test]\nfn keys_are_long() {}\n"
    assert list(in_rust(rust)) == [(("RFC 6376", "3.5"), "keys_are_long"), (("RFC 8301", "3.1"), "keys_are_long")]
    suite = "# standard: RFC 4406\ntests:\n  one:\n    spec: [4.4/1, RFC 4407 §2]\n"
    assert list(in_suite(suite, "it.yml")) == [(("RFC 4406", "4.4"), "it.yml"), (("RFC 4407", "2"), "it.yml")]


def test_every_proof_names_a_listed_section() -> None:
    for (standard, section), tests in proofs().items():
        assert section in LISTED.get(standard, {}), f"{tests[0]} proves {standard} §{section}: add it to docs/rfc.toml"


def test_every_section_that_is_done_is_proved() -> None:
    proved = proofs()
    for standard, sections in LISTED.items():
        for section, entry in sections.items():
            if section != "title" and entry["state"] == "done":
                assert (standard, section) in proved, f"{standard} §{section} is called done, and no test proves it"
