"""``trustlane batv``: keys are made, addresses tagged, bounces judged, from the settings alone."""

from pathlib import Path

import pytest
from tests.edges.cli.running import said, trustlane

NOW = str(20_781 * 86_400)


@pytest.fixture
def site(tmp_path: Path) -> Path:
    (tmp_path / "trustlane.toml").write_text('[batv]\ndomains = ["example.org"]\nkeys = "keys/bounce"\n')
    return tmp_path


def test_an_address_goes_out_with_a_tag_and_comes_back(site: Path) -> None:
    assert said("batv", "rotate", "--now", NOW, cwd=site) == "since 2026-11-24\n0 2026-11-24\n"
    assert (site / "keys" / "bounce").stat().st_mode & 0o777 == 0o600
    tagged = said("batv", "tag", "joe@example.org", "--now", NOW, cwd=site).strip()
    assert tagged.startswith("prvs=0788")
    assert said("batv", "check", tagged, "--now", NOW, cwd=site) == "valid: joe@example.org\n"
    done = trustlane("batv", "check", tagged.replace("joe", "ann"), "--now", NOW, cwd=site)
    assert (done.returncode, done.stdout) == (1, b"forged: ann@example.org\n")
    done = trustlane("batv", "tag", "joe@example.net", "--now", NOW, cwd=site)
    assert done.returncode == 1
    assert b"its domain is none of batv.domains" in done.stdout
    told = said("batv", "rotate", "--now", NOW, cwd=site)
    assert told == "since 2026-11-24\n0 2026-11-24\n1 2026-11-26\n"
    bounce = ("check", "-", "--mail-from", "", "--now", NOW, "--rcpt")
    found = trustlane(*bounce, tagged, stdin=b"From: MAILER-DAEMON@mx.example\n\nno such user\n", cwd=site)
    assert b"batv=pass smtp.rcptto=" in found.stdout
    found = trustlane(*bounce, "joe@example.org", stdin=b"From: MAILER-DAEMON@mx.example\n\nno\n", cwd=site)
    assert b"batv=neutral smtp.rcptto=joe@example.org (joe@example.org bears no tag" in found.stdout


@pytest.mark.parametrize(
    ("settings", "why"),
    [
        ('[batv]\ndomains = ["example.org"]\n', b"batv.keys: "),
        ('[batv]\ndomains = ["example.org"]\nlifetime_days = 10\n', b"batv.run_in_days: must be more than"),
        ("", b"batv.domains: names no domain"),
    ],
)
def test_what_is_missing_is_told(settings: str, why: bytes, tmp_path: Path) -> None:
    (tmp_path / "trustlane.toml").write_text(settings)
    done = trustlane("batv", "tag", "joe@example.org", cwd=tmp_path)
    assert done.returncode == 2
    assert why in done.stderr
