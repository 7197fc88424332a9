"""``trustlane config``, and what every command does with wrong settings or words."""

from pathlib import Path

import pytest
from tests.edges.cli.running import said, trustlane

from trustlane.cli.main import COMMANDS


def test_the_default_settings_are_right_and_shown_with_their_sentences(tmp_path: Path) -> None:
    assert said("config", "check", cwd=tmp_path) == "settings are right\n"
    shown = said("config", "show", cwd=tmp_path)
    (tmp_path / "trustlane.toml").write_text(shown)
    assert said("config", "check", cwd=tmp_path) == "settings are right\n"
    assert "# observe: header fields only." in shown


@pytest.mark.parametrize("command", ["config check", "check -", "serve", "standing list", "learn --junk -"])
def test_a_wrong_setting_stops_every_command_with_setting_reason_and_example(command: str, tmp_path: Path) -> None:
    (tmp_path / "trustlane.toml").write_text('[site]\nmode = "strict"\n')
    done = trustlane(*command.split(), stdin=b"From: a@b.example\n\n", cwd=tmp_path)
    assert done.returncode == 2
    expected = "trustlane: site.mode: must be one of observe, tag, enforce, is 'strict' (for example: mode = \"tag\")\n"
    assert done.stderr.decode() == expected


def test_every_command_tells_what_it_is_for() -> None:
    told = said("--help")
    for command in COMMANDS:
        name = command.__name__.rpartition(".")[2]
        assert name in told
        assert said(name, "--help")


@pytest.mark.parametrize("words", [[], ["nonsense"], ["check"], ["standing"], ["learn", "-"], ["config", "nonsense"]])
def test_a_wrong_call_shows_the_usage(words: list[str]) -> None:
    done = trustlane(*words)
    assert done.returncode == 2
    assert b"usage: trustlane" in done.stderr


def test_the_version_is_told() -> None:
    assert said("--version").startswith("trustlane 0.")


def test_serve_says_what_is_wrong_with_its_zone(tmp_path: Path) -> None:
    (tmp_path / "zone.txt").write_text("a.example. TXT\n")
    (tmp_path / "trustlane.toml").write_text('[dns]\nzone = "zone.txt"\n')
    done = trustlane("serve", cwd=tmp_path)
    assert done.returncode == 2
    assert b"zone.txt" in done.stderr
    assert b"Traceback" not in done.stderr
