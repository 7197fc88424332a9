"""Final delivery into a Maildir: what is accepted is there, once."""

import asyncio
import errno
import os
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trustlane.delivery import durable
from trustlane.delivery.maildir import Maildir
from trustlane.delivery.return_path import stored
from trustlane.delivery.tries import MAX_REMEMBERED, REMEMBERED_SECONDS
from trustlane.errors import SettingsError
from trustlane.message import Envelope

MAIL = b"From: a@author.example\r\n\r\nGood day.\r\n"
ENVELOPE = Envelope("bounce@author.example", ("reader@site.example",))
FINGERPRINT = "0123456789abcdef"
DEAD = 2**22 + 1
"""No process has a number above 2^22."""


class Clock:
    def __init__(self) -> None:
        self.now = 1_700_000_000.25

    def __call__(self) -> float:
        return self.now


@pytest.fixture
async def maildir(tmp_path: Path) -> AsyncIterator[Maildir]:
    maildir = Maildir(tmp_path / "Maildir", Clock())
    yield maildir
    maildir.close()


def files(maildir: Maildir, *place: str) -> list[Path]:
    return sorted(maildir._root.joinpath(*place).iterdir())


async def test_an_accepted_mail_is_in_new_with_its_trace_and_lf_line_ends(maildir: Maildir) -> None:
    reply = await maildir.deliver(MAIL, ENVELOPE, "", FINGERPRINT)
    (file,) = files(maildir, "new")
    assert str(reply) == "250 2.0.0 Delivered"
    assert file.read_bytes() == (
        b"Return-Path: <bounce@author.example>\nDelivered-To: reader@site.example\n"
        b"From: a@author.example\n\nGood day.\n"
    )
    assert file.stat().st_mode & 0o777 == 0o600


async def test_a_folder_is_made_as_maildir_plus_plus_wants_it(maildir: Maildir) -> None:
    await maildir.deliver(MAIL, ENVELOPE, "Open", FINGERPRINT)
    assert len(files(maildir, ".Open", "new")) == 1
    assert {path.name for path in files(maildir, ".Open")} == {"tmp", "new", "cur", "maildirfolder"}
    assert files(maildir, "new") == []


@pytest.mark.parametrize("folder", ["../up", "a/b", ".Open", "a\0b", "..", "x" * 300])
async def test_a_folder_name_cannot_leave_the_maildir(maildir: Maildir, folder: str) -> None:
    with pytest.raises(ValueError, match="cannot name a folder"):
        await maildir.deliver(MAIL, ENVELOPE, folder, FINGERPRINT)


@pytest.mark.parametrize("fingerprint", ["", "../../etc", "0123", "ABCDEF0123", "0" * 129])
async def test_a_fingerprint_is_hex_digits(maildir: Maildir, fingerprint: str) -> None:
    with pytest.raises(ValueError, match="not a fingerprint"):
        await maildir.deliver(MAIL, ENVELOPE, "", fingerprint)


async def test_a_mail_tried_again_before_its_250_was_heard_is_accepted_without_a_second_copy(maildir: Maildir) -> None:
    await maildir.deliver(MAIL, ENVELOPE, "", FINGERPRINT)
    maildir.lost(FINGERPRINT)
    reply = await maildir.deliver(MAIL, ENVELOPE, "", FINGERPRINT)
    assert str(reply) == "250 2.0.0 Delivered before"
    assert len(files(maildir, "new")) == 1


async def test_the_same_octets_after_their_250_was_heard_are_another_mail(maildir: Maildir) -> None:
    await maildir.deliver(MAIL, ENVELOPE, "", FINGERPRINT)
    maildir.heard(FINGERPRINT)
    await maildir.deliver(MAIL, ENVELOPE, "", FINGERPRINT)
    assert len(files(maildir, "new")) == 2


async def test_a_mail_tried_again_while_it_is_being_written_waits_for_the_first_try(maildir: Maildir) -> None:
    """The client of the second try may be lost as well."""
    maildir.lost(FINGERPRINT)
    maildir.lost(FINGERPRINT)
    tries = [maildir.deliver(MAIL, ENVELOPE, "", FINGERPRINT) for _ in range(3)]
    replies = await asyncio.gather(*tries)
    assert [reply.text for reply in replies] == ["Delivered", "Delivered before", "Delivered before"]
    assert len(files(maildir, "new")) == 1


async def test_equal_mails_of_clients_that_are_still_there_are_several_mails(maildir: Maildir) -> None:
    replies = await asyncio.gather(*(maildir.deliver(MAIL, ENVELOPE, "", FINGERPRINT) for _ in range(3)))
    assert [reply.text for reply in replies] == ["Delivered"] * 3
    assert len(files(maildir, "new")) == 3
    assert len(files(maildir, "tmp")) == 3
    for _ in range(3):
        maildir.heard(FINGERPRINT)
    maildir.close()
    assert files(maildir, "tmp") == []


async def test_after_a_loss_one_later_mail_is_the_same_and_the_next_another(maildir: Maildir) -> None:
    await maildir.deliver(MAIL, ENVELOPE, "", FINGERPRINT)
    maildir.lost(FINGERPRINT)
    replies = [await maildir.deliver(MAIL, ENVELOPE, "", FINGERPRINT) for _ in range(2)]
    assert [reply.text for reply in replies] == ["Delivered before", "Delivered"]
    assert len(files(maildir, "new")) == 2


async def test_a_cancelled_delivery_is_finished_and_remembered(maildir: Maildir) -> None:
    attempt = asyncio.create_task(maildir.deliver(MAIL, ENVELOPE, "", FINGERPRINT))
    await asyncio.sleep(0)
    attempt.cancel()
    await asyncio.sleep(0)
    reply = await maildir.deliver(MAIL, ENVELOPE, "", FINGERPRINT)
    assert reply.text == "Delivered before"
    assert len(files(maildir, "new")) == 1


async def test_hearing_takes_away_the_mark_and_leaves_the_mail(maildir: Maildir) -> None:
    await maildir.deliver(MAIL, ENVELOPE, "", FINGERPRINT)
    (mark,) = files(maildir, "tmp")
    assert mark.stat().st_nlink == 2
    maildir.heard(FINGERPRINT)
    maildir.heard(FINGERPRINT)
    maildir.close()
    assert files(maildir, "tmp") == []
    assert files(maildir, "new")[0].stat().st_nlink == 1


async def test_hearing_of_an_unknown_mail_does_nothing(maildir: Maildir) -> None:
    maildir.heard("ffffffffffff")
    assert files(maildir, "tmp") == []


@pytest.mark.parametrize("after", ["as it is", "read"])
async def test_the_next_process_knows_mails_whose_250_was_perhaps_not_heard(tmp_path: Path, after: str) -> None:
    before = Maildir(tmp_path, Clock())
    await before.deliver(MAIL, ENVELOPE, "Open", FINGERPRINT)
    before.close()
    if after == "read":
        (file,) = files(before, ".Open", "new")
        file.rename(tmp_path / ".Open" / "cur" / f"{file.name}:2,S")
    maildir = Maildir(tmp_path, Clock())
    assert (await maildir.deliver(MAIL, ENVELOPE, "Open", FINGERPRINT)).text == "Delivered before"
    maildir.heard(FINGERPRINT)
    maildir.close()
    assert files(maildir, ".Open", "tmp") == []


async def test_unfinished_files_are_gone_after_a_start_and_those_of_others_stay(tmp_path: Path) -> None:
    Maildir(tmp_path, Clock()).close()
    ours = tmp_path / "tmp" / f"1700000000.M1P1Q1.host,F={FINGERPRINT}"
    others = tmp_path / "tmp" / "1700000000.P1.host"
    for path in (ours, others):
        path.write_bytes(b"half")
    maildir = Maildir(tmp_path, Clock())
    assert files(maildir, "tmp") == [others]
    assert str(await maildir.deliver(MAIL, ENVELOPE, "", FINGERPRINT)) == "250 2.0.0 Delivered"
    maildir.close()


async def test_unfinished_files_stay_while_another_process_may_be_writing_them(tmp_path: Path) -> None:
    first = Maildir(tmp_path, Clock())
    ours = tmp_path / "tmp" / f"1700000000.M1P1Q1.host,F={FINGERPRINT}"
    ours.write_bytes(b"half")
    second = Maildir(tmp_path, Clock())
    assert files(second, "tmp") == [ours]
    second.close()
    first.close()


async def test_a_mail_is_forgotten_when_clients_have_given_up(tmp_path: Path) -> None:
    clock = Clock()
    maildir = Maildir(tmp_path, clock)
    await maildir.deliver(MAIL, ENVELOPE, "", FINGERPRINT)
    clock.now += REMEMBERED_SECONDS + 1
    assert (await maildir.deliver(MAIL, ENVELOPE, "", FINGERPRINT)).text == "Delivered"
    maildir.close()
    assert len(files(maildir, "new")) == 2
    assert len(files(maildir, "tmp")) == 1


async def test_the_oldest_is_forgotten_when_too_many_are_remembered(maildir: Maildir) -> None:
    await maildir.deliver(MAIL, ENVELOPE, "", FINGERPRINT)
    for number in range(MAX_REMEMBERED):
        maildir._tries.remember(f"{number:016x}", maildir._now())
    await maildir.deliver(MAIL, ENVELOPE, "", "ffffffffffffffff")
    maildir.heard("ffffffffffffffff")
    maildir.close()
    assert files(maildir, "tmp") == []
    assert len(files(maildir, "new")) == 2


FAILURES = [
    (errno.ENOSPC, "452 4.3.1 No room to store the mail; try again later"),
    (errno.EDQUOT, "452 4.3.1 No room to store the mail; try again later"),
    (errno.EACCES, "451 4.3.0 The mail cannot be stored now; try again later"),
    (errno.EROFS, "451 4.3.0 The mail cannot be stored now; try again later"),
    (errno.EIO, "451 4.3.0 The mail cannot be stored now; try again later"),
]


@pytest.mark.parametrize("call", ["fsync", "link", "open"])
@pytest.mark.parametrize(("number", "reply"), FAILURES)
async def test_what_cannot_be_stored_is_tried_later_and_leaves_nothing(
    maildir: Maildir, monkeypatch: pytest.MonkeyPatch, call: str, number: int, reply: str
) -> None:
    def fails(*_: object, **__: object) -> None:
        raise OSError(number, os.strerror(number))

    with monkeypatch.context() as patch:
        patch.setattr(os, call, fails)
        assert str(await maildir.deliver(MAIL, ENVELOPE, "", FINGERPRINT)) == reply
    assert files(maildir, "tmp") == files(maildir, "new") == []
    assert (await maildir.deliver(MAIL, ENVELOPE, "", FINGERPRINT)).text == "Delivered"


async def test_a_mail_whose_directory_cannot_be_made_durable_is_taken_back(
    maildir: Maildir, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(_: Path) -> None:
        raise OSError(errno.EIO, "Input/output error")

    monkeypatch.setattr(durable, "settle", fails)
    assert (await maildir.deliver(MAIL, ENVELOPE, "", FINGERPRINT)).code == 451
    assert files(maildir, "tmp") == files(maildir, "new") == []


async def test_a_really_full_disk_is_452(maildir: Maildir, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(durable, "write", lambda path, octets: Path("/dev/full").write_bytes(octets))
    assert (await maildir.deliver(MAIL, ENVELOPE, "", FINGERPRINT)).code == 452


@pytest.mark.parametrize("number", [errno.EPERM, errno.EOPNOTSUPP])
async def test_without_hard_links_mails_are_renamed_into_new(
    maildir: Maildir, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    def fails(*_: object, **__: object) -> None:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(os, "link", fails)
    assert (await maildir.deliver(MAIL, ENVELOPE, "", FINGERPRINT)).code == 250
    assert len(files(maildir, "new")) == 1
    assert files(maildir, "tmp") == []


def test_a_place_that_cannot_be_a_maildir_is_said_at_start(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(SettingsError, match=r"relay\.maildir"):
        Maildir(tmp_path / "file")


TRACES = [
    (Envelope("", ("a@b.example",)), b"Return-Path: <>\nDelivered-To: a@b.example\n", "the null path"),
    (Envelope(None, ("a@b.example",)), b"Delivered-To: a@b.example\n", "sender not known"),
    (Envelope("s@x.example", ("a@b.example", "c@b.example")), b"Return-Path: <s@x.example>\n", "several recipients"),
    (Envelope("s@x.example\r\nX: y", ()), b"Return-Path: <s@x.example??X: y>\n", "an address cannot add lines"),
]


@pytest.mark.parametrize(("envelope", "expected", "why"), TRACES)
def test_the_trace_of_final_delivery(envelope: Envelope, expected: bytes, why: str) -> None:
    assert stored(b"", envelope) == expected, why


@pytest.mark.proves("RFC 5321 §4.4")
@given(st.lists(st.binary().map(lambda line: line.translate(None, b"\r\n"))))
def test_a_stored_mail_becomes_the_same_octets_again_when_lf_is_written_as_crlf(lines: list[bytes]) -> None:
    mail = b"".join(line + b"\r\n" for line in lines)
    assert stored(mail, Envelope()).replace(b"\n", b"\r\n") == mail


def test_a_lone_cr_or_lf_is_stored_as_it_is() -> None:
    assert stored(b"a\rb\nc\r\r\n", Envelope()) == b"a\rb\nc\r\n"


async def test_a_client_that_one_process_lost_is_known_to_every_other(tmp_path: Path) -> None:
    """Two processes serve one Maildir; a client that sends its mail again may come to either."""
    one, other = Maildir(tmp_path / "Maildir"), Maildir(tmp_path / "Maildir")
    await one.deliver(MAIL, ENVELOPE, "", FINGERPRINT)
    one.lost(FINGERPRINT)
    assert (await other.deliver(MAIL, ENVELOPE, "", FINGERPRINT)).text == "Delivered before"
    assert (await other.deliver(MAIL, ENVELOPE, "", FINGERPRINT)).text == "Delivered"
    assert len(files(one, "new")) == 2


async def test_equal_mails_of_clients_that_several_processes_serve_are_several_mails(tmp_path: Path) -> None:
    one, other = Maildir(tmp_path / "Maildir"), Maildir(tmp_path / "Maildir")
    for maildir in (one, other):
        assert (await maildir.deliver(MAIL, ENVELOPE, "", FINGERPRINT)).text == "Delivered"
    one.heard(FINGERPRINT)
    other.heard(FINGERPRINT)
    one.close()
    other.close()
    assert list((tmp_path / "Maildir" / "trustlane.unheard").iterdir()) == []


@pytest.mark.parametrize(("is_delivered", "text"), [(True, "Delivered before"), (False, "Delivered")])
async def test_what_a_dead_process_left_is_known_by_its_mark(tmp_path: Path, is_delivered: bool, text: str) -> None:
    """It had the mail in ``new``, or it died before that."""
    maildir = Maildir(tmp_path / "Maildir")
    mark = tmp_path / "Maildir" / "tmp" / "left"
    mark.write_bytes(MAIL)
    if is_delivered:
        os.link(mark, tmp_path / "Maildir" / "new" / "left")
    (tmp_path / "Maildir" / "trustlane.unheard" / FINGERPRINT).symlink_to(f"{DEAD}:{mark}")
    assert (await maildir.deliver(MAIL, ENVELOPE, "", FINGERPRINT)).text == text
