"""Where the public suffix list comes from: a file that the operator names, or a package; never the network."""

from pathlib import Path

import pytest

from trustlane.cli.options import policy_of
from trustlane.errors import SettingsError
from trustlane.settings import read
from trustlane.settings.suffixes import suffixes_by


def test_the_tree_walk_needs_no_list() -> None:
    assert suffixes_by(read({})) is None
    assert policy_of(read({})).limits.suffixes is None


def test_a_file_is_read_and_reaches_the_examination(tmp_path: Path) -> None:
    (tmp_path / "list.dat").write_text("// ===BEGIN ICANN DOMAINS===\nuk\nco.uk\n// ===END ICANN DOMAINS===\n")
    settings = read({"dmarc": {"discovery": "psl", "public_suffix_list": "list.dat"}}, tmp_path)
    suffixes = policy_of(settings).limits.suffixes
    assert suffixes is not None
    assert suffixes.organizational_domain("a.b.firm.co.uk") == "firm.co.uk"


def test_without_a_file_the_list_of_the_package_is_taken() -> None:
    pytest.importorskip("publicsuffixlist")
    suffixes = suffixes_by(read({"dmarc": {"discovery": "psl"}}))
    assert suffixes is not None
    assert suffixes.organizational_domain("a.b.example.co.uk") == "example.co.uk"


@pytest.mark.parametrize(("text", "why"), [(None, "cannot be read"), ("no rules", "no suffix list")])
def test_a_list_that_is_none_stops_the_start(tmp_path: Path, text: str | None, why: str) -> None:
    if text is not None:
        (tmp_path / "list.dat").write_text(text)
    settings = read({"dmarc": {"discovery": "psl", "public_suffix_list": "list.dat"}}, tmp_path)
    with pytest.raises(SettingsError, match=why):
        suffixes_by(settings)
