"""The table of keys: which key signs when, and who may read it."""

import os
from pathlib import Path

import pytest

from trustlane.errors import KeyTableError
from trustlane.keys import KeyTable, key_record, zone_entry

NOW = 1_800_000_000


@pytest.fixture
def table(tmp_path: Path) -> KeyTable:
    return KeyTable(tmp_path / "keys")


def test_a_key_is_read_back_as_it_was_made(table: KeyTable) -> None:
    made = table.new("Example.COM", "Sel", "ed25519", NOW)
    assert (made.domain, made.selector, made.active_from, made.active_until) == ("example.com", "sel", NOW, None)
    assert list(table) == table.of("example.com") == [made]
    assert made.private not in repr(made)


def test_an_absent_folder_holds_no_keys(table: KeyTable) -> None:
    assert list(table) == []


def test_only_the_owner_may_read_a_key(table: KeyTable, tmp_path: Path) -> None:
    table.new("example.com", "sel", "ed25519", NOW)
    file = tmp_path / "keys" / "example.com" / "sel.toml"
    assert [path.stat().st_mode & 0o777 for path in (file, file.parent, file.parent.parent)] == [0o600, 0o700, 0o700]
    file.chmod(0o640)
    with pytest.raises(KeyTableError, match="others may read it"):
        list(table)


@pytest.mark.parametrize("text", ["", "active_from = 1", "private = 'x'", "{", "active_from = 2027-01-01T00:00:00Z"])
def test_a_file_that_is_no_key_says_so(table: KeyTable, tmp_path: Path, text: str) -> None:
    table.new("example.com", "sel", "ed25519", NOW)
    (tmp_path / "keys" / "example.com" / "sel.toml").write_text(text)
    with pytest.raises(KeyTableError, match=r"sel of example\.com cannot be read"):
        list(table)


def test_the_latest_active_key_of_each_kind_signs_and_a_domain_signs_for_those_below_it(table: KeyTable) -> None:
    for selector, kind, begins in [("a", "ed25519", 0), ("b", "ed25519", NOW - 9), ("c", "ed25519", NOW + 9)]:
        table.new("example.com", selector, kind, begins)
    table.new("example.com", "r", "rsa2048", 0)
    table.new("mail.example.com", "m", "ed25519", NOW + 9)
    for domain, now, selectors in [
        ("example.com", NOW, ["r", "b"]),
        ("EXAMPLE.com.", NOW, ["r", "b"]),
        ("example.com", NOW + 9, ["r", "c"]),
        ("example.com", NOW - 10, ["r", "a"]),
        ("mail.example.com", NOW, ["r", "b"]),
        ("x.mail.example.com", NOW + 9, ["m"]),
        ("badexample.com", NOW, []),
        ("com", NOW, []),
    ]:
        assert [key.selector for key in table.signers(domain, now)] == selectors, domain


def test_two_rotations_of_one_day_have_two_selectors(table: KeyTable) -> None:
    table.new("example.com", "first", "ed25519", 0)
    names = [table.rotate("example.com", NOW, 0)[0].selector for _ in range(3)]
    assert names == ["ed25519-20270115", "ed25519-20270115-2", "ed25519-20270115-3"]
    assert [key.selector for key in table.signers("example.com", NOW)] == names[-1:]


def test_a_record_is_split_where_a_string_would_be_too_long(table: KeyTable) -> None:
    rsa, ed25519 = table.new("example.com", "r", "rsa2048", 0), table.new("example.com", "e", "ed25519", 0)
    strings = zone_entry(rsa).split('"')[1::2]
    assert [len(string) for string in strings] == [255, 155]
    assert "".join(strings) == key_record(rsa.signing_key)
    assert zone_entry(ed25519) == f'e._domainkey.example.com. IN TXT "{key_record(ed25519.signing_key)}"'


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_folder_that_cannot_be_written_says_so(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    with pytest.raises(KeyTableError, match="cannot be written"):
        KeyTable(tmp_path / "keys").new("example.com", "sel", "ed25519", NOW)
