"""What is kept, for how long, and what has to leave."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from trustlane._core import Answer, Question
from trustlane.dns.cache import COMPILED_FACTOR, ENTRY_OCTETS, Cache
from trustlane.dns.counters import Counters
from trustlane.dns.limits import DnsLimits

NAME = Question("key.example", "TXT")
FOUND = Answer.found("TXT", [b"x"], is_secure=True)
NX, SECURE_NX, NODATA = Answer.nxdomain(), Answer.nxdomain(is_secure=True), Answer.nodata()
SERVFAIL = Answer.unavailable("servfail")

LIMITS = DnsLimits(
    ttl_floor_seconds=5,
    ttl_ceiling_seconds=100,
    negative_ceiling_seconds=50,
    failure_seconds=7,
    cache_entries=8,
    cache_octets=20_000,
)

TIMES = [
    (FOUND, 60.0, 60.0, "its time to live"),
    (FOUND, 1.0, 5.0, "not below the floor"),
    (FOUND, 0.0, 5.0, "not below the floor"),
    (FOUND, 2.0**31, 100.0, "not above the ceiling"),
    (NX, 30.0, 30.0, "as long as the SOA record says (RFC 2308 §5)"),
    (NX, 500.0, 50.0, "not above the ceiling for what is not there"),
    (NX, 0.0, 0.0, "nobody says for how long; the floor is not for what is not there"),
    (NODATA, 30.0, 30.0, "the same for a name without such a record"),
    (NODATA, 500.0, 50.0, "the same"),
    (SERVFAIL, 0.0, 7.0, "a failure for some seconds"),
    (SERVFAIL, 900.0, 7.0, "whatever it says of itself"),
]


@pytest.mark.proves("RFC 2181 §8", "RFC 2308 §5", "RFC 2308 §7.1", "RFC 2308 §7.2", "RFC 9520 §3.2", "RFC 8767 §4")
@pytest.mark.parametrize(("answer", "ttl_seconds", "kept_seconds", "reason"), TIMES)
def test_each_answer_is_kept_for_its_time(answer: Answer, ttl_seconds: float, kept_seconds: float, reason: str) -> None:
    cache = _cache()
    cache.keep(NAME, answer, ttl_seconds, 1000.0)
    assert cache.fresh(NAME, 1000.0 + kept_seconds - 0.001) == (answer if kept_seconds else None), reason
    assert cache.fresh(NAME, 1000.0 + kept_seconds) is None, reason


def test_without_a_floor_a_time_to_live_of_zero_is_for_once() -> None:
    cache = Cache(DnsLimits(), Counters())
    cache.keep(NAME, FOUND, 0.0, 1000.0)
    assert cache.fresh(NAME, 1000.0) is None


BELOW = [
    (SECURE_NX, "example", "a.b.example", SECURE_NX, "proof that a name does not exist holds for all below it"),
    (NX, "example", "a.example", None, "without proof it holds for the name alone"),
    (NX, "example", "example", NX, "for every type of it"),
    (SECURE_NX, "b.example", "example", None, "not for what is above"),
    (SECURE_NX, "b.example", "ab.example", None, "names are compared by labels"),
    (Answer.nodata(is_secure=True), "example", "a.example", None, "a name without such a record has names below it"),
]


@pytest.mark.proves("RFC 8020 §2", "RFC 2308 §5")
@pytest.mark.parametrize(("answer", "kept", "asked", "expected", "reason"), BELOW)
def test_where_there_is_no_such_name_there_is_none_below_it(
    answer: Answer, kept: str, asked: str, expected: Answer | None, reason: str
) -> None:
    cache = _cache()
    cache.keep(Question(kept, "TXT"), answer, 30.0, 1000.0)
    assert cache.fresh(Question(asked, "A"), 1001.0) == expected, reason
    assert cache.fresh(Question(asked, "A"), 1031.0) is None


def test_what_is_said_later_takes_the_place_of_what_was_said_before() -> None:
    """A name that came into being, and one that went, even where the other had longer to live."""
    cache = _cache()
    for answer in (NX, FOUND, NX, NODATA):
        cache.keep(NAME, answer, 40.0, 1000.0)
        assert cache.fresh(NAME, 1001.0) == answer
    assert cache.fresh(Question(NAME.name, "A"), 1001.0) is None, "nothing is left of NXDOMAIN"


STALE = [
    (59.0, "a failure before its time is over changes nothing", FOUND, 60.0),
    (61.0, "in need, and nothing vouches for it any more", FOUND.unproven(), 68.0),
    (961.0, "too old", SERVFAIL, 968.0),
    (956.0, "until it is too old", FOUND.unproven(), 960.0),
]


@pytest.mark.proves("RFC 8767 §4", "RFC 8767 §5")
@pytest.mark.parametrize(("failed_after", "reason", "expected", "until"), STALE)
def test_in_need_what_is_too_old_stands_in(failed_after: float, reason: str, expected: Answer, until: float) -> None:
    """For serve_stale_seconds at most, and for failure_seconds at a time: then the question is sent again."""
    counters = Counters()
    limits = DnsLimits(failure_seconds=7, serve_stale_seconds=900)
    cache = Cache(limits, counters)
    cache.keep(NAME, FOUND, 60.0, 1000.0)
    cache.keep(NAME, SERVFAIL, 0.0, 1000.0 + failed_after)
    assert cache.fresh(NAME, 1000.0 + until - 0.5) == expected, reason
    assert cache.fresh(NAME, 1000.0 + until) is None
    assert counters.stale == (expected == FOUND.unproven())


def test_without_the_setting_nothing_too_old_is_served() -> None:
    cache = _cache()
    cache.keep(NAME, FOUND, 60.0, 1000.0)
    cache.keep(NAME, SERVFAIL, 0.0, 1061.0)
    assert cache.fresh(NAME, 1062.0) == SERVFAIL
    assert cache.stale(NAME, 1062.0) is None


def test_entries_are_bounded_and_those_in_use_stay() -> None:
    counters = Counters()
    cache = Cache(LIMITS, counters)
    for number in range(100):
        cache.keep(Question(f"n{number}.example", "TXT"), FOUND, 60.0, 1000.0)
        assert cache.fresh(Question("n0.example", "TXT"), 1000.0) == FOUND, number
    assert (counters.entries, counters.evicted) == (8, 92)


def test_where_all_are_in_use_the_oldest_leaves() -> None:
    """The search for one to evict ends: work does not grow with what is kept."""
    cache = Cache(DnsLimits(cache_entries=100), Counters())
    for number in range(101):
        question = Question(f"n{number}.example", "TXT")
        cache.keep(question, FOUND, 60.0, 1000.0)
        cache.fresh(question, 1000.0)
    kept = [cache.fresh(Question(f"n{number}.example", "TXT"), 1000.0) for number in range(101)]
    assert kept.count(None) == 1


def test_octets_are_bounded() -> None:
    counters = Counters()
    cache = Cache(DnsLimits(cache_octets=100_000), counters)
    answer = Answer.found("TXT", [b"x" * 10_000])
    for number in range(20):
        cache.keep(Question(f"n{number}.example", "TXT"), answer, 60.0, 1000.0)
    assert counters.entries == 3
    assert 3 * COMPILED_FACTOR * 10_000 < counters.octets <= 100_000


def test_what_is_larger_than_all_the_cache_is_not_kept() -> None:
    counters = Counters()
    cache = Cache(DnsLimits(cache_octets=20_000), counters)
    cache.keep(NAME, Answer.found("TXT", [b"x" * 60_000]), 60.0, 1000.0)
    assert (counters.entries, counters.octets) == (0, 0)
    assert cache.fresh(NAME, 1000.0) is None


@given(st.lists(st.binary(max_size=64), max_size=5))
def test_an_answer_counts_for_its_records(records: list[bytes]) -> None:
    answer = Answer.found("TXT", records)
    assert answer.octets >= sum(map(len, records))
    assert answer.octets - sum(map(len, records)) == Answer.found("TXT", [b""]).octets * len(records)


class AnyOrder(RuleBasedStateMachine):
    """In any order of events: nothing is served beyond its time, nothing but the last word, and bounds hold."""

    NAMES = st.sampled_from(["a.example", "b.a.example", "c.example"])
    TYPES = st.sampled_from(["A", "TXT"])

    def __init__(self) -> None:
        super().__init__()
        self.now = 1000.0
        self.counters = Counters()
        self.limits = DnsLimits(cache_entries=3, ttl_ceiling_seconds=40, negative_ceiling_seconds=20, failure_seconds=5)
        self.cache = Cache(self.limits, self.counters)
        self.said: dict[tuple[str, str], tuple[Answer, float]] = {}
        self.failed_until: dict[tuple[str, str], float] = {}

    @rule(seconds=st.floats(0.0, 30.0))
    def time_passes(self, seconds: float) -> None:
        self.now += seconds

    @rule(name=NAMES, kind=TYPES, ttl_seconds=st.floats(0.0, 60.0), number=st.integers(0, 5))
    def found(self, name: str, kind: str, ttl_seconds: float, number: int) -> None:
        answer = Answer.found("TXT", [b"%d" % number])
        self.cache.keep(Question(name, kind), answer, ttl_seconds, self.now)
        self.said[name, kind] = answer, self.now + min(ttl_seconds, 40.0)

    @rule(name=NAMES, kind=TYPES, ttl_seconds=st.floats(0.0, 60.0), answer=st.sampled_from([NX, NODATA]))
    def denied(self, name: str, kind: str, ttl_seconds: float, answer: Answer) -> None:
        self.cache.keep(Question(name, kind), answer, ttl_seconds, self.now)
        until = self.now + min(ttl_seconds, 20.0)
        self.said[name, kind] = answer, until
        if answer == NX:
            self.said[name, ""] = answer, until
        else:
            self.said.pop((name, ""), None)

    @rule(name=NAMES, kind=TYPES)
    def failed(self, name: str, kind: str) -> None:
        self.cache.keep(Question(name, kind), SERVFAIL, 0.0, self.now)
        self.failed_until[name, kind] = self.now + 5.0

    @rule(name=NAMES, kind=TYPES)
    def asked(self, name: str, kind: str) -> None:
        answer = self.cache.fresh(Question(name, kind), self.now)
        said = [self.said[key] for key in ((name, kind), (name, "")) if key in self.said]
        good = [word for word, until in said if self.now < until]
        has_failed = self.now < self.failed_until.get((name, kind), 0.0)
        assert answer is None or answer in good or (answer == SERVFAIL and has_failed)

    @invariant()
    def bounds_hold(self) -> None:
        assert 0 <= self.counters.entries <= 3
        assert ENTRY_OCTETS * self.counters.entries <= self.counters.octets


TestAnyOrder = AnyOrder.TestCase


def _cache() -> Cache:
    return Cache(LIMITS, Counters())
