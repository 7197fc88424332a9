"""One look-up per name, however many ask: tasks, threads, event loops, one after another or at once."""

import asyncio
import random
from collections.abc import Iterator
from threading import Thread

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.line.dns.fault_server import DELAY_SECONDS, FaultServer, by_first_label

from trustlane._core import Answer, Question
from trustlane.dns.limits import DnsLimits
from trustlane.dns.resolver import DnsResolver

LIMITS = DnsLimits(deadline_seconds=2.0, try_seconds=1.0)
FOUND = Answer.found("A", ["192.0.2.1"])


@pytest.fixture(scope="module")
def server() -> Iterator[FaultServer]:
    with FaultServer("* 60 IN A 192.0.2.1", by_first_label) as made:
        yield made


def test_what_was_asked_is_known(server: FaultServer) -> None:
    resolver, question = _resolver(server), Question("known.example", "A")
    assert [resolver.ask([question]) for _ in range(5)] == [{question: FOUND}] * 5
    assert server.count("known.example.") == 1
    assert (resolver.counters.misses, resolver.counters.hits) == (1, 4)


@pytest.mark.proves("RFC 5452 §5")
async def test_tasks_share_a_look_up(server: FaultServer) -> None:
    resolver, question = _resolver(server), Question("delay.tasks.example", "A")
    answers = await asyncio.gather(*(resolver.aask([question]) for _ in range(50)))
    assert answers == [{question: FOUND}] * 50
    assert server.count("delay.tasks.example.") == 1
    assert (resolver.counters.misses, resolver.counters.coalesced) == (1, 49)


def test_threads_and_event_loops_share_a_look_up(server: FaultServer) -> None:
    resolver, question = _resolver(server), Question("delay.threads.example", "A")
    answers: list[object] = []
    asking = [Thread(target=lambda: answers.append(resolver.ask([question]))) for _ in range(10)]
    asking += [Thread(target=lambda: answers.append(asyncio.run(_asked(resolver, question)))) for _ in range(10)]
    for thread in asking:
        thread.start()
    for thread in asking:
        thread.join()
    assert answers == [{question: FOUND}] * 20
    assert server.count("delay.threads.example.") == 1
    assert (resolver.counters.misses, resolver.counters.hits + resolver.counters.coalesced) == (1, 19)


async def test_who_gives_up_waiting_takes_nothing_from_the_others(server: FaultServer) -> None:
    resolver, question = _resolver(server), Question("delay.impatient.example", "A")
    first = asyncio.create_task(_asked(resolver, question))
    await asyncio.sleep(0)
    second = asyncio.create_task(_asked(resolver, question))
    await asyncio.sleep(0)
    first.cancel()
    assert await second == {question: FOUND}
    assert server.count("delay.impatient.example.") == 1


async def test_asking_without_await_within_a_loop_waits_for_nothing_that_stands_still(server: FaultServer) -> None:
    """The loop's own look-up cannot end while the loop is kept; another one is begun elsewhere."""
    resolver, question = _resolver(server), Question("delay.blocked.example", "A")
    waiting = asyncio.create_task(_asked(resolver, question))
    await asyncio.sleep(0.05)
    assert resolver.ask([question]) == {question: FOUND}
    assert await waiting == {question: FOUND}
    assert server.count("delay.blocked.example.") == 2


def test_a_loop_that_ended_leaves_nobody_waiting(server: FaultServer) -> None:
    resolver, question = _resolver(server), Question("delay.ended.example", "A")

    async def begin() -> None:
        resolver.prefetch([question])

    asyncio.run(begin())
    assert resolver.ask([question]) == {question: FOUND}
    assert server.count("delay.ended.example.") == 2


@pytest.mark.parametrize("is_async", [True, False])
def test_what_is_fetched_ahead_is_there_when_it_is_asked_for(server: FaultServer, is_async: bool) -> None:
    name = f"delay.ahead-{is_async}.example"
    resolver, question = _resolver(server), Question(name.lower(), "A")

    async def begin() -> object:
        resolver.prefetch([question])
        await asyncio.sleep(DELAY_SECONDS / 2)
        return await resolver.aask([question])

    if is_async:
        assert asyncio.run(begin()) == {question: FOUND}
    else:
        resolver.prefetch([question])
        assert resolver.ask([question]) == {question: FOUND}
    assert server.count(question.name) == 1


def test_a_failure_is_not_asked_for_again_at_once(server: FaultServer) -> None:
    now = [1000.0]
    limits = DnsLimits(failure_seconds=5)
    resolver = DnsResolver(nameservers=["127.0.0.1"], port=server.port, limits=limits, clock=lambda: now[0])
    question = Question("servfail.again.example", "A")
    for asked in range(3):
        assert resolver.ask([question]) == {question: Answer.unavailable("servfail")}
        assert server.count(question.name) == 1, asked
    now[0] += 5.0
    resolver.ask([question])
    assert server.count(question.name) == 2
    assert resolver.counters.failures == {"servfail": 2}


@pytest.mark.proves("RFC 2308 §5", "RFC 2181 §5.2", "RFC 2181 §8")
def test_the_least_time_to_live_on_the_way_counts() -> None:
    """The second of three aliases has 7 seconds; what is not there has the SOA's; 2^31 is none (RFC 2181 §8)"""
    now = [1000.0]
    with FaultServer("* 60 IN A 192.0.2.1", by_first_label) as server:
        resolver = DnsResolver(nameservers=["127.0.0.1"], port=server.port, limits=LIMITS, clock=lambda: now[0])
        for name, seconds in (
            ("cname-chain.example", 7.0),
            ("plain.example", 60.0),
            ("nxdomain.example", 30.0),
            ("nodata.example", 30.0),
            ("ttl-zero.example", 0.0),
            ("no-soa.example", 0.0),
            ("ttl-overflow.example", 0.0),
        ):
            question = Question(name, "A")
            resolver.ask([question])
            now[0] += seconds - 0.1
            resolver.ask([question])
            assert server.count(name) == (1 if seconds else 2), name
            now[0] += 0.1
            resolver.ask([question])
            assert server.count(name) == (2 if seconds else 3), name


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    order=st.lists(st.sampled_from(["a", "b", "servfail", "nxdomain", "delay"]), min_size=1, max_size=12),
    seed=st.integers(0, 2**32),
)
async def test_any_order_of_asking_gives_the_same_answers(server: FaultServer, order: list[str], seed: int) -> None:
    """And each name is asked for once, whoever was first."""
    chance = random.Random(seed)
    resolver = _resolver(server)
    names = {word: f"{word}.s{seed}-{len(server.asked)}.example" for word in order}
    expected = {"servfail": Answer.unavailable("servfail"), "nxdomain": Answer.nxdomain()}

    async def ask(word: str) -> None:
        await asyncio.sleep(chance.random() * 0.01)
        question = Question(names[word], "A")
        asking = resolver.aask if chance.random() < 0.5 else _in_a_thread(resolver)
        assert await asking([question]) == {question: expected.get(word, FOUND)}

    await asyncio.gather(*map(ask, order))
    assert [server.count(name) for name in names.values()] == [1] * len(names)
    counters = resolver.counters
    assert counters.hits + counters.misses + counters.coalesced == len(order)


def _in_a_thread(resolver: DnsResolver) -> object:
    return lambda questions: asyncio.to_thread(resolver.ask, questions)


async def _asked(resolver: DnsResolver, question: Question) -> object:
    return await resolver.aask([question])


def _resolver(server: FaultServer) -> DnsResolver:
    return DnsResolver(nameservers=["127.0.0.1"], port=server.port, limits=LIMITS)
