"""Real SMTP through a real ``trustlane serve``: what lies in the Maildir, and what survives a kill."""

import os
import shutil
import signal
import smtplib
import subprocess
import threading
import time
from collections import Counter
from collections.abc import Callable
from email import message_from_bytes
from pathlib import Path

import pytest
from tests.edges.serving import Serving, serving, start

LETTER = (
    b"From: a@sender.example\r\nTo: b@here.example\r\nSubject: hi\r\nMessage-ID: <%s@sender.example>\r\n\r\nHello\r\n"
)


def send(port: int, message: bytes, mail_from: str = "a@sender.example", helo: str = "client.example") -> str:
    """Sends one mail as a relay would; gives the final reply."""
    with smtplib.SMTP("127.0.0.1", port, local_hostname=helo, timeout=30) as client:
        client.ehlo_or_helo_if_needed()
        assert client.mail(mail_from)[0] == 250
        assert client.rcpt("b@here.example")[0] == 250
        code, text = client.data(message)
    return f"{code} {text.decode()}"


@pytest.mark.proves("RFC 5321 §2.3.1", "RFC 5321 §6.1", "RFC 5863 §2.5")
def test_a_mail_lies_in_the_maildir_with_its_lane_and_results(tmp_path: Path) -> None:
    with serving(tmp_path) as relay:
        assert send(relay.port, LETTER % b"1").startswith("250 2.0.0 ")
        (octets,) = relay.mails("Open")
        mail = message_from_bytes(octets)
        assert str(mail["Trust-Lane"]).startswith("open; action=deliver; id=")
        results = "".join(str(mail["Authentication-Results"]).split())
        assert results.startswith("mx.trustlane.example;")
        assert "spf=passsmtp.mailfrom=" in results
        assert "dmarc=pass" in results
        assert "dkim=none" in results
        assert "from client.example ([127.0.0.1])" in str(mail["Received"])
        assert mail["Return-Path"] == "<a@sender.example>"
        assert relay.mails() == []


@pytest.mark.proves("RFC 8601 §4", "RFC 8601 §5")
def test_what_a_stranger_wrote_in_our_name_is_gone(tmp_path: Path) -> None:
    forged = (
        b"Trust-Lane: trusted; action=deliver; id=0123456789abcdef0123\r\n"
        b"trust-lane : trusted\r\n"
        b"Authentication-Results: mx.trustlane.example; dmarc=pass\r\n"
        b"authentication-results : (hi) MX.trustlane\r\n .example; dmarc=pass\r\n"
        b'Authentication-Results: "mx.trustlane.example" 1; dmarc=pass\r\n'
        b"Authentication-Results: other.example; dmarc=fail\r\n"
    )
    with serving(tmp_path) as relay:
        send(relay.port, forged + LETTER % b"1")
        (octets,) = relay.mails("Open")
    mail = message_from_bytes(octets)
    assert len(mail.get_all("Trust-Lane", [])) == 1
    ids = [str(value).split(";")[0].strip() for value in mail.get_all("Authentication-Results", [])]
    assert ids == ["mx.trustlane.example", "other.example"]


def test_observing_leaves_every_mail_in_the_inbox(tmp_path: Path) -> None:
    with serving(tmp_path, mode="observe") as relay:
        send(relay.port, LETTER % b"1")
        assert len(relay.mails()) == 1


@pytest.mark.proves("RFC 9989 §7.4")
def test_a_forged_author_is_held_but_not_rejected(tmp_path: Path) -> None:
    """p=reject alone never rejects (RFC 9989 §5.4)."""
    with serving(tmp_path, mode="enforce") as relay:
        assert send(relay.port, LETTER % b"1", mail_from="x@client.example").startswith("250")
        (octets,) = relay.mails("Quarantine")
    assert b"action=quarantine" in octets


@pytest.mark.skipif(shutil.which("swaks") is None, reason="swaks is not installed")
def test_swaks_delivers_through_the_relay(tmp_path: Path) -> None:
    with serving(tmp_path) as relay:
        words = ["--server", f"127.0.0.1:{relay.port}", "--from", "me@sender.example", "--to", "you@here.example"]
        done = subprocess.run(["swaks", *words], capture_output=True, text=True, timeout=60, check=False)
        assert done.returncode == 0, done.stdout
        (octets,) = relay.mails("Open")
    assert b"\nTrust-Lane: open;" in octets or octets.startswith(b"Trust-Lane: open;")


def test_a_next_hop_gets_the_mail_by_smtp_and_its_reply_is_the_clients(tmp_path: Path) -> None:
    """250 means that the next hop has it; while the next hop is away the client is asked to come again."""
    (tmp_path / "hop").mkdir()
    (tmp_path / "edge").mkdir()
    with serving(tmp_path / "hop") as hop, serving(tmp_path / "edge", next_hop=f"127.0.0.1:{hop.port}") as edge:
        assert send(edge.port, LETTER % b"1").startswith("250")
        (octets,) = hop.mails("Open")
        assert len(message_from_bytes(octets).get_all("Received", [])) == 2
        assert not edge.maildir.exists()
        hop.kill()
        assert send(edge.port, LETTER % b"2").startswith("451 4.4.1")


def test_the_same_octets_sent_twice_are_two_mails(tmp_path: Path) -> None:
    with serving(tmp_path) as relay:
        for _ in range(2):
            assert send(relay.port, LETTER % b"1").startswith("250")
        assert len(relay.mails("Open")) == 2


def test_a_signal_stops_it_with_exit_code_0(tmp_path: Path) -> None:
    with serving(tmp_path) as relay:
        assert relay.stop() == 0


def test_a_port_that_is_taken_is_one_clear_line(tmp_path: Path) -> None:
    with serving(tmp_path) as relay:
        other = tmp_path / "other"
        other.mkdir()
        with pytest.raises(AssertionError, match=r"relay\.listen: .* cannot be listened on"):
            start(other, port=relay.port)


def test_a_ledger_that_breaks_while_mail_flows_loses_none(tmp_path: Path) -> None:
    with serving(tmp_path) as relay:
        for file in tmp_path.glob("ledger.sqlite*"):
            file.unlink() if file.suffix != ".key" else None
        (tmp_path / "ledger.sqlite").mkdir()
        assert send(relay.port, LETTER % b"1").startswith("250")
        assert len(relay.mails("Open")) == 1


def ids(mails: list[bytes]) -> Counter[str]:
    return Counter(str(message_from_bytes(octets)["Message-ID"]) for octets in mails)


class Sender(threading.Thread):
    """Sends its share over one connection after another, trying again what got no reply, as a mail server would."""

    def __init__(self, numbers: list[int], port: list[int]) -> None:
        super().__init__(daemon=True)
        self.left, self.port, self.accepted = numbers, port, [0]

    def run(self) -> None:
        while self.left:
            try:
                self.send_all()
            except (OSError, smtplib.SMTPException):
                continue

    def send_all(self) -> None:
        with smtplib.SMTP("127.0.0.1", self.port[0], local_hostname="client.example", timeout=10) as client:
            while self.left:
                letter = LETTER % str(self.left[-1]).encode()
                client.sendmail("a@sender.example", ["b@here.example"], letter)
                self.left.pop()
                self.accepted[0] += 1


def test_killed_in_the_middle_of_500_mails_none_is_lost_and_none_is_there_twice(tmp_path: Path) -> None:
    relay: Serving = start(tmp_path)
    port = [relay.port]
    senders = [Sender(list(range(first, 500, 4)), port) for first in range(4)]
    for sender in senders:
        sender.start()
    for killed_at in (120, 300):
        while sum(sender.accepted[0] for sender in senders) < killed_at:
            senders[0].join(0.01)
        relay.kill()
        relay = start(tmp_path, port=port[0])
    for sender in senders:
        sender.join(120)
    assert not any(sender.is_alive() for sender in senders)
    found = ids(relay.mails("Open"))
    relay.kill()
    assert found == Counter(f"<{number}@sender.example>" for number in range(500))


def workers(relay: Serving) -> list[int]:
    children = Path(f"/proc/{relay.process.pid}/task/{relay.process.pid}/children").read_text()
    return [int(pid) for pid in children.split()]


def test_workers_that_are_killed_while_mail_flows_lose_none_and_double_none(tmp_path: Path) -> None:
    """One after the other; the supervisor replaces each, and a client that sends again may come to any of them."""
    relay = start(tmp_path, process="workers = 2")
    senders = [Sender(list(range(first, 300, 4)), [relay.port]) for first in range(4)]
    for sender in senders:
        sender.start()
    for killed_at in range(40, 300, 40):
        while sum(sender.accepted[0] for sender in senders) < killed_at:
            senders[0].join(0.01)
        os.kill(workers(relay)[0], signal.SIGKILL)
    for sender in senders:
        sender.join(120)
    assert not any(sender.is_alive() for sender in senders)
    found = ids(relay.mails("Open"))
    assert relay.stop() == 0
    assert found == Counter(f"<{number}@sender.example>" for number in range(300))


def test_settings_are_read_again_without_a_session_lost_and_wrong_ones_change_nothing(tmp_path: Path) -> None:
    with serving(tmp_path, mode="tag") as relay, smtplib.SMTP("127.0.0.1", relay.port, timeout=30) as client:
        client.ehlo("client.example")
        config = tmp_path / "trustlane.toml"
        right = config.read_text()
        config.write_text(right.replace('mode = "tag"', 'mode = "banana"'))
        relay.process.send_signal(signal.SIGHUP)
        wait_for(lambda: "the settings stay as they were" in relay.log)
        client.sendmail("a@sender.example", ["b@here.example"], LETTER % b"1")
        assert len(relay.mails("Open")) == 1
        config.write_text(right.replace('mode = "tag"', 'mode = "observe"'))
        relay.process.send_signal(signal.SIGHUP)
        wait_for(lambda: "settings are read again" in relay.log)
        wait_for(lambda: client.sendmail("a@sender.example", ["b@here.example"], LETTER % b"2") == {} and relay.mails())
        assert relay.process.poll() is None


def wait_for(met: Callable[[], object], seconds: float = 10.0) -> None:
    ends = time.monotonic() + seconds
    while not met():
        assert time.monotonic() < ends
        time.sleep(0.05)
