"""``trustlane spf`` and ``trustlane dmarc``: what a postmaster asks of a domain, without a mail."""

import json
from pathlib import Path

import pytest
from tests.edges.cli.running import said, trustlane

ZONE = """
example.com. TXT "v=spf1 a:gone.example include:in.example -all exp=why.example"
in.example.  TXT "v=spf1 ip4:203.0.113.1 -all"
why.example. TXT "%{i} may not send for %{d}"
_dmarc.example.com. TXT "v=DMARC1; p=reject; rua=mailto:d@example.com,mailto:d@victim.example"
"""


@pytest.fixture
def zone(tmp_path: Path) -> str:
    path = tmp_path / "zone.txt"
    path.write_text(ZONE)
    return str(path)


def test_spf_tells_each_term_and_why_it_ends_so(zone: str) -> None:
    done = trustlane("spf", "example.com", "--ip", "192.0.2.3", "--helo", "in.example", "--zone", zone)
    lines = done.stdout.decode().splitlines()
    assert done.returncode == 1
    assert lines[0] == "May 192.0.2.3 use example.com as MAIL FROM?"
    assert "    a:gone.example: no match (by now 1 of 10 terms asked, 1 of 2 void)" in lines
    assert "      A gone.example? There is no such name." in lines
    assert "spf=fail: -all matches the client." in lines
    assert "  The domain explains: 192.0.2.3 may not send for example.com" in lines
    assert "May 192.0.2.3 use in.example as HELO?" in lines


def test_spf_as_json_has_the_steps(zone: str) -> None:
    [check] = json.loads(said("spf", "example.com", "--ip", "203.0.113.1", "--zone", zone, "--json"))
    assert (check["result"], check["reason"]) == ("pass", "spf.matched")
    assert [step["outcome"] for step in check["steps"]] == [
        "record",
        "not-matched",
        "matched",
        "record",
        "matched",
    ]


def test_dmarc_tells_the_walk_the_policy_and_who_gets_reports(zone: str) -> None:
    lines = said("dmarc", "a.example.com", "--zone", zone).splitlines()
    assert lines[0] == "a.example.com: no record."
    assert "Organizational domain: example.com (by treewalk)." in lines
    assert "Policy: reject, by the record of example.com." in lines
    assert "  mailto:d@example.com: internal" in lines
    refused = "  mailto:d@victim.example: not-authorized, asked at example.com._report._dmarc.victim.example"
    assert refused in lines


def test_dmarc_as_json_and_by_a_suffix_list(zone: str, tmp_path: Path) -> None:
    (tmp_path / "list.dat").write_text("// ===BEGIN ICANN DOMAINS===\ncom\n// ===END ICANN DOMAINS===\n")
    (tmp_path / "legacy.toml").write_text('[dmarc]\ndiscovery = "psl"\npublic_suffix_list = "list.dat"\n')
    told = json.loads(
        said("dmarc", "x.a.example.com", "--zone", zone, "--config", str(tmp_path / "legacy.toml"), "--json")
    )
    assert (told["discovery_method"], told["policy"], told["policy_domain"]) == ("psl", "reject", "example.com")
    assert [step["name"] for step in told["steps"]] == ["x.a.example.com", "example.com"]


def test_no_policy_is_exit_code_1_and_a_wrong_name_2(zone: str) -> None:
    assert trustlane("dmarc", "nobody.test", "--zone", zone).returncode == 1
    wrong = trustlane("dmarc", "a..b", "--zone", zone)
    assert (wrong.returncode, b"no domain name" in wrong.stderr) == (2, True)
    wrong = trustlane("spf", "example.com", "--ip", "here", "--zone", zone)
    assert (wrong.returncode, b"no IP address" in wrong.stderr) == (2, True)


def test_a_list_that_is_none_stops_with_the_setting(zone: str, tmp_path: Path) -> None:
    (tmp_path / "bad.toml").write_text('[dmarc]\ndiscovery = "psl"\npublic_suffix_list = "bad.toml"\n')
    done = trustlane("dmarc", "example.com", "--zone", zone, "--config", str(tmp_path / "bad.toml"))
    assert (done.returncode, b"dmarc.public_suffix_list" in done.stderr) == (2, True)


def test_explain_tells_spf_term_by_term_where_it_is_asked_to(zone: str, tmp_path: Path) -> None:
    (tmp_path / "mail.eml").write_bytes(b"From: joe@example.com\r\n\r\nHello\r\n")
    words = (str(tmp_path / "mail.eml"), "--ip", "192.0.2.3", "--mail-from", "joe@example.com", "--zone", zone)
    told = trustlane("explain", *words, "--terms").stdout.decode()
    assert "SPF for MAIL FROM, term by term:" in told
    assert "      A gone.example? There is no such name." in told
    assert "term by term" not in trustlane("explain", *words).stdout.decode()
