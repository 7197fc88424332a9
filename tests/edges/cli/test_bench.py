"""``trustlane bench``: one table of ratios, on made mail or on one's own, in bounded time."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from trustlane import verify
from trustlane.cli import sample_mail
from trustlane.cli.verifiers import Case, Verifier, verifiers

GOLDEN = Path(__file__).parents[2] / "golden" / "001-rfc8463-two-passes"
BRIEF = ["--seconds", "0.01"]


def bench(*words: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "trustlane.cli.main", "bench", *BRIEF, *words]
    return subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)


def cells(line: str) -> list[str]:
    return re.split(r"\s{2,}", line.strip())


def table(done: subprocess.CompletedProcess[str]) -> tuple[list[str], list[list[str]]]:
    """Heads and rows, below the line that names the processor and the one that says what is shown."""
    assert (done.returncode, done.stderr) == (0, "")
    _, _, heads, *rows = done.stdout.splitlines()
    return cells(heads), [cells(row) for row in rows]


def test_made_mail_gives_a_row_a_size_and_a_column_a_verifier() -> None:
    done = bench()
    heads, rows = table(done)
    assert re.fullmatch(r".+; \d+ cores; Python 3\.\d+\.\S+", done.stdout.splitlines()[0])
    assert heads[:4] == ["mail", "floor", "trustlane", "streamed"]
    assert [row[0] for row in rows] == ["2 KB, RSA-2048", "50 KB, RSA-2048", "1 MB, RSA-2048"]
    for row in rows:
        assert len(row) == len(heads)
        assert re.fullmatch(r"\d+\.\d us", row[1])
        assert all(re.fullmatch(r"\d+\.\d\d", ratio) for ratio in row[2:])


def test_own_mail_is_one_row_with_the_keys_of_its_zone() -> None:
    file = str(GOLDEN / "mail.eml")
    _, rows = table(bench(file, file, "--zone", str(GOLDEN / "zone.txt"), "--now", "1528637999"))
    assert [row[0] for row in rows] == ["2 of 2 files"]


def test_mail_whose_keys_are_gone_is_measured_in_silence(tmp_path: Path) -> None:
    (tmp_path / "zone.txt").write_text("")
    _, rows = table(bench(str(GOLDEN / "mail.eml"), "--zone", str(tmp_path / "zone.txt")))
    assert [row[0] for row in rows] == ["1 of 1 files"]


def test_a_file_that_cannot_be_read_is_a_wrong_call() -> None:
    done = bench("/nowhere/mail.eml")
    assert (done.returncode, done.stdout) == (2, "")
    assert "/nowhere/mail.eml: cannot be read" in done.stderr


@pytest.mark.parametrize("contender", list(verifiers()), ids=lambda contender: contender.name)
def test_every_verifier_can_be_called_again_and_again(contender: Verifier) -> None:
    (case, *_) = sample_mail.samples()["2 KB, RSA-2048"]
    call = contender.ready(case)
    call()
    call()


def test_what_is_measured_is_mail_that_passes(monkeypatch: pytest.MonkeyPatch) -> None:
    def passes(case: Case) -> bool:
        decision = verify(case.octets, resolver=case, now=case.now)
        return [finding.reason for finding in decision.findings if finding.method == "dkim"] == ["dkim.verified"]

    assert all(passes(case) for cases in sample_mail.samples().values() for case in cases)
    # As where the package cryptography is not installed.
    monkeypatch.setitem(sys.modules, "cryptography.hazmat.primitives.asymmetric.rsa", None)
    without = sample_mail.samples()
    assert list(without) == ["2 KB, Ed25519", "50 KB, Ed25519", "1 MB, Ed25519"]
    assert all(passes(case) for cases in without.values() for case in cases)
    (floor, *_) = verifiers()
    assert floor.ready(without["2 KB, Ed25519"][0])()
