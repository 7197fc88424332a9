"""The example of embedding, in a real aiosmtpd."""

import asyncio
import smtplib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from email import message_from_bytes

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import Envelope
from examples.aiosmtpd_handler import TrustlaneHandler
from tests.edges.milter.postfix import free_port
from tests.edges.milter.site import AUTHSERV_ID, LETTER, NOW, ledger_with, signed, zone

from trustlane import Decision, Mode, Policy
from trustlane.ledger import Kind
from trustlane.ledger.memory import MemoryLedger


class Box:
    """Keeps what it gets."""

    def __init__(self) -> None:
        self.mails: list[bytes] = []
        self.lanes: list[str] = []

    async def deliver(self, octets: bytes, envelope: Envelope, decision: Decision) -> None:
        await asyncio.sleep(0)
        self.mails.append(octets)
        self.lanes.append(f"{decision.lane} for {', '.join(envelope.rcpt_tos)}")


@contextmanager
def serving(deliver: Callable[..., object], ledger: MemoryLedger, mode: Mode = Mode.ENFORCE) -> Iterator[smtplib.SMTP]:
    handler = TrustlaneHandler(
        authserv_id=AUTHSERV_ID,
        resolver=zone(),
        ledger=ledger,
        policy=Policy(mode=mode),
        deliver=deliver,  # type: ignore[arg-type]
        clock=lambda: NOW,
    )
    controller = Controller(handler, hostname="127.0.0.1", port=free_port())
    controller.start()
    try:
        with smtplib.SMTP("127.0.0.1", controller.port, local_hostname="mx.firm.example", timeout=20) as smtp:
            yield smtp
    finally:
        controller.stop()


def test_a_mail_is_handed_on_with_its_edits() -> None:
    box = Box()
    forged = b"Trust-Lane: trusted\r\nAuthentication-Results: mx.site.example; dkim=pass\r\n"
    with serving(box.deliver, MemoryLedger()) as smtp:
        smtp.sendmail("ann@firm.example", ["bob@site.example"], forged + signed())
    mail = message_from_bytes(*box.mails)
    assert list(mail)[:3] == ["Trust-Lane", "Authentication-Results", "DKIM-Signature"]
    assert "dkim=pass header.d=firm.example" in " ".join(str(mail["Authentication-Results"]).split())
    assert box.mails[0].endswith(signed())
    assert box.lanes == ["open for bob@site.example"]


@pytest.mark.parametrize(("mode", "is_taken"), [(Mode.ENFORCE, False), (Mode.OBSERVE, True)])
def test_a_mail_of_a_bad_name_is_refused_where_the_mode_enforces(mode: Mode, is_taken: bool) -> None:
    box = Box()
    with serving(box.deliver, ledger_with(Kind.COMPLAINT, 40), mode) as smtp:
        smtp.ehlo()
        assert smtp.mail("ann@firm.example")[0] == 250
        assert smtp.rcpt("bob@site.example")[0] == 250
        code, text = smtp.data(signed())
        assert (code, text.startswith(b"5.7.1 refused by local policy; ")) == (
            (250, False) if is_taken else (550, True)
        )
    assert len(box.mails) == is_taken


def test_a_mail_that_is_not_safe_is_put_off() -> None:
    async def full(*_: object) -> None:
        raise OSError("the disk is full")

    with serving(full, MemoryLedger()) as smtp, pytest.raises(smtplib.SMTPDataError) as put_off:
        smtp.sendmail("ann@firm.example", ["bob@site.example"], LETTER)
    assert put_off.value.smtp_code == 451
