"""The file of secrets that sign decision ids: private, made once, rotated without losing reports on their way."""

import os
import stat
import threading
from pathlib import Path

import pytest
from tests.edges.cli.running import said

from trustlane.cli.site_keys import HEAD, NAMES, rotated, site_keys_made, site_keys_of
from trustlane.errors import SettingsError
from trustlane.lanes.site_keys import Signature
from trustlane.ledger.port import KEPT_SECONDS
from trustlane.settings import Settings, read

NOW = 1_800_000_000.0
NAME = "4f1d5c2a7f3b9e6a4d8c0112"


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return read({"site": {"key": "var/site.keys"}}, tmp_path)


def test_there_are_none_until_the_first_start_and_then_one_that_stays(settings: Settings) -> None:
    assert site_keys_of(settings).keys == ()
    made = site_keys_made(settings, NOW)
    assert site_keys_made(settings, NOW + 1) == site_keys_of(settings) == made
    assert [(key.name, len(key.secret), key.made) for key in made.keys] == [("a", 32, NOW)]


def test_nobody_else_may_read_them(settings: Settings) -> None:
    before = os.umask(0)
    try:
        site_keys_made(settings, NOW)
        rotated(settings, NOW)
    finally:
        os.umask(before)
    (file,) = settings.site.key.parent.iterdir()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_two_that_start_at_once_have_one_secret(settings: Settings) -> None:
    found: list[object] = []
    threads = [threading.Thread(target=lambda: found.append(site_keys_made(settings, NOW))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [site_keys_of(settings)] * 8


def test_a_former_secret_verifies_while_its_decisions_are_kept(settings: Settings) -> None:
    first = site_keys_made(settings, NOW).signed(NAME)
    second = rotated(settings, NOW + 1_000)
    assert second.signed(NAME) != first
    assert second.judge(first)[1] is Signature.GENUINE
    later = rotated(settings, NOW + 1_000 + KEPT_SECONDS - 1)
    assert [key.name for key in later.keys] == ["a", "b", "c"]
    last = rotated(settings, NOW + 1_000 + KEPT_SECONDS)
    assert [key.name for key in last.keys] == ["b", "c", "d"]
    assert last.judge(first)[1] is Signature.UNKNOWN_KEY


def test_names_are_used_again_when_they_are_free_and_never_before(settings: Settings) -> None:
    for turn in range(len(NAMES) - 1):
        rotated(settings, NOW + turn)
    with pytest.raises(SettingsError, match="too often"):
        rotated(settings, NOW + len(NAMES))
    assert rotated(settings, NOW + 2 * KEPT_SECONDS).keys[-1].name == "a"


UNREADABLE = [
    ("a 1800000000\n", "is no file of secrets"),
    ("a 1800000000 c2hvcnQ=\n", "shorter than 32 octets"),
    ("A 1800000000 " + "A" * 44 + "\n", "is no name"),
    ("a x " + "A" * 44 + "\n", "is no file of secrets"),
    ("a 1 %%%\n", "is no file of secrets"),
    ("\udcff\n", "cannot be read"),
]


@pytest.mark.parametrize(("text", "why"), UNREADABLE)
def test_a_file_that_is_none_stops_the_start(settings: Settings, text: str, why: str) -> None:
    settings.site.key.parent.mkdir()
    settings.site.key.write_bytes(HEAD.encode() + text.encode("utf-8", "surrogateescape"))
    with pytest.raises(SettingsError, match=why):
        site_keys_made(settings, NOW)


def test_the_command_line_lists_and_rotates_them(tmp_path: Path) -> None:
    assert said("keys", "ids", cwd=tmp_path) == ""
    assert said("keys", "ids", "--rotate", "--now", "1800000000", cwd=tmp_path).splitlines() == [
        "verifies a, made 2027-01-15 08:00 UTC",
        "signs    b, made 2027-01-15 08:00 UTC",
    ]
    assert len(said("keys", "ids", cwd=tmp_path).splitlines()) == 2
