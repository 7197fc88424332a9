"""The policy service's shell: sockets, limits, and answers one after the other."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from tests.edges.milter.site import zone
from tests.edges.policyd.asking import ENFORCING, asking, octets, service

from trustlane._core import Question
from trustlane.dns import Answers, AsyncResolver
from trustlane.policyd.limits import Limits
from trustlane.policyd.rules import Rules, Severity
from trustlane.policyd.server import PolicyServer
from trustlane.process.sockets import bound

STRANGER = asking(client_address="192.0.2.99")
REJECTING = replace(ENFORCING, spf_fail=Severity.REJECT)


class Slow:
    """DNS that takes its time."""

    def __init__(self, seconds: float = 0.2) -> None:
        self._seconds = seconds

    async def aask(self, questions: Sequence[Question]) -> Answers:
        await asyncio.sleep(self._seconds)
        return zone().ask(questions)


@asynccontextmanager
async def listening(
    folder: Path, rules: Rules = REJECTING, limits: Limits | None = None, resolver: AsyncResolver | None = None
) -> AsyncIterator[tuple[PolicyServer, int]]:
    site = service(folder, rules, resolver=resolver)
    server = PolicyServer(lambda: site, limits)
    (socket,) = bound("127.0.0.1:0")
    await server.listen_on(socket)
    yield server, socket.getsockname()[1]
    await server.close(drain_seconds=5)


async def reply(reader: asyncio.StreamReader) -> str:
    line, empty = await reader.readline(), await reader.readline()
    assert empty == b"\n"
    return line.decode().removeprefix("action=").split()[0]


async def test_one_connection_serves_many_requests(tmp_path: Path) -> None:
    async with listening(tmp_path) as (_, port):
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        for rcpt, expected in [("bob", "PREPEND"), ("eve", "DUNNO"), ("joe", "DUNNO")]:
            writer.write(octets(asking(recipient=f"{rcpt}@site.example")))
            assert await reply(reader) == expected
        writer.write(octets(STRANGER) + octets(asking(instance="2")) + octets(STRANGER))
        assert [await reply(reader) for _ in range(3)] == ["550", "PREPEND", "550"]
        writer.close()


async def test_a_unix_socket_serves_as_well(tmp_path: Path) -> None:
    site = service(tmp_path)
    server = PolicyServer(lambda: site)
    (socket,) = bound(f"unix:{tmp_path / 'policy.sock'}")
    await server.listen_on(socket)
    reader, writer = await asyncio.open_unix_connection(tmp_path / "policy.sock")
    writer.write(octets(asking()))
    assert await reply(reader) == "PREPEND"
    writer.close()
    await server.close()


async def test_what_is_no_request_gets_no_reply(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    async with listening(tmp_path) as (_, port):
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(b"GET / HTTP/1.1\r\n\r\n")
        assert await reader.read() == b""
        writer.close()
    assert "broke the protocol of policy requests: a line that is no name=value" in caplog.text


@pytest.mark.parametrize(("failure", "expected"), [(Severity.PASS, "DUNNO"), (Severity.DEFER, "DEFER_IF_PERMIT")])
async def test_over_the_limit_requests_are_answered_as_failures_are(
    tmp_path: Path, failure: Severity, expected: str
) -> None:
    rules = replace(REJECTING, failure=failure)
    async with listening(tmp_path, rules, Limits(max_connections=1)) as (_, port):
        first_reader, first = await asyncio.open_connection("127.0.0.1", port)
        first.write(octets(STRANGER))
        assert await reply(first_reader) == "550"
        reader, second = await asyncio.open_connection("127.0.0.1", port)
        second.write(octets(STRANGER))
        assert await reply(reader) == expected
        first.close()
        second.close()


async def test_a_silent_mta_is_left(tmp_path: Path) -> None:
    async with listening(tmp_path, limits=Limits(idle_seconds=0.1)) as (_, port):
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(b"sender=\n")
        assert await reader.read() == b""
        writer.close()


async def test_a_slow_answer_is_no_silence_of_the_mta(tmp_path: Path) -> None:
    async with listening(tmp_path, limits=Limits(idle_seconds=0.1), resolver=Slow()) as (_, port):
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(octets(STRANGER))
        assert await reply(reader) == "550"
        writer.close()


async def test_an_mta_that_goes_away_ends_the_search_for_its_answer(tmp_path: Path) -> None:
    begun, ended = asyncio.Event(), asyncio.Event()

    class Endless:
        async def aask(self, questions: Sequence[Question]) -> Answers:
            begun.set()
            try:
                await asyncio.sleep(3600)
            finally:
                ended.set()
            raise AssertionError

    async with listening(tmp_path, resolver=Endless()) as (_, port):
        _, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(octets(STRANGER))
        await begun.wait()
        writer.transport.abort()
        await asyncio.wait_for(ended.wait(), 3)


async def test_a_server_that_closes_answers_the_request_at_hand(tmp_path: Path) -> None:
    async with listening(tmp_path, resolver=Slow()) as (server, port):
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        idle_reader, idle = await asyncio.open_connection("127.0.0.1", port)
        writer.write(octets(STRANGER))
        await asyncio.sleep(0.05)
        closing = asyncio.create_task(server.close(drain_seconds=10))
        assert await idle_reader.read() == b""
        assert await reply(reader) == "550"
        assert await reader.read() == b""
        await closing
        writer.close()
        idle.close()
