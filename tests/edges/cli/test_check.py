"""``trustlane check`` and ``explain``: a clear result for any octets, exit 0, 1 or 2, and never a traceback."""

import json
from pathlib import Path
from typing import Any

import pytest
from tests.edges.cli.running import trustlane

GOLDEN = Path(__file__).parents[2] / "golden" / "001-rfc8463-two-passes"
SIGNED_AT = "1528637999"


def checked(*words: str, stdin: bytes = b"") -> Any:
    done = trustlane("check", *words, "--json", stdin=stdin)
    assert done.returncode in (0, 1), done.stderr
    return json.loads(done.stdout)


@pytest.fixture(scope="module")
def zone(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A world without any names."""
    path = tmp_path_factory.mktemp("zone") / "zone.txt"
    path.write_text("")
    return str(path)


def test_the_example_of_rfc_8463_is_two_passes() -> None:
    told = checked(str(GOLDEN / "mail.eml"), "--zone", str(GOLDEN / "zone.txt"), "--now", SIGNED_AT)
    signatures = [finding for finding in told["findings"] if finding["method"] == "dkim"]
    assert [finding["result"] for finding in signatures] == ["pass", "pass"]
    assert [finding["properties"]["header.s"] for finding in signatures] == ["brisbane", "test"]
    assert [finding["properties"]["header.a"] for finding in signatures] == ["ed25519-sha256", "rsa-sha256"]
    assert {"kind", "name", "by"} <= told["identities"][0].keys()
    assert (told["lane"], told["action"]) == ("open", "deliver")
    assert all(reason["code"] and reason["text"] for reason in told["reasons"])
    assert set(told["findings"][0]) >= {"method", "result", "reason", "properties"}


def test_one_changed_octet_of_the_body_fails_both() -> None:
    octets = (GOLDEN / "mail.eml").read_bytes().replace(b"hungry", b"Hungry")
    told = checked("-", "--zone", str(GOLDEN / "zone.txt"), "--now", SIGNED_AT, stdin=octets)
    results = [(finding["result"], finding["reason"]) for finding in told["findings"] if finding["method"] == "dkim"]
    assert results == [("fail", "dkim.body-hash-differs")] * 2


def test_without_a_client_address_spf_is_not_evaluated_and_says_so(zone: str) -> None:
    told = checked("-", "--zone", zone, stdin=b"From: a@b.example\r\n\r\n")
    spf = [finding for finding in told["findings"] if finding["method"] == "spf"]
    assert [(finding["result"], finding["reason"]) for finding in spf] == [("none", "spf.not-evaluated")] * 2


def test_session_and_envelope_come_from_options(tmp_path: Path) -> None:
    zone = tmp_path / "zone.txt"
    zone.write_text(
        'a.example. TXT "v=spf1 ip4:192.0.2.1 -all"\n'
        "mx.a.example. A 192.0.2.1\n"
        'mx.a.example. TXT "v=spf1 a -all"\n'
        "1.2.0.192.in-addr.arpa. PTR mx.a.example.\n"
    )
    words = ["-", "--zone", str(zone), "--ip", "192.0.2.1", "--helo", "mx.a.example", "--mail-from", "u@a.example"]
    told = checked(*words, "--rcpt", "v@b.example", stdin=b"From: u@a.example\n\nHi\n")
    found = {(finding["method"], finding["result"]) for finding in told["findings"]}
    assert {("spf", "pass"), ("iprev", "pass")} <= found
    assert {"spf a.example", "rfc5321.helo mx.a.example", "iprev mx.a.example", "ipv4 192.0.2.0/24"} <= {
        f"{identity['kind']} {identity['name']}" for identity in told["identities"]
    }


@pytest.mark.parametrize(
    ("words", "refused_at"),
    [
        ([], None),
        (["--line-ends", "as-is"], None),
        (["--line-ends", "fix-crlf"], None),
        (["--line-ends", "reject"], 17),
    ],
)
def test_lone_line_ends_are_taken_as_declared(words: list[str], refused_at: int | None, zone: str) -> None:
    told = checked("-", "--zone", zone, *words, stdin=b"From: a@b.example\n\nHi\n")
    refusals = [reason["values"]["at"] for reason in told["reasons"] if reason["code"] == "lane.bare-line-end"]
    assert (told["lane"], refusals) == ("open", [] if refused_at is None else [refused_at])


GARBAGE: list[tuple[str, bytes]] = [
    ("binary", bytes(range(256)) * 400),
    ("nul", b"\0" * 10_000),
    ("header only", b"From: a@b.example\r\nTo: c@d.example\r\n"),
    ("body only", b"\r\nhello"),
    ("no colon", b"hello\r\nworld\r\n"),
    ("bare CR", b"From: a@b.example\r\rhello\r"),
    ("a colon", b":"),
    ("many headers", b"X: y\r\n" * 100_000),
    ("many signatures", b"DKIM-Signature: v=1; a=rsa-sha256; d=b.example; s=s; h=from; bh=; b=\r\n" * 3_000 + b"\r\n"),
    ("deep comments", b"From: " + b"(" * 100_000 + b"\r\n\r\n"),
    ("long tag", b"DKIM-Signature: v=1; h=" + b"from:" * 20_000 + b"\r\n\r\n"),
    ("blanks", b"From:" + b" " * 200_000 + b"\r\n\r\n" + b" \r\n" * 100_000),
    ("one long header", b"Subject: " + b"x" * 10_000_000 + b"\r\n\r\n"),
]


@pytest.mark.parametrize(("what", "octets"), GARBAGE, ids=[what for what, _ in GARBAGE])
def test_garbage_takes_the_open_lane_with_reasons(what: str, octets: bytes, zone: str) -> None:
    done = trustlane("check", "-", "--zone", zone, "--ip", "192.0.2.1", "--mail-from", "", "--json", stdin=octets)
    assert done.returncode == 1, done.stderr[-2000:]
    assert json.loads(done.stdout)["reasons"]
    assert b"Traceback" not in done.stderr


def test_fifty_megabytes_of_one_line_take_the_open_lane(zone: str, tmp_path: Path) -> None:
    mail = tmp_path / "line.eml"
    mail.write_bytes(b"a" * 50_000_000)
    done = trustlane("check", str(mail), "--zone", zone)
    assert (done.returncode, done.stderr) == (1, b"")


UNREADABLE: list[tuple[list[str], str]] = [
    (["/nowhere/mail.eml"], "cannot be read: No such file or directory"),
    (["/"], "cannot be read: Is a directory"),
    (["-"], "is empty; there is no mail to look at"),
    (["-", "--ip", "1.2.3"], "is no IP address"),
    (["-", "--zone", "/nowhere/zone.txt"], "/nowhere/zone.txt"),
    (["-", "--config", "/nowhere/trustlane.toml"], "cannot be read"),
    (["-", "--now", "soon"], "invalid int value"),
    (["-", "--line-ends", "unix"], "invalid LineEnds value: 'unix'"),
]


@pytest.mark.parametrize(("words", "why"), UNREADABLE, ids=[" ".join(words) for words, _ in UNREADABLE])
def test_a_wrong_call_says_why_and_exits_with_2(words: list[str], why: str) -> None:
    stdin = b"" if words == ["-"] else b"From: a@b.example\r\n\r\n"
    done = trustlane("check", *words, stdin=stdin)
    assert done.returncode == 2
    assert why in done.stderr.decode()
    assert b"Traceback" not in done.stderr


def test_looking_at_a_mail_leaves_no_trace(tmp_path: Path, zone: str) -> None:
    trustlane("check", "-", "--zone", zone, stdin=b"From: a@b.example\r\n\r\n", cwd=tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_explain_tells_questions_answers_names_and_the_lane() -> None:
    done = trustlane("explain", str(GOLDEN / "mail.eml"), "--zone", str(GOLDEN / "zone.txt"), "--now", SIGNED_AT)
    story = done.stdout.decode()
    assert done.returncode == 1
    for part in (
        "TXT brisbane._domainkey.football.example.com?",
        "dkim: pass",
        "football.example.com, as a signing domain",
        "It takes the open lane; action: deliver.",
    ):
        assert part in story


def test_a_mail_cannot_move_the_cursor_of_its_reader(zone: str) -> None:
    octets = b"From: a@\x1b[2J.example\r\n\r\n"
    for command in ("check", "explain"):
        done = trustlane(command, "-", "--zone", zone, "--helo", "\x1b]0;x\x07", stdin=octets)
        assert b"\x1b" not in done.stdout
