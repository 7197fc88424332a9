"""A wrong setting stops at start, and says which, why, and what would be right."""

import tomllib
from pathlib import Path
from typing import Any

import pytest

from trustlane.errors import SettingsError
from trustlane.lanes import Mode
from trustlane.settings import Settings, load, read
from trustlane.settings.show import as_toml, catalogue

WRONG: list[tuple[dict[str, Any], str, str]] = [
    ({"sit": {}}, "sit", "there is no such table; did you mean site?"),
    ({"site": 1}, "site", "must be a table"),
    ({"site": {"mod": "tag"}}, "site.mod", "there is no such setting; did you mean mode?"),
    ({"site": {"mode": "strict"}}, "site.mode", "must be one of observe, tag, enforce, is 'strict'"),
    ({"site": {"mode": 3}}, "site.mode", "must be one of observe, tag, enforce, is 3"),
    ({"site": {"authserv_id": "two words"}}, "site.authserv_id", "must be one word, is 'two words'"),
    ({"site": {"authserv_id": "a\nb"}}, "site.authserv_id", "must be one word, is 'a\\nb'"),
    ({"relay": {"listen": "2525"}}, "relay.listen", "must be host:port, is '2525'"),
    ({"relay": {"listen": "localhost:70000"}}, "relay.listen", "must be host:port, is 'localhost:70000'"),
    ({"relay": {"max_recipients": 99}}, "relay.max_recipients", "must lie between 100 and 100000, is 99"),
    ({"relay": {"max_recipients": True}}, "relay.max_recipients", "must be a whole number, is True"),
    ({"relay": {"maildir": 5}}, "relay.maildir", "must be a path, is 5"),
    ({"relay": {"maildir": ""}}, "relay.maildir", "must be a path, is ''"),
    ({"dns": {"nameservers": "127.0.0.1"}}, "dns.nameservers", "must be a list of texts, is '127.0.0.1'"),
    ({"dns": {"nameservers": ["a b"]}}, "dns.nameservers", "'a b' is no address"),
    ({"arc": {"trusted_sealers": ["a..b"]}}, "arc.trusted_sealers", "'a..b' is no domain name"),
    ({"arc": {"trusted_sealers": ["com"]}}, "arc.trusted_sealers", "'com' is no domain name"),
    ({"dns": {"deadline_seconds": "soon"}}, "dns.deadline_seconds", "must be a number, is 'soon'"),
    ({"dns": {"deadline_seconds": 0}}, "dns.deadline_seconds", "must lie between 0.1 and 60, is 0"),
    ({"dkim": {"max_signatures": 0}}, "dkim.max_signatures", "must lie between 1 and 100, is 0"),
    ({"dkim": {"max_rsa_bits": 1023}}, "dkim.max_rsa_bits", "must lie between 1024 and 4096, is 1023"),
    ({"dkim": {"max_rsa_bits": 8192}}, "dkim.max_rsa_bits", "must lie between 1024 and 4096, is 8192"),
    ({"ledger": {"store": "mongo"}}, "ledger.store", "must be one of sqlite, valkey, memory, is 'mongo'"),
    ({"ledger": {"urls": ["http://x"]}}, "ledger.urls", "'http://x' is no url of a server"),
    ({"ledger": {"urls": []}}, "ledger.urls", "must name a server"),
    ({"ledger": {"cluster": True, "sentinel": "m"}}, "ledger.cluster", "a cluster needs no Sentinels"),
    ({"feedback": {"addresses": ["spam"]}}, "feedback.addresses", "'spam' is no address"),
    ({"feedback": {"trap_addresses": ["a b@c"]}}, "feedback.trap_addresses", "'a b@c' is no address"),
    (
        {"feedback": {"verdict_fields": ["Subject"]}},
        "feedback.verdict_fields",
        "'Subject' cannot be read; known are X-Spam-Status, X-Spam-Flag, X-Spam, X-Spam-Action, X-Rspamd-Action,"
        " X-Spamd-Result",
    ),
    (
        {"feedback": {"verdict_sources": ["10.0.0.1/8"]}},
        "feedback.verdict_sources",
        "'10.0.0.1/8' is no address or network: 10.0.0.1/8 has host bits set",
    ),
    ({"trust": {"gained_at": 0.9, "lost_below": 0.95}}, "trust.lost_below", "must not be above trust.gained_at"),
    ({"log": {"level": "loud"}}, "log.level", "must be one of debug, info, warning, error, is 'loud'"),
]


@pytest.mark.parametrize(("tree", "setting", "why"), WRONG, ids=[str(case[0]) for case in WRONG])
def test_a_wrong_setting_is_named_with_its_reason_and_an_example(tree: dict[str, Any], setting: str, why: str) -> None:
    with pytest.raises(SettingsError) as caught:
        read(tree)
    assert (caught.value.setting, caught.value.why) == (setting, why)
    assert caught.value.example


def test_every_example_is_itself_right() -> None:
    for setting in catalogue():
        table, _, _ = setting.name.partition(".")
        read({table: tomllib.loads(setting.example)})


def test_every_setting_has_a_sentence() -> None:
    for setting in catalogue():
        assert setting.doc.endswith("."), setting.name


def test_without_a_file_the_defaults_are_in_force() -> None:
    assert read({}) == Settings()
    assert Settings().site.mode is Mode.OBSERVE
    assert Settings().relay.listen.startswith("127.0.0.1:")


def test_what_is_shown_can_be_read_again(tmp_path: Path) -> None:
    settings = read({"site": {"mode": "tag", "key": "/k"}, "dns": {"nameservers": ["127.0.0.1"], "zone": "/z.txt"}})
    file = tmp_path / "trustlane.toml"
    file.write_text(as_toml(settings))
    again = load(file)
    assert again.site == settings.site
    assert again.dns == settings.dns
    assert again.relay.maildir == tmp_path / "var" / "Maildir"


def test_a_relative_path_is_as_seen_from_the_file(tmp_path: Path) -> None:
    file = tmp_path / "trustlane.toml"
    file.write_text('[ledger]\npath = "here.sqlite"\n')
    assert load(file).ledger.path == tmp_path / "here.sqlite"


@pytest.mark.parametrize(
    ("octets", "why"),
    [(b"[site", "is no TOML"), (b"\xff\xfe", "is no TOML"), (None, "cannot be read: No such file or directory")],
)
def test_a_file_that_is_none_says_so(tmp_path: Path, octets: bytes | None, why: str) -> None:
    file = tmp_path / "trustlane.toml"
    if octets is not None:
        file.write_bytes(octets)
    with pytest.raises(SettingsError, match=why):
        load(file)
