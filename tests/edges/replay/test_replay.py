"""``trustlane replay`` as an operator runs it."""

import json
import mailbox
from pathlib import Path

import pytest
from tests.edges.replay.events import SEEN, feedback, mail
from tests.edges.simulate.test_simulate import TINY

from trustlane.cli.main import main
from trustlane.simulate.letter import Letter
from trustlane.simulate.mail import MailWriter
from trustlane.simulate.scenario import read
from trustlane.simulate.traffic import traffic


@pytest.fixture
def log(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "events.jsonl"
    path.write_bytes(
        mail("m1", truth="wanted")
        + feedback("m1", "answered", SEEN + 10.0)
        + mail("m2", SEEN + 20.0, "other.example", truth="unwanted")
    )
    return path


def test_a_log_gives_verdicts_and_a_report(log: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["replay", str(log), "--out", "decisions.jsonl", "--report", "report.html"]) == 0
    assert "1 wanted, 1 unwanted" in capsys.readouterr().out
    decisions = [json.loads(line) for line in Path("decisions.jsonl").read_text().splitlines()]
    assert [(it["id"], it["lane"]) for it in decisions] == [("m1", "open"), ("m2", "open")]
    assert "Replay of events.jsonl" in Path("report.html").read_text()
    assert not Path("var").exists(), "the ledger in force is left alone"


def test_verdicts_on_standard_output_leave_the_report_to_standard_error(
    log: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["replay", str(log), "--out", "-"]) == 0
    captured = capsys.readouterr()
    assert [json.loads(line)["id"] for line in captured.out.splitlines()] == ["m1", "m2"]
    assert "trusted lane" in captured.err


def test_bad_lines_are_told_with_their_number_and_passed_over(log: Path, capsys: pytest.CaptureFixture[str]) -> None:
    log.write_bytes(b"junk\n" * 25 + log.read_bytes())
    assert main(["replay", str(log)]) == 1
    captured = capsys.readouterr()
    assert "1 wanted, 1 unwanted" in captured.out
    assert "line 1: is no JSON" in captured.err
    assert "line 20: is no JSON" in captured.err
    assert "line 21:" not in captured.err
    assert "25 line(s) could not be read" in captured.err


def test_one_can_stop_at_the_first_bad_line(log: Path, capsys: pytest.CaptureFixture[str]) -> None:
    log.write_bytes(log.read_bytes() + b'{"type":"mail"}\n')
    assert main(["replay", str(log), "--stop"]) == 2
    assert "line 4: " in capsys.readouterr().err


def test_a_policy_is_tried(log: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Where little is asked of a sender, its mail is trusted soon."""
    times = [SEEN + number * 60.0 for number in range(40)]
    log.write_bytes(b"".join(mail(f"m{n}", time, truth="wanted") for n, time in enumerate(times)))
    assert main(["replay", str(log)]) == 0
    assert " 0.00 %  of wanted mail takes" in capsys.readouterr().out
    Path("easy.toml").write_text("[trust]\ngained_at = 0.8\nlost_below = 0.7\n")
    assert main(["replay", str(log), "--policy", "easy.toml"]) == 0
    assert "40.00 %  of wanted mail takes" in capsys.readouterr().out


def test_a_wrong_policy_is_told(log: Path, capsys: pytest.CaptureFixture[str]) -> None:
    Path("wrong.toml").write_text("[trust]\ngained = 0.8\n")
    assert main(["replay", str(log), "--policy", "wrong.toml"]) == 2
    assert "trust.gained: there is no such setting" in capsys.readouterr().err


@pytest.mark.parametrize("words", [["no-such.jsonl"], ["folder"], ["events.jsonl", "--out", "no/such/file"]])
def test_what_cannot_be_read_or_written_is_told(
    log: Path, words: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    Path("folder").mkdir()
    assert main(["replay", *words]) == 2
    assert words[-1] in capsys.readouterr().err


@pytest.fixture
def maildir(tmp_path: Path) -> Path:
    """Real signed mail of three days, with its zone."""
    scenario = read({**TINY, "days": 1, "incident": []})
    writer = MailWriter(tmp_path / "Maildir", scenario)
    for letter in traffic(scenario):
        if isinstance(letter, Letter):
            writer.write(letter)
    writer.close()
    return tmp_path / "Maildir"


def test_a_maildir_is_examined_anew(maildir: Path, capsys: pytest.CaptureFixture[str]) -> None:
    zone = str(maildir / "zone.txt")
    assert main(["replay", str(maildir), "--zone", zone, "--out", "-", "--score-field", "X-Spam-Score"]) == 0
    decisions = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert len(decisions) == len(list((maildir / "new").iterdir())) > 30
    assert [it["time"] for it in decisions] == sorted(it["time"] for it in decisions)
    kinds = {subject["kind"] for it in decisions for subject in it["subjects"]}
    assert kinds >= {"address", "rfc5322.from", "organization", "pair", "dkim", "spf", "rfc5321.helo", "network"}
    assert {it["action"] for it in decisions} >= {"deliver", "quarantine"}


def test_an_mbox_gives_the_same_verdicts(maildir: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    zone = str(maildir / "zone.txt")
    box = mailbox.mbox(tmp_path / "mbox")
    for file in sorted((maildir / "new").iterdir()):
        box.add(file.read_bytes())
    box.close()
    assert main(["replay", str(maildir), "--zone", zone, "--out", "-"]) == 0
    first = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert main(["replay", str(tmp_path / "mbox"), "--zone", zone, "--out", "-"]) == 0
    second = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert sorted((it["time"], str(it["subjects"])) for it in second) == sorted(
        (it["time"], str(it["subjects"])) for it in first
    )
