"""While nobody answers, what was known stands in, if the operator wants that."""

import time
from collections.abc import Callable

import pytest
from tests.line.dns.fault_server import Fault, FaultServer

from trustlane._core import Answer, Question
from trustlane.dns.limits import DnsLimits
from trustlane.dns.resolver import STALE_AFTER_SECONDS, DnsResolver

QUESTION = Question("key.example", "A")
FOUND = Answer.found("A", ["192.0.2.1"])
LIMITS = DnsLimits(deadline_seconds=4.0, try_seconds=0.2, attempts=1, serve_stale_seconds=3600.0, failure_seconds=5.0)


class World:
    """A server that can be broken, and a clock that can be put forward."""

    def __init__(self) -> None:
        self.fault: Fault | None = Fault.SECURE
        self.now = 1000.0

    def choose(self, _name: str, _type: str) -> Fault | None:
        return self.fault

    def clock(self) -> float:
        return self.now


@pytest.mark.proves("RFC 8767 §4", "RFC 8767 §5")
@pytest.mark.parametrize("fault", [Fault.DROP, Fault.SERVFAIL, Fault.REFUSED, Fault.DAMAGED_EVERYWHERE])
def test_what_was_known_stands_in_and_nothing_vouches_for_it(fault: Fault) -> None:
    world = World()
    with FaultServer("key.example. 60 IN A 192.0.2.1", world.choose) as server:
        ask, resolver = _asking(server, world, LIMITS)
        assert ask() == Answer.found("A", ["192.0.2.1"], is_secure=True)
        world.now, world.fault = 1061.0, fault
        assert ask() == FOUND
        times = len(server.asked)
        assert ask() == FOUND
        assert len(server.asked) == times, "not asked again for failure_seconds"
        world.now, world.fault = 1067.0, None
        assert ask() == FOUND
        assert len(server.asked) == times + 1, "then asked again, and it is well"
        assert resolver.counters.stale == 2
        world.now, world.fault = 1067.0 + 60.0 + 3600.0, fault
        assert ask().status == "unavailable", "too old"


def test_nobody_waits_long_for_what_is_known_already() -> None:
    world = World()
    limits = DnsLimits(deadline_seconds=6.0, try_seconds=6.0, attempts=1, serve_stale_seconds=3600.0)
    with FaultServer("key.example. 60 IN A 192.0.2.1", world.choose) as server:
        ask, resolver = _asking(server, world, limits)
        ask()
        world.now, world.fault = 1061.0, Fault.DROP
        begun = time.monotonic()
        assert ask() == FOUND
        assert STALE_AFTER_SECONDS <= time.monotonic() - begun < 4.0
        assert resolver.counters.stale == 1


def test_without_the_setting_no_answer_is_no_answer() -> None:
    world = World()
    with FaultServer("key.example. 60 IN A 192.0.2.1", world.choose) as server:
        ask, _ = _asking(server, world, DnsLimits())
        ask()
        world.now, world.fault = 1061.0, Fault.SERVFAIL
        assert ask() == Answer.unavailable("servfail")


def test_a_denial_ends_what_was_known_before() -> None:
    """A key that was withdrawn does not come back while DNS is away."""
    world = World()
    with FaultServer("key.example. 60 IN A 192.0.2.1", world.choose) as server:
        ask, _ = _asking(server, world, LIMITS)
        ask()
        world.now, world.fault = 1061.0, Fault.NXDOMAIN
        assert ask() == Answer.nxdomain()
        world.now, world.fault = 1100.0, Fault.SERVFAIL
        assert ask() == Answer.nxdomain(), "the denial itself stands in"


def _asking(server: FaultServer, world: World, limits: DnsLimits) -> tuple[Callable[[], Answer], DnsResolver]:
    resolver = DnsResolver(nameservers=["127.0.0.1"], port=server.port, limits=limits, clock=world.clock)
    return lambda: resolver.ask([QUESTION])[QUESTION], resolver
