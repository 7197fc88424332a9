"""Assessors from the settings to the story: a voucher, a list and a partner speak of one mail."""

import json
from pathlib import Path
from typing import Any

import pytest
from tests.edges.signing.signer import MAIL

from trustlane import Policy, verify
from trustlane.assessment import Assessors
from trustlane.assessment.service import TrustedService
from trustlane.assessment.vouching import Vouching
from trustlane.cli.main import main
from trustlane.cli.options import assessors_of
from trustlane.delivery import InsertField, edits
from trustlane.dns.zone import ZoneResolver
from trustlane.errors import SettingsError
from trustlane.settings import load

NOW = 1_800_000_000
AT = ["--now", str(NOW)]
LISTS = "2.0.0.127.bl.example A 127.0.0.2\n1.2.0.192.bl.example A 127.0.0.2\n"
VOUCHED = 'example.com._vouch.vouch.example TXT "list"\nexample.com._vouch.sure.example TXT "all"\n'


@pytest.fixture(autouse=True)
def _folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsysbinary: pytest.CaptureFixture[bytes]) -> None:
    """A mail that is signed, and says who vouches for it."""
    monkeypatch.chdir(tmp_path)
    Path("plain.eml").write_bytes(MAIL)
    assert main(["keys", "new", "example.com", "one", "--kind", "ed25519", *AT]) == 0
    capsysbinary.readouterr()
    assert main(["keys", "dns", *AT]) == 0
    key = capsysbinary.readouterr().out.decode()
    vouchers = ["--vouched-by", "vouch.example", "--vouched-by", "sure.example", "--mail-kind", "list"]
    assert main(["sign", "plain.eml", *vouchers, *AT]) == 0
    Path("mail.eml").write_bytes(capsysbinary.readouterr().out)
    Path("zone").write_text(key + LISTS + VOUCHED)


def judged(capsysbinary: pytest.CaptureFixture[bytes], opinions: str) -> Any:
    Path("trustlane.toml").write_text(f"[opinions]\n{opinions}\n")
    code = main(["check", "mail.eml", "--ip", "192.0.2.1", "--zone", "zone", "--json", *AT])
    told = json.loads(capsysbinary.readouterr().out)
    assert code == (0 if told["lane"] == "trusted" else 1)
    return told


CASES = [
    ("", "open", []),
    ('vouchers = ["vouch.example"]', "open", ["vouching vouch.example"]),
    ('vouchers = ["other.example"]', "open", []),
    (
        'vouchers = ["vouch.example", "sure.example"]',
        "trusted",
        ["vouching vouch.example", "vouching sure.example"],
    ),
    ('vouchers = ["vouch.example grants"]', "trusted", ["vouching vouch.example"]),
    (
        'vouchers = ["vouch.example grants"]\nlists = ["bl.example block address *=0.02"]',
        "open",
        ["vouching vouch.example", "list bl.example"],
    ),
    ('partners = ["example.com dkim"]', "trusted", ["partner example.com"]),
    ('partners = ["example.com spf"]', "open", []),
]


@pytest.mark.parametrize(("opinions", "lane", "sources"), CASES)
def test_what_assessors_say_is_told_with_its_reason(
    opinions: str, lane: str, sources: list[str], capsysbinary: pytest.CaptureFixture[bytes]
) -> None:
    told = judged(capsysbinary, opinions)
    assert (told["lane"], [it["source"] for it in told["assessment"]["opinions"]]) == (lane, sources)
    assert all(it["reason"]["text"] for it in told["assessment"]["opinions"])
    assert all(it["parts"] for it in told["assessment"]["standings"])


@pytest.mark.proves("RFC 5518 §7.1")
def test_the_claim_stands_below_the_signature_that_covers_it() -> None:
    fields = [line.split(b":")[0] for line in Path("mail.eml").read_bytes().split(b"\r\n") if b":" in line]
    names = [name for name in fields if name.isascii() and not name.startswith((b" ", b"\t"))]
    assert names[:2] == [b"DKIM-Signature", b"VBR-Info"]
    assert b"VBR-Info" in Path("mail.eml").read_bytes().split(b"VBR-Info: ")[0].replace(b"\r\n ", b"")


@pytest.mark.proves("RFC 6212 §3", "RFC 6212 §4")
def test_what_vouchers_said_stands_in_authentication_results() -> None:
    resolver = ZoneResolver.from_file(Path("zone"))
    vouchers = Vouching([TrustedService("vouch.example"), TrustedService("sure.example")])
    policy = Policy(assessors=Assessors((vouchers,)))
    mail = Path("mail.eml").read_bytes()
    for zone, expected in (
        (resolver, "pass"),
        (ZoneResolver.from_text(Path("zone").read_text().replace("list", "x")), "fail"),
    ):
        decision = verify(mail, resolver=zone, policy=policy, now=float(NOW))
        fields = [str(it.value) for it in edits(decision, "mx.here.example") if isinstance(it, InsertField)]
        told = " ".join(fields[1].split())
        assert f"vbr={expected}" in told
        assert "header.md=example.com header.mv=vouch.example" in told


def test_explain_tells_what_others_say(capsysbinary: pytest.CaptureFixture[bytes]) -> None:
    Path("trustlane.toml").write_text('[opinions]\nvouchers = ["vouch.example"]\n')
    main(["explain", "mail.eml", "--zone", "zone", *AT])
    out = capsysbinary.readouterr().out.decode()
    assert "What others say:\n  vouching vouch.example of rfc5322.from example.com: rated 0.950" in out
    assert "Because vouching vouch.example speaks well of rfc5322.from example.com, but one outside word" in out


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ('partners = ["firm.example"]', "what authenticates it"),
        ('vouchers = ["vouch"]', "is no domain"),
        ('lists = ["bl.example"]', "needs a zone"),
        ('peers = ["rep.example"]', "is no address"),
        ('peers = ["https://rep.example/x"]', "is no address"),
        ('peers = ["https://rep.example maybe"]', "only key=TOKEN and grants"),
        ('accreditors = ["a.example sometimes"]', "is no domain"),
    ],
)
def test_a_line_that_is_wrong_stops_the_start(line: str, why: str) -> None:
    Path("trustlane.toml").write_text(f"[opinions]\n{line}\n")
    with pytest.raises(SettingsError, match=why):
        load(Path("trustlane.toml"))


def test_each_assessor_is_asked_where_it_is_set() -> None:
    Path("trustlane.toml").write_text(
        '[opinions]\npartners = ["a.example dkim"]\nvouchers = ["v.example"]\naccreditors = ["d.example"]\n'
        'lists = ["bl.example block address *=0"]\npeers = ["https://rep.example key=s3cret grants"]\n'
    )
    chosen = assessors_of(load(Path("trustlane.toml"))).all
    names = ["Partners", "Correspondents", "Vouching", "Lists", "Peers", "Accreditation"]
    assert [type(it).__name__ for it in chosen] == names
