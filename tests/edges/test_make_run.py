"""``make run`` as a newcomer meets it: a real relay, real SMTP, and lanes that change before one's eyes."""

import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from email import message_from_bytes
from email.message import Message
from pathlib import Path

import pytest

RUN = Path(__file__).parents[2] / "examples" / "run.py"

PLAY_SECONDS = 120.0
"""Given to a whole play without pauses; it takes a few seconds."""

on_linux = pytest.mark.skipif(sys.platform != "linux", reason="the other addresses of 127/8 are not ours by default")


@dataclass(frozen=True, slots=True)
class Played:
    """One play that is over."""

    var: Path
    code: int
    output: str
    port: int

    def mails(self, folder: str) -> list[Message]:
        """The mails of one folder; ``""`` is the inbox."""
        files = sorted((self.var / "Maildir" / folder / "new").glob("*"))
        return [message_from_bytes(file.read_bytes()) for file in files]

    def senders(self, folder: str) -> set[str]:
        """Whom the mails of one folder came from, by their From fields."""
        return {mail["From"].rpartition("<")[2].rstrip(">") for mail in self.mails(folder)}

    def outcomes(self, sender: str) -> list[str]:
        """How the mails of one of the cast ended, in their order."""
        return re.findall(rf"^  {sender} +(trusted|open|held|refused) ", self.output, re.MULTILINE)


def play(var: Path, *options: str) -> Played:
    command = [sys.executable, str(RUN), "--once", "--fast", "--var", str(var), "--port", "0", *options]
    done = subprocess.run(command, capture_output=True, text=True, timeout=PLAY_SECONDS, check=False)
    found = re.search(r"listens on \S+:(\d+)", done.stdout)
    return Played(var, done.returncode, done.stdout + done.stderr, int(found[1]) if found else 0)


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> Played:
    return play(tmp_path_factory.mktemp("var"))


def test_the_play_ends_well(played: Played) -> None:
    assert played.code == 0, played.output
    assert "Traceback" not in played.output


def test_some_fifty_mails_are_sent(played: Played) -> None:
    ends = re.findall(r"^  \S.{15} (?:trusted|open|held|refused) ", played.output, re.MULTILINE)
    assert 45 <= len(ends) <= 60


def test_nothing_listens_afterwards(played: Played) -> None:
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", played.port), timeout=5)


@pytest.mark.parametrize(
    ("sender", "folder"),
    [
        ("desk@meridian.example", ""),
        ("office@twinseal.example", ""),
        ("shop@bakery.example", ""),
        ("hello@firststep.example", ".Open"),
        ("someone@nobody.test", ".Open"),
        ("info@outage.example", ".Open"),
        ("queue@archive.example", ".Open"),
        ("clerk@hamlet.example", ".Open"),
        ("luck@raffle.example", ".Open"),
        ("desk@meridian.example", ".Quarantine"),
    ],
)
def test_mail_lies_in_the_folder_of_its_lane(played: Played, sender: str, folder: str) -> None:
    assert sender in played.senders(folder)


def test_an_untrusted_name_is_never_in_the_inbox(played: Played) -> None:
    trusted = {"desk@meridian.example", "office@twinseal.example", "shop@bakery.example"}
    assert played.senders("") == trusted | {"news@gazette.example", "sales@turncoat.example"}


def test_only_the_forger_of_a_rejecting_domain_is_held(played: Played) -> None:
    """RFC 9989 §7.4: the wish to reject alone is no ground for rejecting, so the mail is held."""
    assert played.senders(".Quarantine") == {"desk@meridian.example"}
    assert set(played.outcomes("impostor")) == {"held"}
    assert set(played.outcomes("masquerade")) == {"open"}


@pytest.mark.parametrize("folder", ["", ".Open", ".Quarantine"])
def test_every_mail_tells_its_lane_and_its_findings(played: Played, folder: str) -> None:
    lane = "trusted" if folder == "" else "open"
    for mail in played.mails(folder):
        assert mail["Trust-Lane"].startswith(f"{lane}; action=")
        assert mail["Authentication-Results"].startswith("mx.example.org;")


@pytest.mark.parametrize(
    ("sender", "result"),
    [
        ("desk@meridian.example", "dkim=pass"),
        ("queue@archive.example", "dkim=permerror"),
        ("info@outage.example", "dkim=temperror"),
        ("clerk@hamlet.example", "dkim=fail"),
        ("someone@nobody.test", "dkim=none"),
    ],
)
def test_each_shows_what_it_is_there_to_show(played: Played, sender: str, result: str) -> None:
    mails = [mail for folder in ("", ".Open") for mail in played.mails(folder) if sender in mail["From"]]
    assert any(result in mail["Authentication-Results"] for mail in mails)


@on_linux
def test_spf_knows_the_senders_apart(played: Played) -> None:
    """Each sender has an address of its own, so one that only has SPF passes, by its null reverse-path too."""
    results = [mail["Authentication-Results"] for mail in played.mails(".Open") if "postbox.example" in mail["From"]]
    assert results
    assert all("spf=pass" in result for result in results)


def test_the_newsletter_gains_trust_by_what_readers_say(played: Played) -> None:
    assert "gazette" in next(line for line in played.output.splitlines() if line.endswith("trust is gained"))
    outcomes = played.outcomes("gazette")
    assert (outcomes[0], outcomes[-1]) == ("open", "trusted")


def test_the_turncoat_loses_trust_by_two_or_three_complaints(played: Played) -> None:
    complaints = [line for line in played.output.splitlines() if re.match(r"  turncoat +\S+ says complaint", line)]
    assert "trust is lost" in "".join(complaints[1:3])
    outcomes = played.outcomes("turncoat")
    assert (outcomes[0], outcomes[-1]) == ("trusted", "open")


def test_a_bad_standing_is_refused(played: Played) -> None:
    assert set(played.outcomes("bargains")) == {"refused"}


def test_customers_of_one_service_are_judged_apart(played: Played) -> None:
    assert set(played.outcomes("bakery")) == {"trusted"}
    assert "trusted" not in played.outcomes("raffle")


def test_a_second_play_finds_the_ledger_of_the_first(played: Played) -> None:
    again = play(played.var)
    assert again.code == 0, again.output
    assert "earlier play" in again.output
    assert set(again.outcomes("gazette")) == {"trusted"}
    assert "trusted" not in again.outcomes("turncoat")


def test_a_folder_that_cannot_be_made_is_told_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    failed = play(tmp_path / "file" / "var")
    assert failed.code == 1
    assert failed.output.startswith("make run: ")
    assert failed.output.count("\n") == 1


def test_a_taken_port_is_no_hindrance(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as holder:
        taken = holder.getsockname()[1]
        free = play(tmp_path, "--port", str(taken))
    assert free.code == 0, free.output
    assert free.port != taken


def test_it_stays_up_until_it_is_interrupted(tmp_path: Path) -> None:
    with staying(tmp_path) as process:
        assert process.poll() is None
        os.killpg(process.pid, signal.SIGINT)
        output = process.stdout.read() if process.stdout else ""
        assert process.wait(PLAY_SECONDS) == 0
    assert "stopped" in output
    assert "Traceback" not in output


@on_linux
def test_a_relay_that_dies_is_told_in_one_line(tmp_path: Path) -> None:
    with staying(tmp_path) as process:
        relay = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()[0]
        os.kill(int(relay), signal.SIGKILL)
        output = process.stdout.read() if process.stdout else ""
        assert process.wait(PLAY_SECONDS) == 1
    assert output.splitlines()[-1].startswith("make run: trustlane serve ended: ")
    assert "Traceback" not in output


def test_a_ledger_that_is_none_is_told_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "ledger.sqlite").write_text("this is no ledger, and never was one\n" * 100)
    failed = play(tmp_path)
    assert failed.code == 1
    assert failed.output.startswith("make run: ")
    assert failed.output.count("\n") == 1


@contextmanager
def staying(var: Path) -> Iterator[subprocess.Popen[str]]:
    """A play that is over, with its relay still up for mail of one's own."""
    command = [sys.executable, str(RUN), "--fast", "--var", str(var), "--port", "0"]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, start_new_session=True
    ) as process:
        assert process.stdout
        for line in process.stdout:
            if line.startswith("Ctrl-C"):
                break
        try:
            yield process
        finally:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
