"""``trustlane keys`` and ``trustlane sign``: from a new key to a mail that verifies."""

from pathlib import Path

import pytest
from tests.edges.signing.signer import MAIL

from trustlane import dkim
from trustlane.cli.main import main
from trustlane.dns.zone import ZoneResolver

NOW = 1_800_000_000
DAY = 86_400
AT = ["--now", str(NOW)]


@pytest.fixture(autouse=True)
def _folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("mail.eml").write_bytes(MAIL.replace(b"\r\n", b"\n"))
    Path("empty").write_text("")


def told(capsysbinary: pytest.CaptureFixture[bytes], *words: str, code: int = 0) -> str:
    assert main([*words]) == code, words
    return capsysbinary.readouterr().out.decode()


def test_a_mail_signed_with_every_kind_of_key_verifies_by_the_records_to_publish(capsysbinary) -> None:
    for kind in ("rsa2048", "ed25519"):
        told(capsysbinary, "keys", "new", "example.com", f"k-{kind}", "--kind", kind, *AT)
    zone = told(capsysbinary, "keys", "dns", "example.com", *AT)
    mail = told(capsysbinary, "sign", "mail.eml", "--expires-days", "7", "--copies", *AT).encode()
    findings = dkim.examine(mail, resolver=ZoneResolver.from_text(zone), now=NOW)
    assert [(finding.reason, finding.properties["header.s"]) for finding in findings] == [
        ("dkim.verified", "k-rsa2048"),
        ("dkim.verified", "k-ed25519"),
    ]
    assert mail.endswith(MAIL)
    late = dkim.examine(mail, resolver=ZoneResolver.from_text(zone), now=NOW + 8 * DAY)
    assert {finding.reason for finding in late} == {"dkim.expired"}


def test_verify_says_whether_dns_has_the_records(capsysbinary) -> None:
    for selector in ("one", "two"):
        told(capsysbinary, "keys", "new", "example.com", selector, "--kind", "ed25519", *AT)
    one, two = told(capsysbinary, "keys", "dns", *AT).splitlines()
    for zone, code, said in [
        (f"{one}\n{two}", 0, "one._domainkey.example.com: published"),
        (one, 1, "two._domainkey.example.com: there is no key record at the selector"),
        (f"{one}\n{one.replace('one.', 'two.')}", 1, "two._domainkey.example.com: the signed header fields are not"),
        (f'{one}\ntwo._domainkey.example.com. TXT "x" ; servfail', 3, "two._domainkey.example.com: the key could"),
    ]:
        Path("zone").write_text(zone)
        assert said in told(capsysbinary, "keys", "verify", "--zone", "zone", *AT, code=code)


def test_rotation_signs_with_the_old_key_until_the_new_one_begins(capsysbinary) -> None:
    told(capsysbinary, "keys", "new", "example.com", "old", "--kind", "ed25519", *AT)
    record = told(capsysbinary, "keys", "rotate", "example.com", "--in-days", "2", *AT)
    assert record.startswith("ed25519-20270117._domainkey.example.com. IN TXT")
    for days, selector in [(0, "old"), (1.9, "old"), (2, "ed25519-20270117"), (30, "ed25519-20270117")]:
        mail = told(capsysbinary, "sign", "mail.eml", "--now", str(NOW + int(days * DAY)))
        assert f"s={selector};" in mail.replace("\r\n ", " "), days
    assert told(capsysbinary, "keys", "list", "--now", str(NOW + 3 * DAY)).splitlines() == [
        "active   example.com ed25519-20270117: ed25519 256 bits, from 2027-01-17 08:00 UTC",
        "retired  example.com old: ed25519 256 bits, from 2027-01-15 08:00 UTC until 2027-01-17 08:00 UTC",
    ]


def test_a_retired_key_signs_no_more(capsysbinary) -> None:
    told(capsysbinary, "keys", "new", "example.com", "old", "--kind", "ed25519", *AT)
    assert "leave its record" in told(capsysbinary, "keys", "retire", "example.com", "old", *AT)
    assert main(["sign", "mail.eml", *AT]) == 2
    assert b"no key signs for example.com" in capsysbinary.readouterr().err
    assert told(capsysbinary, "keys", "dns", *AT) == ""


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (["keys", "new", "example.com", "../../x"], "no domain name or selector"),
        (["keys", "new", "not a domain", "x"], "no domain name or selector"),
        (["keys", "new", "example.com", "there"], "a selector is used once"),
        (["keys", "retire", "example.com", "absent"], "has no key absent"),
        (["keys", "rotate", "example.org"], "has no key that signs now"),
        (["sign", "absent.eml"], "cannot be read"),
        (["sign", "no-from.eml", "--domain", "example.com"], "no From field"),
        (["sign", "no-from.eml"], "does not name exactly one domain"),
        (["sign", "mail.eml", "--identity", "a@example.org"], "not within the signing domain"),
        (["sign", "mail.eml", "--expires-days", "0"], "expire before it is made"),
    ],
)
def test_a_wrong_call_says_why(words: list[str], why: str, capsysbinary) -> None:
    told(capsysbinary, "keys", "new", "example.com", "there", "--kind", "ed25519", *AT)
    Path("no-from.eml").write_bytes(b"To: b\n\nx\n")
    assert main([*words, *AT]) == 2
    assert why in capsysbinary.readouterr().err.decode()
