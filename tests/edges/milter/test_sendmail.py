"""Real Sendmail hands its mail to our milter, and does to it what we say."""

import smtplib
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes
from pathlib import Path
from tempfile import TemporaryDirectory

import dkim
import pytest
from tests.edges.milter.sendmail import Sendmail, needs_sendmail
from tests.edges.milter.site import (
    AUTHSERV_ID,
    LETTER,
    OUR_KEY,
    OUR_LETTER,
    RunningMilter,
    RunningSink,
    filter_of,
    ledger_with,
    signed,
)

from trustlane.keys import key_record
from trustlane.ledger import Kind
from trustlane.milter.filter import Filter

pytestmark = needs_sendmail


@contextmanager
def sendmail_with(filter_: Filter) -> Iterator[tuple[Sendmail, RunningSink]]:
    with TemporaryDirectory(prefix="trustlane-") as folder:
        milter, sink = RunningMilter(filter_), RunningSink()
        sendmail = Sendmail(Path(folder), milter.listen(), sink.port)
        try:
            sendmail.start()
            yield sendmail, sink
        finally:
            sendmail.stop()
            milter.close()
            sink.close()


def send(port: int, letter: bytes, sender: str = "ann@firm.example") -> None:
    with smtplib.SMTP("127.0.0.1", port, local_hostname="mx.firm.example") as smtp:
        smtp.sendmail(sender, ["bob@site.example"], letter)


def test_a_stranger_s_mail_gets_its_results_and_lane(tmp_path: Path) -> None:
    forged = (
        b"Trust-Lane: trusted\r\nAuthentication-Results: mx.site.example; dkim=pass header.d=bank.example\r\n"
        b"Authentication-Results: other.example; spf=pass\r\nTrust-Lane: trusted too\r\n"
    )
    with sendmail_with(filter_of(tmp_path)) as (sendmail, sink):
        send(sendmail.port, forged + signed())
        (octets,) = sink.mails(1)
    mail = message_from_bytes(octets)
    names = [name.lower() for name in mail]
    assert names.index("trust-lane") < names.index("authentication-results") < names.index("dkim-signature")
    ours, other = mail.get_all("Authentication-Results") or []
    assert (ours.split(";")[0], other) == (AUTHSERV_ID, "other.example; spf=pass")
    assert "dkim=pass header.d=firm.example" in " ".join(ours.split())
    assert len(mail.get_all("Trust-Lane") or []) == 1


def test_a_mail_of_a_bad_name_is_refused(tmp_path: Path) -> None:
    with (
        sendmail_with(filter_of(tmp_path, ledger=ledger_with(Kind.COMPLAINT, 40))) as (sendmail, _),
        pytest.raises(smtplib.SMTPDataError) as refused,
    ):
        send(sendmail.port, signed())
    assert refused.value.smtp_code == 550
    assert b"5.7.1 refused by local policy" in bytes(refused.value.smtp_error)  # type: ignore[arg-type]


def test_a_forged_author_is_held_in_sendmail_s_own_quarantine(tmp_path: Path) -> None:
    with sendmail_with(filter_of(tmp_path)) as (sendmail, sink):
        send(sendmail.port, LETTER)
        ends = time.monotonic() + 5
        while not sendmail.held() and time.monotonic() < ends:
            time.sleep(0.05)
        assert len(sendmail.held()) == 1
        assert sink.count == 0


@pytest.mark.proves("RFC 6409 §8.2")
def test_our_own_mail_is_signed_and_dkimpy_agrees(tmp_path: Path) -> None:
    record = key_record(OUR_KEY.signing_key).encode()
    with sendmail_with(filter_of(tmp_path, networks=("127.0.0.0/8",))) as (sendmail, sink):
        send(sendmail.port, OUR_LETTER, "bob@site.example")
        send(sendmail.port, b"X-Long: " + b"x" * 300 + b"\r\n\tfolded\r\n" + OUR_LETTER * 50, "bob@site.example")
        mails = sink.mails(2)
    for octets in mails:
        assert dkim.verify(octets, dnsfunc=lambda name, timeout=5: record), octets


def test_swaks_sends_through_it(tmp_path: Path) -> None:
    with sendmail_with(filter_of(tmp_path)) as (sendmail, sink):
        command = ["swaks", "--server", f"127.0.0.1:{sendmail.port}", "--from", "ann@other.example"]
        subprocess.run([*command, "--to", "bob@site.example", "--silent"], check=True, timeout=30)
        (octets,) = sink.mails(1)
    assert message_from_bytes(octets)["Trust-Lane"].startswith("open; action=deliver")
