"""``trustlane seal``: a mail that is passed on keeps what was found about it."""

from pathlib import Path

import dkim as dkimpy
import pytest
from tests.edges.signing.signer import MAIL

from trustlane import dkim
from trustlane._core import Question
from trustlane.cli.main import main
from trustlane.dns.zone import ZoneResolver

NOW = 1_800_000_000
AT = ["--now", str(NOW)]
SETTINGS = '[site]\nauthserv_id = "mx.list.example"\n[arc]\ntrusted_sealers = ["list.example"]\n'


@pytest.fixture(autouse=True)
def _folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsysbinary: pytest.CaptureFixture[bytes]) -> None:
    monkeypatch.chdir(tmp_path)
    Path("trustlane.toml").write_text(SETTINGS)
    Path("mail.eml").write_bytes(MAIL)
    for domain in ("list.example", "example.com"):
        told(capsysbinary, "keys", "new", domain, "sel", *AT)
    Path("zone").write_text(told(capsysbinary, "keys", "dns", *AT))


def told(capsysbinary: pytest.CaptureFixture[bytes], *words: str, code: int = 0) -> str:
    assert main([*words]) == code, words
    return capsysbinary.readouterr().out.decode()


def sealed(capsysbinary: pytest.CaptureFixture[bytes], mail: bytes, *words: str, code: int = 0) -> bytes:
    Path("in.eml").write_bytes(mail)
    return told(capsysbinary, "seal", "in.eml", "--domain", "list.example", *words, *AT, code=code).encode()


def arc_line(capsysbinary: pytest.CaptureFixture[bytes], mail: bytes) -> str:
    Path("out.eml").write_bytes(mail)
    lines = told(capsysbinary, "check", "out.eml", "--zone", "zone", *AT, code=1).splitlines()
    return next((line for line in lines if line.startswith("arc=")), "")


@pytest.mark.proves("RFC 8617 §5.1", "RFC 8617 §4.1.1")
def test_a_mail_is_sealed_with_what_was_found_and_its_chain_is_shown(capsysbinary) -> None:
    signed = told(capsysbinary, "sign", "mail.eml", *AT).encode()
    once = sealed(capsysbinary, signed, "--zone", "zone", "--ip", "192.0.2.7")
    assert once.endswith(signed)
    assert b"ARC-Authentication-Results: i=1; mx.list.example;" in once
    assert b"dkim=pass header.d=example.com" in once
    shown = arc_line(capsysbinary, once)
    assert shown.startswith("arc=pass header.oldest-pass=0")
    twice = sealed(capsysbinary, once + b"-- \r\nfooter\r\n", "--zone", "zone")
    assert b"ARC-Seal: i=2;" in twice
    assert b"cv=fail;" in twice, "the footer came before the mail was checked"
    assert arc_line(capsysbinary, twice).startswith("arc=fail (the newest seal, instance 2, says")


def test_what_was_found_may_come_from_our_own_fields_after_a_change(capsysbinary) -> None:
    once = sealed(capsysbinary, MAIL, "--zone", "zone")
    fields = b"Authentication-Results: mx.list.example; arc=pass; dkim=pass header.d=example.com\r\n"
    twice = sealed(capsysbinary, fields + once + b"-- \r\nfooter\r\n", "--found-in-fields")
    assert arc_line(capsysbinary, twice).startswith("arc=pass header.oldest-pass=2")


def test_a_listed_sealer_is_shown_among_those_who_answer(capsysbinary) -> None:
    Path("sealed.eml").write_bytes(sealed(capsysbinary, MAIL, "--zone", "zone"))
    assert "arc list.example (by arc)" in told(capsysbinary, "check", "sealed.eml", "--zone", "zone", *AT, code=1)
    story = told(capsysbinary, "explain", "sealed.eml", "--zone", "zone", *AT, code=1)
    assert "list.example, as a trusted sealer (by arc)" in story
    assert '"trusted_sealers": [' in told(capsysbinary, "check", "sealed.eml", "--json", "--zone", "zone", *AT, code=1)


def test_dkimpy_agrees(capsysbinary) -> None:
    before = ["--now", "1700000000"]
    told(capsysbinary, "keys", "new", "list.example", "old", *before)
    resolver = ZoneResolver.from_text(told(capsysbinary, "keys", "dns", "list.example", *before))
    mail = told(capsysbinary, "seal", "mail.eml", "--domain", "list.example", "--zone", "zone", *before).encode()

    def lookup(name: bytes, timeout: int = 5) -> bytes:
        question = Question(name.decode(), "TXT")
        return resolver.ask([question])[question].records[0]

    assert dkimpy.arc_verify(mail, dnsfunc=lookup)[0] == dkim.arc_verify(mail, dnsfunc=lookup)[0] == b"pass"


def test_a_chain_that_cannot_be_told_now_is_not_sealed(capsysbinary) -> None:
    once = sealed(capsysbinary, MAIL, "--zone", "zone")
    Path("late").write_text('sel._domainkey.list.example. TXT "x" ; servfail\n')
    assert sealed(capsysbinary, once, "--zone", "late", code=3) == b""


def test_a_call_that_cannot_be_right_says_why(capsysbinary) -> None:
    Path("in.eml").write_bytes(b"To: bob\r\n\r\n")
    for words in (
        ["in.eml", "--domain", "list.example", "--zone", "zone"],
        ["mail.eml", "--domain", "nobody.example", "--zone", "zone"],
        ["none.eml", "--domain", "list.example"],
    ):
        told(capsysbinary, "seal", *words, *AT, code=2)
