"""TLS: by STARTTLS and from the first octet; nothing of the time before it counts."""

import asyncio
import signal
import smtplib
import socket
import ssl
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from tests.edges.serving import serving
from tests.edges.smtp.certificates import name_in, write_certificate
from tests.edges.smtp.test_protocol import ENVELOPE, HELLO, Client
from tests.edges.smtp.test_server import MAIL, TO_DATA, Place, until
from tests.edges.test_serve import LETTER, wait_for

from trustlane.cli.certificates import tls_of
from trustlane.errors import SettingsError
from trustlane.message import Session
from trustlane.settings.read import read
from trustlane.smtp.events import Aborted, Closed, ContentEnded, MailStarted, TlsBegins
from trustlane.smtp.server import SmtpServer
from trustlane.smtp.tls import Tls, server_context

BEGIN = ["220 2.0.0 Begin TLS"]

REPLIES = [
    (Tls.OFFERED, HELLO, b"STARTTLS\r\n", "220 2.0.0", "offered"),
    (Tls.OFFERED, HELLO, b"starttls \r\n", "220 2.0.0", "in any case, blanks at its end"),
    (Tls.OFFERED, HELLO + ENVELOPE, b"STARTTLS\r\n", "220 2.0.0", "a mail that had begun is no more"),
    (Tls.OFFERED, b"", b"STARTTLS\r\n", "503 5.5.1", "before EHLO"),
    (Tls.OFFERED, b"HELO c.example\r\n", b"STARTTLS\r\n", "503 5.5.1", "not offered after HELO"),
    (Tls.OFFERED, HELLO, b"STARTTLS now\r\n", "501 5.5.4", "takes no argument"),
    (Tls.ABSENT, HELLO, b"STARTTLS\r\n", "502 5.5.1", "there is no certificate"),
    (Tls.ABSENT, HELLO, b"STARTTLS now\r\n", "502 5.5.1", "there is no certificate"),
    (Tls.ON, HELLO, b"STARTTLS\r\n", "503 5.5.1", "TLS is on"),
]


@pytest.mark.parametrize(("tls", "before", "line", "reply", "why"), REPLIES, ids=[case[4] for case in REPLIES])
@pytest.mark.proves("RFC 3207 §4")
def test_starttls_has_one_reply(tls: Tls, before: bytes, line: bytes, reply: str, why: str) -> None:
    client = Client(tls=tls)
    client.say(before)
    (said,) = client.say(line)
    assert said.startswith(reply), why
    assert len(client.seen(TlsBegins)) == reply.startswith("220")


@pytest.mark.parametrize(("tls", "is_offered"), [(Tls.ABSENT, False), (Tls.OFFERED, True), (Tls.ON, False)])
@pytest.mark.proves("RFC 3207 §4")
def test_starttls_is_offered_where_it_can_be_taken(tls: Tls, is_offered: bool) -> None:
    assert ("250-STARTTLS" in Client(tls=tls).say(HELLO)) == is_offered


@pytest.mark.parametrize("cut", [0, 5, 20])
@pytest.mark.proves("RFC 3207 §4.2", "RFC 3207 §6")
def test_what_was_injected_in_the_clear_is_dropped(cut: int) -> None:
    """Commands behind STARTTLS would else run as if they had come through TLS (as CVE-2011-0411 had it)."""
    injected = b"EHLO evil.example\r\n" + ENVELOPE
    client = Client(tls=Tls.OFFERED)
    client.say(HELLO)
    assert client.say(b"STARTTLS\r\n" + injected[:cut]) == BEGIN
    assert client.say(injected[cut:]) == []
    client.take(client.protocol.secured())
    assert client.say(b"MAIL FROM:<a@author.example>\r\n") == ["503 5.5.1 Commands out of sequence"]
    assert client.seen(MailStarted) == []


@pytest.mark.proves("RFC 3207 §4.2")
def test_after_the_handshake_the_session_begins_anew() -> None:
    client = Client(tls=Tls.OFFERED)
    client.say_lines(HELLO, ENVELOPE, b"STARTTLS\r\n")
    client.take(client.protocol.secured())
    assert client.protocol.session == Session("192.0.2.1", None, "SMTP")
    assert len(client.seen(Aborted)) == 1
    assert "250-STARTTLS" not in client.say(b"EHLO other.example\r\n")
    client.say_lines(ENVELOPE, b"DATA\r\n", b"x\r\n.\r\n")
    (ended,) = client.seen(ContentEnded)
    assert isinstance(ended, ContentEnded)
    assert ended.transaction.session == Session("192.0.2.1", "other.example", "ESMTPS")


def test_a_handshake_that_was_not_begun_changes_nothing() -> None:
    client = Client(tls=Tls.OFFERED)
    client.say(HELLO)
    client.take(client.protocol.secured())
    assert client.protocol.session.protocol == "ESMTP"
    assert client.say(b"STARTTLS\r\n") == BEGIN


def test_a_client_that_goes_away_in_its_handshake_is_gone() -> None:
    client = Client(tls=Tls.OFFERED)
    client.say_lines(HELLO, b"STARTTLS\r\n")
    client.take(client.protocol.eof())
    assert len(client.seen(Closed)) == 1


class TlsSite:
    """A server with a certificate that can be changed."""

    def __init__(self, folder: Path) -> None:
        self.place = Place()
        self.certificate = write_certificate(folder / "one.pem", "one")
        self.context = server_context(self.certificate, None)
        self.port = self.tls_port = 0

    @asynccontextmanager
    async def serving(self) -> AsyncIterator["TlsSite"]:
        server = SmtpServer(self.place.receive, self.place.heard, "mx.example", tls=lambda: self.context)
        _, self.port = await server.start()
        with socket.create_server(("127.0.0.1", 0)) as listening:
            self.tls_port = listening.getsockname()[1]
            await server.listen_with_tls_on(listening)
            yield self
            await server.close(drain_seconds=2)

    def trusting(self) -> ssl.SSLContext:
        return ssl.create_default_context(cafile=str(self.certificate))

    def by_starttls(self) -> str:
        with smtplib.SMTP("127.0.0.1", self.port, timeout=10) as client:
            client.starttls(context=self.trusting())
            return self.sent_by(client)

    def from_the_first_octet(self) -> str:
        with smtplib.SMTP_SSL("127.0.0.1", self.tls_port, timeout=10, context=self.trusting()) as client:
            return self.sent_by(client)

    def sent_by(self, client: smtplib.SMTP) -> str:
        """The name in the certificate that was shown."""
        for _ in range(2):
            client.sendmail("a@b.example", ["c@d.example"], MAIL)
        assert isinstance(client.sock, ssl.SSLSocket)
        return name_in(client.sock.getpeercert(binary_form=True))


@pytest.mark.proves("RFC 3207 §4", "RFC 8314 §3.3")
@pytest.mark.parametrize("way", [TlsSite.by_starttls, TlsSite.from_the_first_octet])
async def test_mail_comes_through_tls_and_its_250_is_heard(tmp_path: Path, way: Callable[[TlsSite], str]) -> None:
    async with TlsSite(tmp_path).serving() as site:
        assert await asyncio.to_thread(way, site) == "one"
        await until(lambda: len(site.place.heard_mails) == 2)
    assert [mail.session.protocol for mail in site.place.mails] == ["ESMTPS", "ESMTPS"]
    assert [mail.message for mail in site.place.mails] == [MAIL, MAIL]


async def test_a_new_certificate_is_shown_to_new_sessions(tmp_path: Path) -> None:
    async with TlsSite(tmp_path).serving() as site:
        await asyncio.to_thread(site.by_starttls)
        site.certificate = write_certificate(tmp_path / "two.pem", "two")
        site.context = server_context(site.certificate, None)
        assert await asyncio.to_thread(site.by_starttls) == "two"
        assert await asyncio.to_thread(site.from_the_first_octet) == "two"


@pytest.mark.proves("RFC 3207 §6")
async def test_octets_injected_on_the_wire_never_become_commands(tmp_path: Path) -> None:
    async with TlsSite(tmp_path).serving() as site:
        assert await asyncio.to_thread(injected, site) == b"503 5.5.1 Commands out of sequence\r\n"
    assert site.place.mails == []


def injected(site: TlsSite) -> bytes:
    """What is said to RCPT through TLS, after a whole envelope was written in the clear behind STARTTLS."""
    with socket.create_connection(("127.0.0.1", site.port), timeout=5) as plain:
        assert plain.recv(4096).startswith(b"220 ")
        plain.sendall(b"EHLO c.example\r\n")
        assert plain.recv(4096).endswith(b"250 ENHANCEDSTATUSCODES\r\n")
        plain.sendall(b"STARTTLS\r\n" + TO_DATA)
        assert plain.recv(4096) == b"220 2.0.0 Begin TLS\r\n"
        with site.trusting().wrap_socket(plain, server_hostname="127.0.0.1") as secured:
            secured.sendall(b"RCPT TO:<c@d.example>\r\n")
            return secured.recv(4096)


@pytest.mark.parametrize("octets", [b"EHLO c.example\r\n", b"", b"\x16\x03\x01\x00\x05hello"])
async def test_a_client_that_speaks_no_tls_is_let_go(tmp_path: Path, octets: bytes) -> None:
    async with TlsSite(tmp_path).serving() as site:
        reader, writer = await asyncio.open_connection("127.0.0.1", site.tls_port)
        writer.write(octets)
        if not octets:
            writer.write_eof()
        said = await asyncio.wait_for(reader.read(), 5)
        assert not said.startswith(b"220")
        writer.close()
        assert await asyncio.to_thread(site.from_the_first_octet) == "one"


def test_a_certificate_is_read_at_sighup_and_a_bad_one_changes_nothing(tmp_path: Path) -> None:
    path = write_certificate(tmp_path / "mx.pem", "one")
    with serving(tmp_path, relay='tls_certificate = "mx.pem"') as relay:
        assert shown_by(relay.port) == "one"
        path.write_text("no certificate")
        relay.process.send_signal(signal.SIGHUP)
        wait_for(lambda: "settings stay as they were: relay.tls_certificate: no TLS with" in relay.log)
        assert shown_by(relay.port) == "one"
        write_certificate(path, "two")
        relay.process.send_signal(signal.SIGHUP)
        wait_for(lambda: shown_by(relay.port) == "two")
        (mail, *_) = relay.mails("Open")
        assert b"with ESMTPS id " in mail


def shown_by(port: int) -> str:
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    with smtplib.SMTP("127.0.0.1", port, local_hostname="client.example", timeout=10) as client:
        client.starttls(context=context)
        client.sendmail("a@sender.example", ["b@here.example"], LETTER % b"1")
        assert isinstance(client.sock, ssl.SSLSocket)
        return name_in(client.sock.getpeercert(binary_form=True))


WRONG = [
    ({"tls_listen": ["127.0.0.1:0"]}, "relay.tls_listen needs one"),
    ({"tls_certificate": "none.pem"}, "No such file"),
    ({"tls_certificate": "no.pem"}, "no TLS with"),
    ({"tls_certificate": "one.pem", "tls_key": "two.pem"}, "no TLS with"),
]


@pytest.mark.parametrize(("relay", "why"), WRONG)
def test_tls_without_a_good_certificate_stops_the_start(tmp_path: Path, relay: dict[str, object], why: str) -> None:
    (tmp_path / "no.pem").write_text("no certificate")
    write_certificate(tmp_path / "one.pem", "one")
    write_certificate(tmp_path / "two.pem", "two")
    with pytest.raises(SettingsError, match=why) as raised:
        tls_of(read({"relay": relay}, tmp_path))
    assert raised.value.setting == "relay.tls_certificate"
