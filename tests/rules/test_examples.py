"""Examples in documents run: Python blocks of one page share a namespace, TOML blocks are settings."""

import re
import shlex
import tomllib
from pathlib import Path

import pytest

from trustlane.cli.main import parser
from trustlane.settings import read

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
PYTHON = re.compile(r"^```python\n(.*?)^```", re.M | re.S)
COMMAND = re.compile(r"^    (trustlane [^\n]+)$|`(trustlane [^`\n]+)`", re.M)
TOML = re.compile(r"^```toml\n(.*?)^```", re.M | re.S)


@pytest.mark.parametrize(
    "page", [page for page in PAGES if PYTHON.search(page.read_text())], ids=lambda page: page.name
)
def test_python_examples_run(page: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "tests").symlink_to(ROOT / "tests")
    namespace: dict[str, object] = {}
    for block in PYTHON.findall(page.read_text()):
        exec(compile(block, page.name, "exec"), namespace)


@pytest.mark.parametrize("page", [page for page in PAGES if TOML.search(page.read_text())], ids=lambda page: page.name)
def test_settings_in_examples_are_right(page: Path) -> None:
    for block in TOML.findall(page.read_text()):
        read(tomllib.loads(block))


@pytest.mark.parametrize("page", [page for page in PAGES if COMMAND.search(page.read_text())], ids=lambda it: it.name)
def test_commands_in_documents_have_the_options_they_show(page: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A command may be named without what it needs; what is shown of it must be there."""
    for match in COMMAND.finditer(page.read_text()):
        shown = match[1] or match[2]
        words = shlex.split(re.split(" [|>] | && ", shown)[0], comments=True)
        try:
            parser().parse_args(words[1:])
        except SystemExit:
            said = capsys.readouterr().err
            assert "arguments are required" in said or not said, f"{shown}: {said}"
