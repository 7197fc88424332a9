"""``trustlane standing``: what is remembered is shown, told, set for a time, moved and forgotten."""

import json
import os
import pty
import re
import subprocess
import sys
from pathlib import Path

import pytest
from tests.edges import valkeys
from tests.edges.cli.running import said, trustlane

from trustlane.ledger import History, Kind, Observation, Override, Subject
from trustlane.ledger.port import Counted, DualLedger, Remembered
from trustlane.ledger.sqlite import SqliteLedger
from trustlane.ledger.valkey import ValkeyLedger, Where

NOW = 1_800_000_000
DAY = 86_400
FIRM = Subject("rfc5322.from", "firm.example")
ANN = Subject("address", "ann@firm.example")
AT = ("--now", str(NOW))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with a ledger that knows a firm."""
    (tmp_path / "trustlane.toml").write_text('[ledger]\npath = "ledger.sqlite"\n')
    ledger = SqliteLedger(tmp_path / "ledger.sqlite")
    taught(ledger)
    ledger.close()
    return tmp_path


def taught(ledger: DualLedger) -> None:
    mails = [Remembered(f"{number:024x}", NOW, "open", "deliver", (ANN, FIRM), "") for number in range(3)]
    ledger.write([Observation(Kind.MAIL, NOW, it.subjects, it.id) for it in mails], mails)
    ledger.write([mails[0].label(Kind.COMPLAINT, NOW + 60, "bob"), mails[1].label(Kind.TRAP, NOW + 120)])
    ledger.write([Observation(Kind.NOT_JUNK, NOW, (Subject("dkim", "\udcff.example"),))])


def test_why_tells_each_part_and_what_was_said_of_its_mail(folder: Path) -> None:
    told = said("standing", "why", "firm.example", "--now", str(NOW + 300), cwd=folder)
    head, *lines = told.splitlines()
    assert re.match(r"\w+ +0\.\d{3}  rfc5322\.from firm\.example: 3 mail\(s\), weight 10\.2", head)
    assert any("0.0 observations for it and 10.2 against it" in line for line in lines)
    assert [line.strip() for line in lines[-2:]] == [
        f"2027-01-15 08:02 UTC: trap, about {1:024x}",
        f"2027-01-15 08:01 UTC: complaint by bob, about {0:024x}",
    ]


def test_why_of_a_name_that_nobody_knows_is_exit_code_1(folder: Path) -> None:
    assert trustlane("standing", "why", "stranger.example", cwd=folder).returncode == 1


def test_what_an_operator_sets_is_shown_and_ends_by_itself(folder: Path) -> None:
    words = ["--to", "trusted", "--until", "2027-02-01", "--why", "our  bank,\nticket 7"]
    told = said("standing", "set", "Firm.example", *words, *AT, cwd=folder)
    assert told == "rfc5322.from firm.example is set to trusted until 2027-02-01 00:00 UTC: our bank, ticket 7\n"
    shown = said("standing", "show", "firm.example", *AT, cwd=folder)
    assert shown.startswith("trusted ")
    assert shown.endswith("; set to trusted until 2027-02-01 00:00 UTC: our bank, ticket 7\n")
    assert "the operator set it to trusted" in said("standing", "why", "firm.example", *AT, cwd=folder)
    assert len(said("standing", "list", "--set", *AT, cwd=folder).splitlines()) == 1
    later = ("--now", str(NOW + 30 * DAY))
    assert "set to" not in said("standing", "show", "firm.example", *later, cwd=folder)
    assert said("standing", "list", "--set", *later, cwd=folder) == ""


def test_what_was_set_can_be_ended_before_its_date(folder: Path) -> None:
    said("standing", "set", "firm.example", "--to", "bad", "--until", "2027-02-01", "--why", "x", *AT, cwd=folder)
    entry = json.loads(said("standing", "show", "firm.example", "--json", *AT, cwd=folder))
    assert entry["override"] == {"to": "bad", "until": 1801440000.0, "why": "x"}
    said("standing", "set", "firm.example", "--to", "earned", cwd=folder)
    entry = json.loads(said("standing", "show", "firm.example", "--json", *AT, cwd=folder))
    assert entry["override"] is None


WRONG = [
    (("a.example", "--to", "trusted", "--why", "x"), "--until must be a date that is still to come"),
    (("a.example", "--to", "trusted", "--until", "2026-01-01", "--why", "x"), "--until must be a date"),
    (("a.example", "--to", "trusted", "--until", "2027-02-01"), "--why must say why"),
    (("10.0.0.0/24", "--to", "trusted", "--until", "2027-02-01", "--why", "x"), "a network answers for nobody"),
    (("a.example", "--to", "trusted", "--until", "soon", "--why", "x"), "invalid _date value"),
    (("a.example", "--to", "good"), "invalid choice"),
]


@pytest.mark.parametrize(("words", "why"), WRONG)
def test_a_wrong_word_of_the_operator_is_refused_with_its_reason(
    folder: Path, words: tuple[str, ...], why: str
) -> None:
    done = trustlane("standing", "set", *words, *AT, cwd=folder)
    assert done.returncode == 2
    assert why in done.stderr.decode()


def test_a_name_is_forgotten_in_every_kind_it_has(folder: Path) -> None:
    assert said("standing", "forget", "firm.example", cwd=folder) == "forgotten: rfc5322.from firm.example\n"
    assert trustlane("standing", "show", "firm.example", cwd=folder).returncode == 1
    assert trustlane("standing", "forget", "firm.example", cwd=folder).returncode == 1


@pytest.mark.parametrize("store", ["sqlite", "valkey"])
def test_an_export_of_one_store_is_an_import_of_any(folder: Path, store: str) -> None:
    """Twice is as good as once, and what comes out again is the same."""
    lines = sorted(said("standing", "export", cwd=folder).splitlines())
    assert {json.loads(line)["type"] for line in lines} == {"history", "decision", "counted"}
    settings = '[ledger]\npath = "other.sqlite"\n'
    if store == "valkey":
        if not valkeys.SERVER:
            pytest.skip("neither valkey-server nor redis-server is installed")
        server = valkeys.shared_server()
        valkeys.emptied(server)
        settings = f'[ledger]\nstore = "valkey"\nurls = ["{server.url}"]\n'
    (folder / "other.toml").write_text(settings)
    for _ in range(2):
        done = said("standing", "import", "-", "--config", "other.toml", cwd=folder, stdin="\n".join(lines).encode())
        assert done == f"imported {len(lines)} line(s)\n"
    again = sorted(said("standing", "export", "--config", "other.toml", cwd=folder).splitlines())
    votes = [line for line in lines if json.loads(line).get("kind") == "vote"]
    # What one person said of whom on which day is kept in Valkey beside each subject, and cannot be read back.
    assert again == (lines if store == "sqlite" else sorted(set(lines) - set(votes)))


def test_an_export_is_its_owners_alone(folder: Path) -> None:
    said("standing", "export", "out.jsonl", cwd=folder)
    assert (folder / "out.jsonl").stat().st_mode & 0o777 == 0o600
    assert said("standing", "import", "out.jsonl", cwd=folder).startswith("imported ")


BAD_LINES = [
    (b"{", "line 1 is none of an export"),
    (b"[]", "it is no JSON object"),
    (b'{"type": "history", "kind": "dkim"}', "it has no 'name'"),
    (b'{"type": "history", "kind": "dkim", "name": "a", "good": "much"}', "good cannot be 'much'"),
    (b'{"type": "counted", "about": "a", "kind": "b", "reporter": "c", "time": NaN}', "time cannot be nan"),
    (b'{"type": "decision", "subjects": [1]}', "its subjects are none"),
    (b'{"type": "mail"}', "'mail' is no type of row"),
]


@pytest.mark.parametrize(("line", "why"), BAD_LINES)
def test_a_line_that_is_none_of_an_export_is_named(folder: Path, line: bytes, why: str) -> None:
    done = trustlane("standing", "import", "-", cwd=folder, stdin=line)
    assert done.returncode == 2
    assert why in done.stderr.decode()


def test_a_long_import_shows_a_bar_on_a_terminal(folder: Path) -> None:
    ledger = SqliteLedger(folder / "ledger.sqlite")
    ledger.restore([History(Subject("dkim", f"{number}.example"), 1.0) for number in range(2_000)])
    ledger.close()
    said("standing", "export", "out.jsonl", cwd=folder)
    screen, terminal = pty.openpty()
    words = [sys.executable, "-m", "trustlane", "standing", "import", "out.jsonl"]
    done = subprocess.run(words, cwd=folder, stdout=subprocess.PIPE, stderr=terminal, timeout=120, check=True)
    os.close(terminal)
    shown = os.read(screen, 65_536).decode()
    os.close(screen)
    assert done.stdout.startswith(b"imported 2")
    assert re.search(r"\[#{24}\] 100\.0 %", shown)


def test_a_server_is_exported_whole() -> None:
    if not valkeys.SERVER:
        pytest.skip("neither valkey-server nor redis-server is installed")
    server = valkeys.shared_server()
    valkeys.emptied(server)
    ledger = ValkeyLedger(Where([server.url]))
    taught(ledger)
    ledger.override(ANN, Override("open", NOW + DAY, "a word / with 100 %"))
    kept = list(ledger.kept())
    assert {type(it) for it in kept} == {History, Remembered, Counted}
    assert ledger.how_many() >= len(kept)
    assert {it.kind for it in kept if isinstance(it, Counted)} == {"mail", "complaint", "trap"}
    (ann,) = (it for it in kept if isinstance(it, History) and it.subject == ANN)
    assert ann.set_why == "a word / with 100 %"
    ledger.close()
