"""What one question costs, asked by trustlane's resolver and by dnspython's, of the same Knot DNS on this machine.

Processor time of this process for 500 questions for key records, least of many rounds; told as ratios at the end.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path

import dns.asyncresolver
import dns.resolver
import pytest
from pytest_benchmark.fixture import BenchmarkFixture
from tests.line.dns.real_servers import HAS_KNOT, knot

from trustlane._core import Question
from trustlane.dns.resolver import DnsResolver

pytestmark = [
    pytest.mark.skipif(not HAS_KNOT, reason="needs the Debian package knot"),
    pytest.mark.benchmark(timer=time.process_time, min_rounds=15, max_time=1.0),
]

NAMES = [f"k{number}._domainkey.bench.test" for number in range(500)]
QUESTIONS = [Question(name, "TXT") for name in NAMES]
AT_ONCE = 50
_RECORD = f'TXT "v=DKIM1; k=rsa; p={"A" * 216}" "{"B" * 176}"'
ZONE = "@ 3600 IN SOA ns hostmaster 1 3600 600 86400 60\n@ NS ns\nns A 127.0.0.1\n" + "".join(
    f"{name}. 3600 {_RECORD}\n" for name in NAMES
)

least: dict[tuple[str, str], float] = {}
"""Seconds by case and by who asked."""


@pytest.fixture(scope="module")
def port(tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest) -> Iterator[int]:
    with knot(Path(tmp_path_factory.mktemp("knot")), {"bench.test": ZONE}) as port:
        yield port
    with request.config.pluginmanager.get_plugin("capturemanager").global_and_fixture_disabled():
        print("\n" + "\n".join(_ratios()))


def _ratios() -> Iterator[str]:
    for case in dict.fromkeys(case for case, _ in least):
        ours, theirs = least.get((case, "trustlane")), least.get((case, "dnspython"))
        if ours and theirs:
            micro = f"{ours / len(NAMES) * 1e6:.1f} us against {theirs / len(NAMES) * 1e6:.1f} us a question"
            yield f"DNS, {case}: {theirs / ours:.1f} times dnspython's questions per second ({micro})"


@pytest.mark.parametrize("who", ["trustlane", "dnspython"])
def test_not_cached_in_an_event_loop(benchmark: BenchmarkFixture, port: int, who: str) -> None:
    def ask() -> None:
        asking = _aask(_trustlane(port)) if who == "trustlane" else _aresolve(_dnspython(dns.asyncresolver, port))
        asyncio.run(_all(asking))

    _measure(benchmark, ask, "not cached, in an event loop", who)


@pytest.mark.parametrize("who", ["trustlane", "dnspython"])
def test_cached_in_an_event_loop(benchmark: BenchmarkFixture, port: int, who: str) -> None:
    asking = _aask(_trustlane(port)) if who == "trustlane" else _aresolve(_caching(dns.asyncresolver, port))
    with asyncio.Runner() as runner:
        runner.run(_all(asking))
        _measure(benchmark, lambda: runner.run(_all(asking)), "cached, in an event loop", who)


@pytest.mark.parametrize("who", ["trustlane", "dnspython"])
def test_not_cached_without_an_event_loop(benchmark: BenchmarkFixture, port: int, who: str) -> None:
    def ask() -> None:
        asking = _ask(_trustlane(port)) if who == "trustlane" else _resolve(_dnspython(dns.resolver, port))
        for number in range(len(NAMES)):
            asking(number)

    _measure(benchmark, ask, "not cached, without an event loop", who)


@pytest.mark.parametrize("who", ["trustlane", "dnspython"])
def test_cached_without_an_event_loop(benchmark: BenchmarkFixture, port: int, who: str) -> None:
    asking = _ask(_trustlane(port)) if who == "trustlane" else _resolve(_caching(dns.resolver, port))

    def ask() -> None:
        for number in range(len(NAMES)):
            asking(number)

    ask()
    _measure(benchmark, ask, "cached, without an event loop", who)


def test_ten_questions_of_one_mail_cached(benchmark: BenchmarkFixture, port: int) -> None:
    """What the cache costs a mail: all its questions are known."""
    resolver = _trustlane(port)
    resolver.ask(QUESTIONS)
    ten = [QUESTIONS[start : start + 10] for start in range(0, len(QUESTIONS), 10)]
    benchmark(lambda: [resolver.ask(questions) for questions in ten])


def _measure(benchmark: BenchmarkFixture, ask: Callable[[], object], case: str, who: str) -> None:
    benchmark(ask)
    if benchmark.stats is not None:
        least[case, who] = benchmark.stats.stats.min


async def _all(asking: Callable[[int], Awaitable[object]]) -> None:
    """All names, so many at a time."""
    numbers = iter(range(len(NAMES)))

    async def some() -> None:
        for number in numbers:
            await asking(number)

    await asyncio.gather(*(some() for _ in range(AT_ONCE)))


def _trustlane(port: int) -> DnsResolver:
    return DnsResolver(nameservers=[f"127.0.0.1:{port}"])


def _ask(resolver: DnsResolver) -> Callable[[int], object]:
    return lambda number: resolver.ask([QUESTIONS[number]])


def _aask(resolver: DnsResolver) -> Callable[[int], Awaitable[object]]:
    return lambda number: resolver.aask([QUESTIONS[number]])


def _dnspython(module: object, port: int) -> dns.resolver.BaseResolver:
    resolver = module.Resolver(configure=False)  # type: ignore[attr-defined]
    resolver.nameservers, resolver.port = ["127.0.0.1"], port
    resolver.use_edns(0, 0, 1232)
    return resolver


def _caching(module: object, port: int) -> dns.resolver.BaseResolver:
    resolver = _dnspython(module, port)
    resolver.cache = dns.resolver.LRUCache()
    return resolver


def _resolve(resolver: dns.resolver.BaseResolver) -> Callable[[int], object]:
    return lambda number: resolver.resolve(f"{NAMES[number]}.", "TXT")  # type: ignore[attr-defined]


def _aresolve(resolver: dns.resolver.BaseResolver) -> Callable[[int], Awaitable[object]]:
    return lambda number: resolver.resolve(f"{NAMES[number]}.", "TXT")  # type: ignore[attr-defined]
