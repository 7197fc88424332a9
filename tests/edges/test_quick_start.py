"""Each sentence of the README's quick start is kept by a test, and none stands there without one."""

import re
import shutil
import smtplib
import subprocess
import sys
from pathlib import Path

import pytest
from tests.edges.serving import serving

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text()
SECTION = README.partition("## Quick start\n")[2].partition("\n## ")[0]

KEPT_BY = {
    "On Debian or macOS with Python 3.11 or later": "test_a_missing_tool_is_one_clear_line",
    "make run": "tests/edges/test_make_run.py",
    "builds trustlane, starts it on loopback, and plays some fifty mails": "tests/edges/test_make_run.py",
    "A table in the terminal shows each mail's lane": "tests/edges/test_make_run.py",
    "Then it stays up for your own mail:": "test_your_own_mail_lies_in_the_maildir_and_can_be_explained",
    "swaks --server 127.0.0.1:2525": "test_your_own_mail_lies_in_the_maildir_and_can_be_explained",
    "The mail lies in `var/Maildir` with a `Trust-Lane` field": (
        "test_your_own_mail_lies_in_the_maildir_and_can_be_explained"
    ),
    "Ask for the whole story of any mail:": "test_your_own_mail_lies_in_the_maildir_and_can_be_explained",
    "trustlane explain FILE": "test_your_own_mail_lies_in_the_maildir_and_can_be_explained",
    "And": "test_make_test_runs_what_ci_runs",
    "make test": "test_make_test_runs_what_ci_runs",
    "builds and passes all tests.": "test_make_test_runs_what_ci_runs",
    "Without a checkout, from a wheel (no Rust needed):": "tests/edges/test_wheel.py",
    "pip install trustlane": "tests/edges/test_wheel.py",
    "tells two passes for the example of RFC 8463.": "test_check_tells_two_passes",
    "Exit code 0 is the trusted lane, 1 the open lane, 2 a wrong call.": "tests/edges/cli/test_check.py",
    "In Python it is one call:": "tests/rules/test_examples.py",
    "`await averify(...)` is the same for an event loop.": "test_averify_is_the_same",
    "What you do not give is not made up:": "tests/line/test_verify.py",
}


def sentences() -> list[str]:
    """The sentences and command lines of the section, Python left out: test_examples.py runs that."""
    text = re.sub(r"```python.*?```", "", SECTION, flags=re.S)
    found = []
    for paragraph in re.split(r"\n\s*\n", text):
        if paragraph.startswith("    "):
            found += ["\n".join(line.strip() for line in paragraph.strip().splitlines())]
        else:
            found += re.split(r"(?<=[.:])\s+(?=[A-Z`])", " ".join(paragraph.split()))
    return [sentence for sentence in found if sentence]


@pytest.mark.parametrize("sentence", sentences())
def test_every_sentence_has_its_test(sentence: str) -> None:
    (kept_by,) = {test for start, test in KEPT_BY.items() if sentence.startswith(start)} or {None}
    assert kept_by, "a sentence of the quick start that no test keeps"
    is_here = f"def {kept_by}(" in Path(__file__).read_text()
    assert is_here or (ROOT / kept_by).exists()


def test_no_test_is_promised_for_a_sentence_that_is_gone() -> None:
    for start in KEPT_BY:
        assert any(sentence.startswith(start) for sentence in sentences()), start


@pytest.mark.parametrize(("tool", "says"), [("cargo", "needs a Rust toolchain"), ("cc", "needs a C compiler")])
def test_a_missing_tool_is_one_clear_line(tool: str, says: str, tmp_path: Path) -> None:
    for name in {"sh", "make", "grep", "awk", "find", "cargo", "cc", "python3", "bash"} - {tool}:
        found = shutil.which(name)
        if found:
            (tmp_path / name).symlink_to(found)
    done = subprocess.run(
        ["make", "tools"], cwd=ROOT, env={"PATH": str(tmp_path)}, capture_output=True, text=True, check=False
    )
    assert done.returncode != 0
    assert says in done.stdout
    assert "Traceback" not in done.stdout + done.stderr


def test_make_test_runs_what_ci_runs() -> None:
    planned = subprocess.run(["make", "-n", "test"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    for part in ("cargo test", "cargo clippy", "pytest", "mypy", "ruff check"):
        assert part in planned
    assert (ROOT / ".ci" / "run").read_text().rstrip().endswith("make test")


def test_your_own_mail_lies_in_the_maildir_and_can_be_explained(tmp_path: Path) -> None:
    with serving(tmp_path) as relay:
        words = ["--server", f"127.0.0.1:{relay.port}", "--from", "me@example.org", "--to", "you@example.net"]
        if shutil.which("swaks"):
            subprocess.run(["swaks", *words], check=True, capture_output=True, timeout=60)
        else:
            with smtplib.SMTP("127.0.0.1", relay.port, timeout=30) as client:
                client.sendmail("me@example.org", ["you@example.net"], b"Subject: hi\r\n\r\nhi\r\n")
        (mail,) = (relay.maildir / ".Open" / "new").iterdir()
        assert mail.read_bytes().startswith(b"Trust-Lane: open;") or b"\nTrust-Lane: open;" in mail.read_bytes()
        command = [sys.executable, "-m", "trustlane", "explain", str(mail), "--zone", str(tmp_path / "zone.txt")]
        told = subprocess.run(command, capture_output=True, text=True, check=False, cwd=tmp_path)
    assert told.returncode == 1
    assert "It takes the open lane" in told.stdout


def test_check_tells_two_passes(tmp_path: Path) -> None:
    """The command line of the quick start, to the letter."""
    (line,) = [line.strip() for line in SECTION.splitlines() if line.strip().startswith("trustlane check")]
    words = line.split()[1:]
    done = subprocess.run(
        [sys.executable, "-m", "trustlane", *words], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 1
    assert done.stdout.count("dkim=pass") == 2


async def test_averify_is_the_same() -> None:
    from trustlane import averify, verify
    from trustlane.dns.zone import ZoneResolver

    folder = ROOT / "tests" / "golden" / "001-rfc8463-two-passes"
    message, zone = (folder / "mail.eml").read_bytes(), ZoneResolver.from_file(folder / "zone.txt")
    now = 1_528_637_999
    awaited = await averify(message, resolver=zone, now=now)
    called = verify(message, resolver=zone, now=now)
    assert (awaited.id, awaited.lane, awaited.findings) == (called.id, called.lane, called.findings)
