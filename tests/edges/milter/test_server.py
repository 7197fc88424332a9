"""The milter's shell: sockets, limits, and errors of ours."""

import asyncio
from pathlib import Path

import pytest
from tests.edges.milter.mta import CONTENT, END, ENVELOPE, QUIT, SESSION, connect, offer
from tests.edges.milter.site import filter_of

from trustlane.dns import Answers
from trustlane.dns.zone import ZoneResolver
from trustlane.milter.limits import Limits
from trustlane.milter.server import MilterServer

MAIL = SESSION + ENVELOPE + CONTENT + END


async def replies(reader: asyncio.StreamReader, until: str) -> str:
    """The codes of what comes, up to one of these."""
    got = ""
    while not got or got[-1] not in until:
        length = int.from_bytes(await reader.readexactly(4), "big")
        got += chr((await reader.readexactly(length))[0])
    return got


async def listening(tmp_path: Path, limits: Limits | None = None, **more: object) -> tuple[MilterServer, int]:
    server = MilterServer(filter_of(tmp_path, **more).begin, limits)  # type: ignore[arg-type]
    return server, (await server.listen())[1]


async def test_a_mail_is_answered_with_its_fields_on_top(tmp_path: Path) -> None:
    server, port = await listening(tmp_path)
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(offer() + MAIL)
    assert await replies(reader, "ary") == "Oiia"
    writer.write(MAIL[len(SESSION) :])
    assert await replies(reader, "ary") == "iia", "another mail of the same client"
    writer.write(QUIT)
    assert await reader.read() == b""
    writer.close()
    await server.close()


async def test_a_slow_resolver_makes_us_ask_for_patience(tmp_path: Path) -> None:
    class Slow(ZoneResolver):
        async def aask(self, questions: object) -> Answers:
            await asyncio.sleep(0.3)
            return self.ask(questions)  # type: ignore[arg-type]

    server, port = await listening(tmp_path, Limits(progress_seconds=0.1), resolver=Slow.from_text(""))
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(offer() + MAIL)
    said = await replies(reader, "ary")
    assert said.startswith("Op")
    assert said.endswith("iia")
    writer.close()
    await server.close()


async def test_over_the_limit_clients_are_asked_to_come_again(tmp_path: Path) -> None:
    server, port = await listening(tmp_path, Limits(max_connections=1))
    _, first = await asyncio.open_connection("127.0.0.1", port)
    first.write(offer())
    await asyncio.sleep(0.05)
    reader, second = await asyncio.open_connection("127.0.0.1", port)
    second.write(offer() + connect())
    assert await replies(reader, "t") == "Ot"
    first.close()
    second.close()
    await server.close()


async def test_a_silent_mta_is_left(tmp_path: Path) -> None:
    server, port = await listening(tmp_path, Limits(idle_seconds=0.1))
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    assert await reader.read() == b""
    writer.close()
    await server.close()


async def test_what_breaks_the_protocol_is_told_and_left(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    server, port = await listening(tmp_path)
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(b"GET / HTTP/1.1\r\n\r\n")
    assert await reader.read() == b""
    assert "broke the milter protocol: a packet of 1195725856 octets" in caplog.text
    writer.close()
    await server.close()


async def test_a_connection_that_is_lost_while_an_answer_is_sought_ends_quietly(tmp_path: Path) -> None:
    class Never(ZoneResolver):
        async def aask(self, questions: object) -> Answers:
            await asyncio.sleep(3600)
            raise AssertionError

    server, port = await listening(tmp_path, resolver=Never.from_text(""))
    _, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(offer() + MAIL)
    await asyncio.sleep(0.05)
    writer.transport.abort()
    await server.close(drain_seconds=5)


async def test_a_server_that_closes_answers_the_mail_at_hand(tmp_path: Path) -> None:
    class Slow(ZoneResolver):
        async def aask(self, questions: object) -> Answers:
            await asyncio.sleep(0.2)
            return self.ask(questions)  # type: ignore[arg-type]

    server, port = await listening(tmp_path, resolver=Slow.from_text(""))
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(offer() + MAIL)
    await asyncio.sleep(0.05)
    closing = asyncio.create_task(server.close(drain_seconds=10))
    assert await replies(reader, "ary") == "Oiia"
    assert await reader.read() == b""
    await closing
    writer.close()
