"""Several servers: the preferred one first, one that fails rests, and a question goes on to the next."""

from collections.abc import Iterator

import pytest
from tests.line.dns.fault_server import Fault, FaultServer, by_first_label

from trustlane._core import Answer, Question
from trustlane.dns.limits import DnsLimits
from trustlane.dns.resolver import DnsResolver
from trustlane.dns.servers import FAILURES_IN_A_ROW, Course, Server

LIMITS = DnsLimits(deadline_seconds=10, try_seconds=1, attempts=6, rest_seconds=2, max_rest_seconds=5)
FOUND = Answer.found("A", ["192.0.2.1"])


def test_all_servers_are_tried_in_order_and_again_with_twice_the_time() -> None:
    course = Course(_servers("a", "b"), LIMITS, 0.0)
    tries = [course.next(0.0) for _ in range(6)]
    assert [(one.server.name, one.seconds) for one in tries if one] == [
        ("a", 1.0),
        ("b", 1.0),
        ("a", 2.0),
        ("b", 2.0),
        ("a", 4.0),
        ("b", 4.0),
    ]
    assert course.next(0.0) is None, "attempts are counted"


def test_no_try_goes_beyond_the_deadline() -> None:
    course = Course(_servers("a"), LIMITS, 100.0)
    last = course.next(109.7)
    assert last is not None
    assert last.seconds == pytest.approx(0.3)
    assert course.next(110.0) is None


def test_a_server_that_has_spoken_is_not_asked_again() -> None:
    a, b = servers = _servers("a", "b")
    course = Course(servers, LIMITS, 0.0)
    course.exclude(a)
    assert [one.server for one in (course.next(0.0), course.next(0.0)) if one] == [b, b]
    course.exclude(b)
    assert course.next(0.0) is None


RESTS = [
    (0, 0.0, "no failure"),
    (FAILURES_IN_A_ROW - 1, 0.0, "a datagram or two may be lost"),
    (FAILURES_IN_A_ROW, 2.0, "then it rests"),
    (FAILURES_IN_A_ROW + 1, 4.0, "twice as long"),
    (FAILURES_IN_A_ROW + 2, 5.0, "up to a limit"),
    (FAILURES_IN_A_ROW + 5000, 5.0, "however often"),
]


@pytest.mark.parametrize(("failures", "rests", "reason"), RESTS)
def test_a_server_that_fails_rests(failures: int, rests: float, reason: str) -> None:
    (server,) = _servers("a")
    for _ in range(failures):
        server.failed(LIMITS, 0.0, at_once=False)
    assert server.rests_until == rests, reason


def test_where_no_way_leads_there_a_server_rests_at_once_and_an_answer_ends_that() -> None:
    (server,) = _servers("a")
    server.failed(LIMITS, 0.0, at_once=True)
    assert server.rests_until == 2.0
    server.answered()
    assert (server.failures, server.rests_until) == (0, 0.0)


def test_while_a_server_rests_others_come_first_and_then_one_question_sees_whether_it_is_back() -> None:
    a, b = servers = _servers("a", "b")
    a.failed(LIMITS, 0.0, at_once=True)

    def first(now: float) -> Server | None:
        found = Course(servers, LIMITS, now).next(now)
        return found.server if found else None

    assert first(1.9) is b
    assert first(2.0) is a, "it may be back"
    assert first(2.1) is b, "while that is not known, others do not wait for it"
    assert Course([a], LIMITS, 2.2).next(2.2), "alone it is asked in any case"


@pytest.fixture(scope="module")
def good() -> Iterator[FaultServer]:
    with FaultServer("* 60 IN A 192.0.2.1", lambda _name, _type: None) as made:
        yield made


@pytest.mark.parametrize(
    "fault", [Fault.DROP, Fault.SERVFAIL, Fault.REFUSED, Fault.FORMERR, Fault.GARBAGE, Fault.TRUNCATE_TCP_CLOSED]
)
def test_what_one_server_cannot_tell_the_next_one_is_asked(good: FaultServer, fault: Fault) -> None:
    question = Question(f"{fault}.next.example", "A")
    with FaultServer("", by_first_label) as bad:
        assert _resolver(bad.port, good.port).ask([question]) == {question: FOUND}
        assert bad.count(question.name, "udp") >= 1


def test_a_server_out_of_reach_is_passed_over(good: FaultServer) -> None:
    question = Question("plain.example", "A")
    resolver = DnsResolver(nameservers=["255.255.255.255", f"127.0.0.1:{good.port}"], limits=LIMITS)
    assert resolver.ask([question]) == {question: FOUND}


def test_a_server_that_is_gone_is_not_asked_by_each_question(good: FaultServer) -> None:
    with FaultServer("", by_first_label) as silent:
        resolver = _resolver(silent.port, good.port)
        questions = [Question(f"drop.n{number}.example", "A") for number in range(12)]
        for question in questions:
            assert resolver.ask([question]) == {question: FOUND}
        assert len(silent.asked) <= FAILURES_IN_A_ROW + 1


def test_when_all_fail_the_last_cause_is_told() -> None:
    question = Question("refused.example", "A")
    with FaultServer("", lambda _name, _type: Fault.SERVFAIL) as one, FaultServer("", by_first_label) as other:
        assert _resolver(one.port, other.port).ask([question]) == {question: Answer.unavailable("refused")}


def _servers(*names: str) -> list[Server]:
    return [Server(name, 0, None) for name in names]


def _resolver(*ports: int) -> DnsResolver:
    limits = DnsLimits(deadline_seconds=3, try_seconds=0.1, rest_seconds=30)
    return DnsResolver(nameservers=[f"127.0.0.1:{port}" for port in ports], limits=limits)
