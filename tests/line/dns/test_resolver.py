"""Real DNS, by a server on the loopback interface that does what its names say."""

import time
from collections.abc import Iterator
from itertools import pairwise

import dns.flags
import pytest
from tests.line.dns.fault_server import FaultServer, by_first_label

from trustlane._core import Answer, Question
from trustlane.dns.channels import MAX_STRAYS, PORTS
from trustlane.dns.limits import DnsLimits
from trustlane.dns.resolver import DnsResolver
from trustlane.errors import SettingsError

A = "192.0.2.1"
LIMITS = DnsLimits(deadline_seconds=1.0, try_seconds=0.2, attempts=3, at_once=20)
LONG = " ".join(f'"{number}{"x" * 250}"' for number in range(8))
ZONE = rf"""
* 60 IN A {A}
nodata.example. 60 IN TXT x
nxdomain.example. 60 IN TXT x
six.example. 60 IN AAAA 2001:db8::1
split.example. 60 IN TXT "v=spf1 " "-all\255"
mail.example. 60 IN MX 10 A.example.
nullmx.example. 60 IN MX 0 .
srv.example. 60 IN SRV 1 2 25 Host.example.
reverse.example. 60 IN PTR Host.Example.
reverse.example. 60 IN PTR a\.b.example.
alias.example. 60 IN CNAME target.example.
target.example. 60 IN A {A}
truncate.example. 60 IN TXT {LONG}
long.example. 60 IN TXT {LONG}
"""


@pytest.fixture(scope="module")
def server() -> Iterator[FaultServer]:
    with FaultServer(ZONE, by_first_label) as made:
        yield made


FOUND = Answer.found("A", [A])
LONG_TEXT = b"".join(f"{number}{'x' * 250}".encode() for number in range(8))


def unavailable(why: str) -> Answer:
    return Answer.unavailable(why)


TABLE = [
    ("plain.example", "A", FOUND, "an address"),
    ("six.example", "AAAA", Answer.found("AAAA", ["2001:db8::1"]), "another"),
    ("split.example", "TXT", Answer.found("TXT", [b"v=spf1 -all\xff"]), "strings are joined"),
    ("mail.example", "MX", Answer.found("MX", [(10, "a.example")]), "a mail host"),
    ("nullmx.example", "MX", Answer.found("MX", [(0, ".")]), "no mail (RFC 7505 §3)"),
    ("srv.example", "SRV", Answer.found("SRV", [(1, 2, 25, "host.example")]), "a service"),
    ("reverse.example", "PTR", Answer.found("PTR", ["host.example"]), "a label with a dot is left out"),
    ("alias.example", "A", FOUND, "the server followed the alias"),
    ("cname-chain.example", "A", FOUND, "and three of them"),
    ("secure.example", "A", Answer.found("A", [A], is_secure=True), "the AD bit"),
    ("secure.example", "MX", Answer.nodata(is_secure=True), "the AD bit"),
    ("nxdomain.example", "A", Answer.nxdomain(), "no such name"),
    ("nodata.example", "A", Answer.nodata(), "no such type"),
    ("no-soa.example", "A", Answer.nxdomain(), "no such name, and nobody says for how long"),
    ("cname-dangling.example", "A", Answer.nxdomain(), "an alias to a name that does not exist"),
    ("ttl-zero.example", "A", FOUND, "for this once"),
    ("ttl-overflow.example", "A", FOUND, "a time to live that is none (RFC 2181 §8)"),
    ("truncate.example", "TXT", Answer.found("TXT", [LONG_TEXT]), "asked again over TCP"),
    ("long.example", "TXT", Answer.found("TXT", [LONG_TEXT]), "too long for one datagram of 1232 octets, or not"),
    ("delay.example", "A", FOUND, "the answer to the first try came after the second"),
    ("drop-first.example", "A", FOUND, "asked again"),
    ("garbage-before.example", "A", FOUND, "what anybody may have sent is passed over"),
    ("wrong-id-flood.example", "A", FOUND, "somebody guesses: asked again over TCP"),
    ("wrong-question.example", "A", FOUND, "somebody guessed right, or not: asked again over TCP"),
    ("other-case.example", "A", FOUND, "a server that changes the spelling is asked over TCP"),
    ("not-a-response.example", "A", FOUND, "our own query sent back: asked again over TCP"),
    ("damaged.example", "A", FOUND, "cannot be read: asked again over TCP"),
    ("trailing-junk.example", "A", FOUND, "octets after the end: asked again over TCP"),
    ("formerr-to-edns.example", "A", FOUND, "asked again without EDNS"),
    ("bare-formerr-to-edns.example", "A", FOUND, "asked again without EDNS, though the question did not come back"),
    ("servfail.example", "A", unavailable("servfail"), "the server failed"),
    ("notimp.example", "A", unavailable("servfail"), "the server cannot"),
    ("formerr.example", "A", unavailable("servfail"), "the server does not understand, with EDNS or without"),
    ("refused.example", "A", unavailable("refused"), "the server will not"),
    ("cname-loop.example", "A", unavailable("garbage"), "aliases in a circle are no answer"),
    ("truncate-tcp-garbage.example", "A", unavailable("garbage"), "what the server itself sent is no answer"),
    ("truncate-tcp-closed.example", "A", unavailable("unreachable"), "it hangs up"),
    ("truncate-tcp-silent.example", "A", unavailable("timeout"), "it says nothing over TCP"),
    ("damaged-everywhere.example", "A", unavailable("garbage"), "cannot be read over TCP either"),
    ("wrong-question-everywhere.example", "A", unavailable("garbage"), "not what was asked over TCP either"),
    ("drop.example", "A", unavailable("timeout"), "nothing came"),
    ("garbage.example", "A", unavailable("timeout"), "nothing came that counts"),
    ("wrong-id.example", "A", unavailable("timeout"), "an answer to somebody else"),
    ('a\\.b"(;.example', "A", FOUND, "signs that are special in master files only"),
]


@pytest.mark.proves("RFC 1035 §4.1", "RFC 1035 §4.1.1", "RFC 1035 §4.1.2", "RFC 1035 §4.2.2", "RFC 1035 §7.3")
@pytest.mark.proves("RFC 1122 §4.1.3.3", "RFC 2308 §2.1", "RFC 2308 §2.2", "RFC 4035 §3.2.3", "RFC 5452 §9.1")
@pytest.mark.proves("RFC 6891 §7", "RFC 7766 §5", "RFC 7766 §8")
@pytest.mark.parametrize(("name", "record_type", "answer", "reason"), TABLE)
def test_each_fault_has_its_answer(
    server: FaultServer, name: str, record_type: str, answer: Answer, reason: str
) -> None:
    question = Question(name, record_type)
    assert _resolver(server).ask([question]) == {question: answer}, reason


async def test_asking_either_way_gives_the_same_answers_to_all_questions_at_once(server: FaultServer) -> None:
    """One deadline for all of a call, not one for each question."""
    kept_apart = {"wrong-id-flood.example"}  # it has all that wait at its port asked over TCP, where some find nobody
    table = {Question(name, kind): answer for name, kind, answer, _ in TABLE if name not in kept_apart}
    begun = time.monotonic()
    limits = DnsLimits(deadline_seconds=2.0, try_seconds=0.4)
    assert _resolver(server, limits).ask(list(table)) == table
    assert await _resolver(server, limits).aask(list(table)) == table
    assert time.monotonic() - begun < 8.0


async def test_no_questions_are_no_work(server: FaultServer) -> None:
    assert _resolver(server).ask([]) == {}
    assert await _resolver(server).aask([]) == {}


@pytest.mark.parametrize("way", ["ask", "aask"])
async def test_more_questions_than_go_at_once_share_one_deadline(server: FaultServer, way: str) -> None:
    resolver = _resolver(server)
    questions = [Question(f"drop.n{number}.example", "A") for number in range(2 * LIMITS.at_once + 1)]
    begun = time.monotonic()
    answers = resolver.ask(questions) if way == "ask" else await resolver.aask(questions)
    assert answers == dict.fromkeys(questions, unavailable("timeout"))
    assert time.monotonic() - begun < 3.0


@pytest.mark.proves("RFC 6840 §5.7", "RFC 6891 §6.2.3", "RFC 6891 §6.2.5", "RFC 8200 §5")
def test_a_question_wishes_for_recursion_and_proof_and_says_how_much_may_come(server: FaultServer) -> None:
    _resolver(server).ask([Question("plain.wish.example", "A")])
    asked = _asked(server, "plain.wish.example.")[-1]
    assert asked.flags & (dns.flags.RD | dns.flags.AD) == dns.flags.RD | dns.flags.AD
    assert (asked.edns, asked.payload, asked.ednsflags) == (0, 1232, 0)


@pytest.mark.proves("RFC 6891 §6.2.2", "RFC 6891 §6.1.3")
def test_a_server_without_edns_is_remembered(server: FaultServer) -> None:
    resolver = _resolver(server)
    resolver.ask([Question("formerr-to-edns.one.example", "A")])
    resolver.ask([Question("formerr-to-edns.two.example", "A")])
    assert [one.edns for one in _asked(server, "formerr-to-edns.one.example.")] == [0, -1]
    assert [one.edns for one in _asked(server, "formerr-to-edns.two.example.")] == [-1]


@pytest.mark.proves("RFC 5452 §9.2")
def test_port_identifier_and_spelling_cannot_be_guessed() -> None:
    """Over some hundred questions each is seen to vary as chance would have it."""
    with FaultServer(ZONE, by_first_label) as server:
        resolver = _resolver(server, DnsLimits())
        resolver.ask([Question(f"a.chance{number}.example", "A") for number in range(300)])
        asked = [query for way, query in server.asked if way == "udp"]
    assert len(server.ports) == PORTS, "several ports at a time"
    identifiers = [query.id for query in asked]
    assert len(set(identifiers)) > 290
    assert sum(earlier < later for earlier, later in pairwise(identifiers)) in range(100, 200)
    spellings = "".join(query.question[0].name.to_text() for query in asked)
    letters = [letter for letter in spellings if letter.isalpha()]
    assert 0.4 < sum(letter.isupper() for letter in letters) / len(letters) < 0.6


@pytest.mark.proves("RFC 5452 §9.3")
def test_a_port_at_which_somebody_guesses_is_given_up(server: FaultServer) -> None:
    resolver = _resolver(server)
    resolver.ask([Question("wrong-id-flood.guess.example", "A")])
    assert server.count("wrong-id-flood.guess.example.", "tcp") == 1
    assert resolver.counters.strays >= MAX_STRAYS
    assert resolver.counters.over_tcp == 1


def test_where_no_way_leads_to_a_server_it_is_unreachable() -> None:
    question = Question("a.example", "A")
    resolver = DnsResolver(nameservers=["255.255.255.255"], limits=LIMITS)
    assert resolver.ask([question]) == {question: unavailable("unreachable")}


def test_where_nobody_listens_the_server_is_unreachable_and_that_takes_no_time() -> None:
    with FaultServer("", by_first_label) as gone:
        port = gone.port
    question = Question("a.example", "A")
    begun = time.monotonic()
    assert DnsResolver(nameservers=["127.0.0.1"], port=port, limits=LIMITS).ask([question]) == {
        question: unavailable("unreachable")
    }
    assert time.monotonic() - begun < LIMITS.try_seconds


@pytest.mark.parametrize("nameservers", [[], ["localhost"], ["127.0.0.1", "https://dns.example/"], ["::1:53x"]])
def test_only_addresses_are_nameservers(nameservers: list[str]) -> None:
    with pytest.raises(SettingsError, match=r"dns\.nameservers"):
        DnsResolver(nameservers=nameservers)


@pytest.mark.parametrize("nameserver", ["127.0.0.1:{port}"])
def test_a_nameserver_may_have_its_own_port(server: FaultServer, nameserver: str) -> None:
    question = Question("plain.example", "A")
    resolver = DnsResolver(nameservers=[nameserver.format(port=server.port)], limits=LIMITS)
    assert resolver.ask([question]) == {question: FOUND}


def _resolver(server: FaultServer, limits: DnsLimits = LIMITS) -> DnsResolver:
    return DnsResolver(nameservers=["127.0.0.1"], port=server.port, limits=limits)


def _asked(server: FaultServer, name: str) -> list[dns.message.Message]:
    return [query for _, query in server.asked if query.question[0].name.to_text().lower() == name]
