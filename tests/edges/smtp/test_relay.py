"""The relay: one line for every mail, and a bug of ours costs one mail a 451."""

import json
from collections.abc import Sequence
from pathlib import Path

import pytest

from trustlane._core import Question
from trustlane.delivery import Reply
from trustlane.delivery.replay import MAX_REPLAY_FILES, ReplayFiles
from trustlane.dns import Answers, AsyncResolver
from trustlane.dns.zone import ZoneResolver
from trustlane.lanes import Mode, Policy
from trustlane.ledger.memory import MemoryLedger
from trustlane.message import Envelope, Session, Transaction
from trustlane.smtp.relay import Relay

LETTER = b"From: a@sender.example\r\nSubject: hi\r\n\r\nHello\r\n"
MAIL = Transaction(LETTER, Session("192.0.2.1", "client.example"), Envelope("a@sender.example", ("b@here.example",)))
NOW = 1_700_000_000.0


class Shelf:
    """A place for mail that keeps it in memory, or gives the reply it was told to."""

    def __init__(self, reply: Reply | None = None) -> None:
        self.reply = reply or Reply(250, "2.0.0", "kept")
        self.mails: list[tuple[str, bytes]] = []
        self.fingerprints: list[str] = []

    async def deliver(self, octets: bytes, envelope: Envelope, folder: str, fingerprint: str) -> Reply:
        assert envelope == MAIL.envelope
        self.mails.append((folder, octets))
        self.fingerprints.append(fingerprint)
        return self.reply

    def heard(self, fingerprint: str) -> None:
        self.fingerprints.remove(fingerprint)

    def lost(self, fingerprint: str) -> None:
        raise AssertionError(fingerprint)

    def refusal(self, mail_from: str, rcpt: str) -> Reply | None:
        return None

    def close(self) -> None:
        self.mails.clear()


class BrokenResolver:
    """What a bug of ours looks like from outside."""

    async def aask(self, questions: Sequence[Question]) -> Answers:
        raise ZeroDivisionError(len(questions))


def relay(folder: Path, shelf: Shelf, resolver: AsyncResolver | None = None, mode: Mode = Mode.TAG) -> Relay:
    return Relay(
        authserv_id="mx.example",
        hostname="mx.example",
        resolver=resolver or ZoneResolver.from_text(""),
        ledger=MemoryLedger(),
        policy=Policy(mode=mode),
        delivery=shelf,
        replay=ReplayFiles(folder / "replay"),
        clock=lambda: NOW,
    )


async def test_a_mail_goes_to_its_folder_and_the_reply_names_lane_and_decision(tmp_path: Path) -> None:
    shelf = Shelf()
    reply = await relay(tmp_path, shelf).receive(MAIL)
    ((folder, octets),) = shelf.mails
    assert folder == "Open"
    assert octets.endswith(LETTER)
    assert reply.text.startswith("open lane, ")
    assert reply.text.removeprefix("open lane, ").encode() in octets


async def test_what_the_place_says_is_what_the_client_hears(tmp_path: Path) -> None:
    refused = Reply(452, "4.3.1", "the disk is full")
    assert await relay(tmp_path, Shelf(refused)).receive(MAIL) == refused


async def test_our_own_error_costs_one_mail_a_451_and_leaves_a_replay_file(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    shelf = Shelf()
    reply = await relay(tmp_path, shelf, BrokenResolver()).receive(MAIL)
    assert (reply.code, reply.enhanced_code, shelf.mails) == (451, "4.3.0", [])
    (kept,) = (tmp_path / "replay").glob("*.eml")
    assert kept.read_bytes() == LETTER
    assert kept.stat().st_mode & 0o777 == 0o600
    assert json.loads(kept.with_suffix(".json").read_text())["session"]["client_ip"] == "192.0.2.1"
    assert str(kept) in caplog.text


async def test_replay_files_cannot_fill_the_disk(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    broken = relay(tmp_path, Shelf(), BrokenResolver())
    for number in range(MAX_REPLAY_FILES + 5):
        mail = Transaction(LETTER + b"%d" % number, MAIL.session, MAIL.envelope)
        assert (await broken.receive(mail)).code == 451
    assert len(list((tmp_path / "replay").glob("*.eml"))) == MAX_REPLAY_FILES
    assert f"holds {MAX_REPLAY_FILES} already" in caplog.text


async def test_a_decision_is_one_log_line_whatever_the_mail_contains(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO")
    mail = Transaction(LETTER, MAIL.session, Envelope("a\r\nforged=1@x.example", MAIL.envelope.rcpt))

    class Anywhere(Shelf):
        async def deliver(self, octets: bytes, envelope: Envelope, folder: str, fingerprint: str) -> Reply:
            return self.reply

    await relay(tmp_path, Anywhere()).receive(mail)
    (line,) = [record.getMessage() for record in caplog.records if record.name == "trustlane.smtp.relay"]
    assert "\n" not in line
    assert "lane=open" in line
    assert "client='192.0.2.1'" in line
