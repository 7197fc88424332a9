"""Ports are used for a while, and then given up; nothing is left behind by an event loop that ended."""

import asyncio
from collections.abc import Coroutine, Iterator

import pytest
from tests.line.dns.fault_server import FaultServer, by_first_label

from trustlane._core import Answer, Question
from trustlane.dns.channels import MAX_QUERIES, PORT_SECONDS, PORTS, Endpoint
from trustlane.dns.limits import DnsLimits
from trustlane.dns.resolver import DnsResolver

FOUND = Answer.found("A", ["192.0.2.1"])


class HastyLoop(asyncio.SelectorEventLoop):
    """A loop whose clock can be put forward."""

    ahead_seconds = 0.0

    def time(self) -> float:
        return super().time() + self.ahead_seconds


@pytest.fixture
def loop() -> Iterator[HastyLoop]:
    made = HastyLoop()
    yield made
    made.close()


@pytest.fixture
def server() -> Iterator[FaultServer]:
    with FaultServer("* 60 IN A 192.0.2.1", by_first_label) as made:
        yield made


def test_a_port_is_given_up_after_some_seconds(loop: HastyLoop, server: FaultServer) -> None:
    resolver = _resolver(server)
    _ask(loop, resolver, 100)
    first = _endpoints(resolver, loop)
    assert len(first) == PORTS
    loop.ahead_seconds = PORT_SECONDS - 1
    _ask(loop, resolver, 100, "later")
    assert _endpoints(resolver, loop) == first
    loop.ahead_seconds = PORT_SECONDS + 1
    loop.run_until_complete(asyncio.sleep(0))
    assert _endpoints(resolver, loop) == []
    assert all(endpoint.fileno() < 0 for endpoint in first), "and is closed"
    _ask(loop, resolver, 1, "again")
    assert len(_endpoints(resolver, loop)) == 1


def test_who_waits_at_a_port_that_is_given_up_still_gets_the_answer(loop: HastyLoop, server: FaultServer) -> None:
    resolver, question = _resolver(server), Question("delay.example", "A")

    async def wait() -> object:
        asking = asyncio.ensure_future(resolver.aask([question]))
        await asyncio.sleep(0.05)
        (endpoint,) = _endpoints(resolver, loop)
        channels = resolver._channels[loop]
        channels._retire(endpoint)
        answers = await asking
        assert endpoint.fileno() < 0, "closed once nobody waits"
        return answers

    assert loop.run_until_complete(wait()) == {question: FOUND}
    assert server.count("delay.example") == 1


def test_a_port_is_given_up_after_many_questions(loop: HastyLoop, server: FaultServer) -> None:
    """Identifiers are not used twice at one port, so that late answers are known as such, and must stay rare."""
    resolver = _resolver(server)
    _ask(loop, resolver, 100)
    first = _endpoints(resolver, loop)
    for endpoint in first:
        endpoint.late.update(range(MAX_QUERIES))
    _ask(loop, resolver, 100, "more")
    assert not set(first) & set(_endpoints(resolver, loop))
    assert all(endpoint.fileno() < 0 for endpoint in first)


def test_a_late_answer_is_no_attack(loop: HastyLoop, server: FaultServer) -> None:
    """The query was sent twice, the first answer counted, and the second one came after that."""
    limits = DnsLimits(try_seconds=0.1)
    resolver = DnsResolver(nameservers=["127.0.0.1"], port=server.port, limits=limits)

    async def ask() -> None:
        assert await resolver.aask([Question("delay.twice.example", "A")])
        await asyncio.sleep(0.4)

    loop.run_until_complete(ask())
    assert server.count("delay.twice.example") > 1
    assert resolver.counters.strays == 0


def test_an_event_loop_that_ended_leaves_no_socket_behind(server: FaultServer) -> None:
    resolver = _resolver(server)
    left: list[Endpoint] = []

    async def ask(name: str) -> None:
        await resolver.aask([Question(name, "A")])
        left.extend(_endpoints(resolver, asyncio.get_running_loop()))

    asyncio.run(ask("first.example"))
    asyncio.run(ask("second.example"))
    assert [endpoint.fileno() < 0 for endpoint in left] == [True, False]
    assert len(resolver._channels) == 1


def _resolver(server: FaultServer) -> DnsResolver:
    return DnsResolver(nameservers=["127.0.0.1"], port=server.port)


def _ask(loop: asyncio.AbstractEventLoop, resolver: DnsResolver, count: int, word: str = "n") -> None:
    questions = [Question(f"{word}{number}.example", "A") for number in range(count)]
    asking: Coroutine[object, object, object] = resolver.aask(questions)  # type: ignore[assignment]
    assert loop.run_until_complete(asking) == dict.fromkeys(questions, FOUND)


def _endpoints(resolver: DnsResolver, loop: asyncio.AbstractEventLoop) -> list[Endpoint]:
    places = resolver._channels[loop]._endpoints.values()
    return [endpoint for some in places for endpoint in some if endpoint is not None]
