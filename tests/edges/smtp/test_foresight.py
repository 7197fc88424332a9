"""What a mail will make us ask is asked while it comes: about its sender at MAIL, about keys after its header."""

import asyncio
from collections.abc import Sequence
from pathlib import Path

import pytest

from trustlane._core import Question
from trustlane.delivery import Reply
from trustlane.identities import ExamineLimits
from trustlane.message import Session, Transaction
from trustlane.smtp.foresight import Foresight
from trustlane.smtp.server import SmtpServer

MAIL = (Path(__file__).parents[2] / "golden" / "002-an-established-firm-is-trusted" / "mail.eml").read_bytes()
MAIL = MAIL.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")
SESSION = Session("192.0.2.7", "mail.firm.example")

AT_MAIL = {
    ("7.2.0.192.in-addr.arpa", "PTR"),
    ("mail.firm.example", "TXT"),
    ("mail.firm.example", "A"),
    ("firm.example", "TXT"),
}
AFTER_HEADER = {
    ("s1._domainkey.firm.example", "TXT"),
    ("_dmarc.firm.example", "TXT"),
    ("_dmarc.example", "TXT"),
}


class Asked(list[tuple[str, str]]):
    """Takes down what is asked."""

    def __init__(self) -> None:
        self.has_keys = asyncio.Event()

    def ask(self, questions: Sequence[Question]) -> None:
        self.extend((question.name, question.record_type) for question in questions)
        if any("._domainkey." in question.name for question in questions):
            self.has_keys.set()


def foreseen(asked: Asked, session: Session = SESSION, mail_from: str = "ann@firm.example") -> Foresight:
    return Foresight(session, mail_from, limits=ExamineLimits(), now=1_700_000_000, ask=asked.ask)


@pytest.mark.parametrize("octets_at_once", [1, 7, 100, len(MAIL)])
def test_each_question_is_asked_as_soon_as_it_is_known_and_once(octets_at_once: int) -> None:
    asked = Asked()
    foresight = foreseen(asked)
    assert set(asked) == AT_MAIL
    fed = 0
    while foresight.feed(MAIL[fed : fed + octets_at_once]):
        fed += octets_at_once
        assert set(asked) >= AT_MAIL
    assert fed <= MAIL.index(b"\r\n\r\n") + 4, "the body tells no more names"
    assert set(asked) >= AT_MAIL | AFTER_HEADER
    assert len(asked) == len(set(asked))


def test_what_is_not_known_is_not_asked() -> None:
    asked = Asked()
    foresight = foreseen(asked, Session(), "")
    assert asked == []
    assert foresight.feed(b"Subject: no author, no signature\r\n")
    assert not foresight.feed(b"\r\n")
    assert asked == []


async def test_in_a_session_questions_leave_before_the_mail_is_whole() -> None:
    asked = Asked()

    async def receive(mail: Transaction) -> Reply:
        return Reply(250, "2.0.0", "kept")

    def begun(session: Session, mail_from: str) -> Foresight:
        assert session.helo == SESSION.helo
        return foreseen(asked, SESSION, mail_from)

    server = SmtpServer(receive, lambda mail: None, "mx.site.example", begun=begun)
    reader, writer = await asyncio.open_connection(*await server.start())
    for line, code in [
        (b"", b"220"),
        (b"HELO mail.firm.example\r\n", b"250"),
        (b"MAIL FROM:<ann@firm.example>\r\n", b"250"),
        (b"RCPT TO:<b@here.example>\r\n", b"250"),
        (b"DATA\r\n", b"354"),
    ]:
        writer.write(line)
        assert (await reader.readline())[:3] == code
    assert set(asked) == AT_MAIL
    writer.write(MAIL)
    await asyncio.wait_for(asked.has_keys.wait(), 5)
    assert set(asked) >= AT_MAIL | AFTER_HEADER
    writer.write(b".\r\n")
    assert (await reader.readline())[:3] == b"250"
    writer.close()
    await writer.wait_closed()
    await server.close(1.0)


async def test_an_error_of_ours_in_looking_ahead_costs_nothing() -> None:
    async def receive(mail: Transaction) -> Reply:
        return Reply(250, "2.0.0", "kept")

    def begun(session: Session, mail_from: str) -> Foresight:
        raise ZeroDivisionError

    server = SmtpServer(receive, lambda mail: None, "mx.site.example", begun=begun)
    reader, writer = await asyncio.open_connection(*await server.start())
    writer.write(b"HELO a.example\r\nMAIL FROM:<a@a.example>\r\n")
    await reader.readline()
    assert [(await reader.readline())[:3] for _ in range(2)] == [b"250", b"250"]
    writer.close()
    await writer.wait_closed()
    await server.close(1.0)
