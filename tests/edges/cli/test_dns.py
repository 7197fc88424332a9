"""``trustlane dns``: what the daemon would hear."""

from pathlib import Path

import pytest
from tests.edges.cli.running import trustlane
from tests.line.dns.fault_server import FaultServer, by_first_label

ZONE = """
example.com. 60 IN TXT "v=spf1 -all"
secure.example.com. 60 IN MX 10 mx.example.com.
"""

ASKED = [
    (["example.com"], 0, 'TXT example.com? "v=spf1 -all"', "records"),
    (["example.com", "mx"], 1, "MX example.com? The name has no MX record.", "none"),
    (["secure.example.com", "MX"], 0, "MX secure.example.com? 10 mx.example.com (secure)", "vouched for"),
    (["nx.example.org", "A"], 1, "A nx.example.org? There is no such name.", "no such name"),
    (["servfail.example", "A"], 3, "A servfail.example? No answer now (servfail).", "no answer"),
    (["servfail.example", "A", "TXT"], 3, "TXT servfail.example? No answer now (servfail).", "several types"),
]


@pytest.mark.parametrize(("words", "code", "line", "reason"), ASKED)
def test_a_name_is_asked_for_as_the_daemon_would(
    tmp_path: Path, words: list[str], code: int, line: str, reason: str
) -> None:
    with FaultServer(ZONE, by_first_label) as server:
        settings = tmp_path / "trustlane.toml"
        settings.write_text(f'[dns]\nnameservers = ["127.0.0.1:{server.port}"]\n')
        done = trustlane("dns", *words, "--config", str(settings))
    lines = done.stdout.decode().splitlines()
    assert (done.returncode, line in lines) == (code, True), (reason, done)
    assert lines[-1].startswith("DNS: hits=0 coalesced=0 stale=0 misses="), lines


def test_a_zone_file_is_asked_like_dns(tmp_path: Path) -> None:
    (tmp_path / "zone.txt").write_text(ZONE)
    done = trustlane("dns", "Example.COM.", "TXT", "--zone", str(tmp_path / "zone.txt"))
    assert (done.returncode, done.stdout) == (0, b'TXT example.com? "v=spf1 -all"\n')


@pytest.mark.parametrize("words", [["a..b"], ["example.com", "CNAME"]])
def test_what_is_no_question_is_a_wrong_call(words: list[str]) -> None:
    done = trustlane("dns", *words)
    assert (done.returncode, done.stdout) == (2, b""), done
    assert done.stderr.startswith(b"trustlane: "), done
