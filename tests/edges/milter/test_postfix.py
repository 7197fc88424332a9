"""Real Postfix hands its mail to our milter, and does to it what we say."""

import os
import smtplib
from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes
from pathlib import Path
from tempfile import TemporaryDirectory

import dkim
import pytest
from tests.edges.milter.postfix import Postfix, needs_postfix
from tests.edges.milter.site import (
    AUTHSERV_ID,
    LETTER,
    OUR_KEY,
    OUR_LETTER,
    RunningMilter,
    filter_of,
    ledger_with,
    signed,
)

from trustlane.keys import key_record
from trustlane.lanes import Mode
from trustlane.ledger import Kind
from trustlane.milter.filter import Filter

pytestmark = needs_postfix


@contextmanager
def postfix_with(filter_: Filter, *, socket: str = "inet") -> Iterator[Postfix]:
    """In a folder that Postfix's own users can reach, which those of pytest are not."""
    with TemporaryDirectory(prefix="trustlane-") as folder:
        os.chmod(folder, 0o755)
        milter = RunningMilter(filter_)
        path = Path(folder) / "milter.sock"
        if socket == "inet":
            address = f"inet:127.0.0.1:{milter.listen()}"
        else:
            milter.listen_unix(path)
            path.chmod(0o666)
            address = f"unix:{path}"
        postfix = Postfix(Path(folder) / "postfix", address)
        postfix.start()
        try:
            yield postfix
        finally:
            postfix.stop()
            milter.close()


@contextmanager
def client(postfix: Postfix, ip: str = "192.0.2.1", login: str | None = None) -> Iterator[smtplib.SMTP]:
    with smtplib.SMTP("127.0.0.1", postfix.port, local_hostname="mx.firm.example") as smtp:
        smtp.ehlo()
        who = f" LOGIN={login}" if login else ""
        assert smtp.docmd(f"XCLIENT ADDR={ip} NAME=mx.firm.example{who}")[0] == 220
        yield smtp


def send(smtp: smtplib.SMTP, letter: bytes, sender: str = "ann@firm.example") -> None:
    smtp.sendmail(sender, ["bob@site.example"], letter)


@pytest.mark.parametrize("socket", ["inet", "unix"])
def test_a_stranger_s_mail_gets_its_results_and_lane(tmp_path: Path, socket: str) -> None:
    forged = (
        b"Authentication-Results: mx.site.example; dkim=pass header.d=bank.example\r\n"
        b"Trust-Lane: trusted\r\nauthentication-results: other.example; spf=pass\r\n"
        b'Authentication-Results : "mx.site.example" 1;\r\n\tdmarc=pass\r\n'
    )
    with postfix_with(filter_of(tmp_path), socket=socket) as postfix, client(postfix) as smtp:
        send(smtp, forged + signed())
        mail = message_from_bytes(*postfix.mails(1))
    names = [name.lower() for name in mail]
    assert names.index("trust-lane") < names.index("authentication-results") < names.index("dkim-signature")
    results = mail.get_all("Authentication-Results")
    assert results is not None
    assert [value.split(";")[0] for value in results] == [AUTHSERV_ID, "other.example"]
    found = [" ".join(part.split()[:2]) for part in results[0].split(";")[1:]]
    assert {"dkim=pass header.d=firm.example", "spf=pass smtp.mailfrom=firm.example"} <= set(found)
    assert "dmarc=pass header.from=firm.example" in found
    (lane,) = mail.get_all("Trust-Lane") or []
    assert lane.startswith("open; action=deliver; id=")


def test_several_mails_of_several_clients_over_few_connections(tmp_path: Path) -> None:
    with postfix_with(filter_of(tmp_path)) as postfix:
        for number in range(3):
            with client(postfix, f"192.0.2.{number + 1}") as smtp:
                send(smtp, signed())
                smtp.mail("ann@firm.example")
                smtp.rset()
                send(smtp, signed())
        mails = [message_from_bytes(octets) for octets in postfix.mails(6)]
    spf = [" ".join((mail["Authentication-Results"] or "").split()) for mail in mails]
    assert sum("spf=pass smtp.mailfrom" in text for text in spf) == 2
    assert sum("spf=fail" in text and "smtp.mailfrom=firm.example" in text for text in spf) == 4
    assert all("dkim=pass" in text for text in spf)


def test_a_mail_of_a_bad_name_is_refused_with_the_decision_s_id(tmp_path: Path) -> None:
    filter_ = filter_of(tmp_path, ledger=ledger_with(Kind.COMPLAINT, 40))
    with (
        postfix_with(filter_) as postfix,
        client(postfix) as smtp,
        pytest.raises(smtplib.SMTPDataError) as refused,
    ):
        send(smtp, signed())
    assert refused.value.smtp_code == 550
    assert isinstance(refused.value.smtp_error, bytes)
    assert refused.value.smtp_error.startswith(b"5.7.1 refused by local policy; ask the postmaster about ")


def test_observing_refuses_nothing(tmp_path: Path) -> None:
    filter_ = filter_of(tmp_path, mode=Mode.OBSERVE, ledger=ledger_with(Kind.COMPLAINT, 40))
    with postfix_with(filter_) as postfix, client(postfix) as smtp:
        send(smtp, signed())
        mail = message_from_bytes(*postfix.mails(1))
    assert "action=deliver" in mail["Trust-Lane"]


def test_a_forged_author_is_held_in_postfix_s_own_quarantine(tmp_path: Path) -> None:
    with postfix_with(filter_of(tmp_path)) as postfix, client(postfix, "192.0.2.99") as smtp:
        send(smtp, LETTER)
        assert len(postfix.held()) == 1
        assert "milter triggers HOLD action" in postfix.log


def test_mail_of_one_who_logged_in_is_signed_and_dkimpy_agrees(tmp_path: Path) -> None:
    record = key_record(OUR_KEY.signing_key).encode()
    with postfix_with(filter_of(tmp_path)) as postfix, client(postfix, "198.51.100.7", "bob") as smtp:
        send(smtp, OUR_LETTER, "bob@site.example")
        send(smtp, b"X-Long: " + b"x" * 300 + b"\r\n\tfolded\r\n" + OUR_LETTER * 50, "bob@site.example")
        mails = postfix.mails(2)
    for mail in mails:
        octets = mail.replace(b"\n", b"\r\n")
        assert dkim.verify(octets, dnsfunc=lambda name, timeout=5: record), octets
        assert b"Trust-Lane" not in mail


def test_an_error_of_ours_costs_one_try_and_leaves_the_header(tmp_path: Path) -> None:
    class Broken:
        async def aask(self, questions: object) -> object:
            raise RuntimeError("a bug")

    filter_ = filter_of(tmp_path / "replay", resolver=Broken())  # type: ignore[arg-type]
    with postfix_with(filter_) as postfix, client(postfix) as smtp:
        with pytest.raises(smtplib.SMTPDataError) as put_off:
            send(smtp, signed())
        assert put_off.value.smtp_code == 451
        assert smtp.noop()[0] == 250
    (file,) = (tmp_path / "replay").glob("*.eml")
    assert file.read_bytes().endswith(b"Subject: hi\r\n\r\n")
