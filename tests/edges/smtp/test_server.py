"""The server over real sockets: what happens to mail when clients, or we, misbehave."""

import asyncio
import logging
import socket
import struct
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress

import pytest

from trustlane.delivery.reply import Reply
from trustlane.message import Transaction
from trustlane.smtp.limits import Limits
from trustlane.smtp.server import SmtpServer
from trustlane.smtp.session import LINGER_SECONDS, _client_ip

TO_DATA = b"EHLO c.example\r\nMAIL FROM:<a@b.example>\r\nRCPT TO:<c@d.example>\r\nDATA\r\n"
MAIL = b"Subject: x\r\n\r\nbody\r\n"


class Place:
    """Keeps what it receives; can be told to wait or to fail."""

    def __init__(self) -> None:
        self.mails: list[Transaction] = []
        self.heard_mails: list[Transaction] = []
        self.go_on = asyncio.Event()
        self.go_on.set()
        self.begun = asyncio.Event()
        self.error: Exception | None = None

    async def receive(self, mail: Transaction) -> Reply:
        self.begun.set()
        await self.go_on.wait()
        if self.error:
            raise self.error
        self.mails.append(mail)
        return Reply(250, "2.0.0", f"Taken {len(self.mails)}")

    def heard(self, mail: Transaction) -> None:
        self.heard_mails.append(mail)


class Client:
    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader = reader
        self.writer = writer

    def send(self, octets: bytes) -> None:
        self.writer.write(octets)

    async def until(self, start: str) -> str:
        """The first reply line that begins so."""
        while True:
            line = (await asyncio.wait_for(self.reader.readline(), 5)).decode()
            assert line, f"closed before {start}"
            if line.startswith(start):
                return line.rstrip()

    async def send_mail(self, octets: bytes = MAIL) -> str:
        self.send(TO_DATA)
        await self.until("354")
        self.send(octets + b".\r\n")
        return (await asyncio.wait_for(self.reader.readline(), 5)).decode().rstrip()

    def reset(self) -> None:
        """Breaks the connection without a proper end."""
        raw = self.writer.get_extra_info("socket")
        raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.writer.transport.abort()


@asynccontextmanager
async def serving(place: Place, limits: Limits | None = None) -> AsyncIterator[Callable[[], Awaitable[Client]]]:
    server = SmtpServer(place.receive, place.heard, "mx.site.example", limits)
    address = await server.start()
    clients: list[Client] = []

    async def connect() -> Client:
        clients.append(Client(*await asyncio.open_connection(*address)))
        return clients[-1]

    yield connect
    for client in clients:
        client.writer.close()
    place.go_on.set()
    await server.close(drain_seconds=2)


async def until(is_reached: Callable[[], bool]) -> None:
    async with asyncio.timeout(5):
        while not is_reached():  # noqa: ASYNC110 - what is waited for is behind a socket
            await asyncio.sleep(0.005)


async def test_a_mail_is_received_and_its_250_is_heard() -> None:
    place = Place()
    async with serving(place) as connect:
        client = await connect()
        assert await client.send_mail() == "250 2.0.0 Taken 1"
        assert await client.send_mail() == "250 2.0.0 Taken 2"
        client.send(b"QUIT\r\n")
        await client.until("221")
        client.writer.close()
        await until(lambda: len(place.heard_mails) == 2)
    assert [mail.message for mail in place.mails] == [MAIL, MAIL]
    assert place.mails[0].session.client_ip == "127.0.0.1"


async def test_an_error_of_ours_costs_one_mail_a_451_and_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    place = Place()
    async with serving(place) as connect:
        client = await connect()
        place.error = ZeroDivisionError("a bug")
        with caplog.at_level(logging.ERROR):
            assert await client.send_mail() == "451 4.3.0 Error on this server; try again later"
        assert "ZeroDivisionError: a bug" in caplog.text
        place.error = None
        assert await client.send_mail() == "250 2.0.0 Taken 1"


async def test_an_error_of_ours_after_the_250_harms_nobody(caplog: pytest.LogCaptureFixture) -> None:
    place = Place()

    def fails(mail: Transaction) -> None:
        raise ZeroDivisionError("a bug")

    place.heard = fails  # type: ignore[method-assign]
    async with serving(place) as connect:
        client = await connect()
        await client.send_mail()
        assert await client.send_mail() == "250 2.0.0 Taken 2"
    assert "the mail is safe" in caplog.text


@pytest.mark.parametrize("ending", ["close", "reset"])
async def test_a_client_that_goes_away_while_its_mail_is_received_does_not_end_the_mail(ending: str) -> None:
    place = Place()
    place.go_on.clear()
    async with serving(place) as connect:
        client = await connect()
        client.send(TO_DATA)
        await client.until("354")
        client.send(MAIL + b".\r\nQUIT\r\n")
        await place.begun.wait()
        client.reset() if ending == "reset" else client.writer.close()
        await asyncio.sleep(0.05)
        place.go_on.set()
        await until(lambda: len(place.mails) == 1)
        await asyncio.sleep(0.05)
    assert place.heard_mails == []


async def test_a_client_that_has_sent_all_and_still_listens_gets_its_reply() -> None:
    place = Place()
    async with serving(place) as connect:
        client = await connect()
        client.send(TO_DATA)
        await client.until("354")
        client.send(MAIL + b".\r\n")
        client.writer.write_eof()
        assert await client.until("250 2.0.0 Taken") == "250 2.0.0 Taken 1"
        assert await client.reader.read() == b""


async def test_a_connection_that_breaks_within_data_delivers_nothing() -> None:
    place = Place()
    async with serving(place) as connect:
        client = await connect()
        client.send(TO_DATA)
        await client.until("354")
        client.send(MAIL)
        await asyncio.sleep(0.02)
        client.reset()
        await asyncio.sleep(0.05)
    assert place.mails == []


async def test_a_client_that_speaks_first_is_sent_away() -> None:
    server = SmtpServer(Place().receive, Place().heard, "mx.site.example")
    address = await server.start()
    raw = socket.create_connection(address)
    raw.sendall(b"EHLO x\r\n")
    reader, writer = await asyncio.open_connection(sock=raw)
    assert await asyncio.wait_for(reader.read(), 5) == b"554 5.5.0 Sent before it was its turn\r\n"
    writer.close()
    await server.close(1)


@pytest.mark.proves("RFC 5321 §4.5.4.2")
async def test_over_the_session_limit_a_client_is_asked_to_come_again() -> None:
    async with serving(Place(), Limits(max_sessions=1)) as connect:
        first = await connect()
        await first.until("220")
        second = await connect()
        assert await second.until("421") == "421 4.3.2 Too many sessions; try again later"
        first.send(b"QUIT\r\n")
        await first.until("221")
        first.writer.close()
        await asyncio.sleep(0.05)
        third = await connect()
        await third.until("220")


async def test_an_idle_client_is_told_so_and_one_that_waits_for_us_is_not() -> None:
    place = Place()
    place.go_on.clear()
    async with serving(place, Limits(idle_seconds=0.2)) as connect:
        idle, waiting = await connect(), await connect()
        waiting.send(TO_DATA)
        await waiting.until("354")
        waiting.send(MAIL + b".\r\n")
        assert await idle.until("421") == "421 4.4.2 No command came in time"
        await asyncio.sleep(0.3)
        place.go_on.set()
        assert await waiting.until("250 2.0.0 Taken") == "250 2.0.0 Taken 1"


async def test_octets_that_drip_in_do_not_keep_a_session() -> None:
    async with serving(Place(), Limits(idle_seconds=0.2)) as connect:
        client = await connect()
        await client.until("220")
        with suppress(ConnectionError):
            for _ in range(10):
                client.send(b"x")
                await asyncio.sleep(0.05)
        assert (await client.until("421")).startswith("421 4.4.2")


async def test_a_client_that_does_not_read_our_replies_is_not_read_either() -> None:
    async with serving(Place()) as connect:
        client = await connect()
        await client.until("220")
        client.writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_096)
        client.reader._transport.pause_reading()  # type: ignore[attr-defined]
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(flood(client), 0.3)
        client.reader._transport.resume_reading()  # type: ignore[attr-defined]
        client.reset()


async def flood(client: Client) -> None:
    while True:
        client.send(b"NOOP\r\n" * 50_000)
        await client.writer.drain()


async def test_a_mail_of_some_megabytes_passes() -> None:
    place = Place()
    async with serving(place) as connect:
        client = await connect()
        mail = (b"x" * 998 + b"\r\n") * 5_000
        assert await client.send_mail(mail) == "250 2.0.0 Taken 1"
    assert place.mails[0].message == mail


async def test_a_server_that_closes_finishes_the_mail_at_hand_and_begins_no_other() -> None:
    place = Place()
    place.go_on.clear()
    server = SmtpServer(place.receive, place.heard, "mx.site.example")
    address = await server.start()
    busy = Client(*await asyncio.open_connection(*address))
    idle = Client(*await asyncio.open_connection(*address))
    await idle.until("220")
    busy.send(TO_DATA)
    await busy.until("354")
    busy.send(MAIL + b".\r\n")
    await place.begun.wait()
    closing = asyncio.create_task(server.close(drain_seconds=5))
    await idle.until("421 4.3.2")
    idle.writer.close()
    with pytest.raises(OSError, match=r"refused|Connect call failed"):
        await asyncio.open_connection(*address)
    place.go_on.set()
    assert await busy.until("250 2.0.0") == "250 2.0.0 Taken 1"
    await busy.until("421")
    busy.writer.close()
    await asyncio.wait_for(closing, 3)


async def test_a_mail_that_is_not_finished_in_time_gets_no_reply() -> None:
    place = Place()
    place.go_on.clear()
    server = SmtpServer(place.receive, place.heard, "mx.site.example")
    client = Client(*await asyncio.open_connection(*await server.start()))
    client.send(TO_DATA)
    await client.until("354")
    client.send(MAIL + b".\r\n")
    await place.begun.wait()
    await server.close(drain_seconds=0.05)
    assert await client.reader.read() == b""
    client.writer.close()


async def test_a_recipient_may_be_refused_with_a_reply() -> None:
    place = Place()
    refused = Reply(550, "5.1.1", "Nobody")
    server = SmtpServer(
        place.receive,
        place.heard,
        "mx.site.example",
        refusal=lambda mail_from, rcpt: refused if rcpt[0] == "n" else None,
    )
    client = Client(*await asyncio.open_connection(*await server.start()))
    client.send(b"EHLO x\r\nMAIL FROM:<>\r\nRCPT TO:<n@d.example>\r\nRCPT TO:<c@d.example>\r\n")
    assert await client.until("550") == "550 5.1.1 Nobody"
    await client.until("250 2.1.5")
    client.writer.close()
    await server.close(1)


async def test_small_replies_are_not_held_back() -> None:
    place = Place()
    server = SmtpServer(place.receive, place.heard, "mx.site.example")
    client = Client(*await asyncio.open_connection(*await server.start()))
    await client.until("220")
    (session,) = server._site.sessions
    assert session._transport is not None
    assert session._transport.get_extra_info("socket").getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)
    client.writer.close()
    await server.close(1)


@pytest.mark.parametrize(
    ("peername", "client_ip"),
    [
        (("192.0.2.1", 25), "192.0.2.1"),
        (("::ffff:192.0.2.1", 25, 0, 0), "192.0.2.1"),
        (("2001:db8::1", 25, 0, 0), "2001:db8::1"),
        (("fe80::1%eth0", 25, 0, 2), "fe80::1"),
        ("/run/socket", None),
        (None, None),
    ],
)
@pytest.mark.proves("RFC 4291 §2.5.5.2")
def test_the_client_s_address(peername: object, client_ip: str | None) -> None:
    assert _client_ip(peername) == client_ip


def test_lingering_is_short_beside_the_idle_time() -> None:
    assert Limits().idle_seconds > 10 * LINGER_SECONDS
