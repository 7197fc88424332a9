"""Real DNS, by a server on the loopback interface that does what its names say."""

import socket
import time
from collections.abc import Iterator
from threading import Thread

import dns.flags
import dns.message
import dns.rcode
import dns.rrset
import pytest

from trustlane._core import Answer, Question
from trustlane.dns.resolver import AT_ONCE, DnsResolver
from trustlane.errors import SettingsError

A = "192.0.2.1"


class Server:
    """Answers each question by the first label of its name."""

    def __init__(self) -> None:
        self._tcp = socket.create_server(("127.0.0.1", 0))
        self.port = self._tcp.getsockname()[1]
        self._udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._udp.bind(("127.0.0.1", self.port))
        self.asked: list[dns.message.Message] = []
        for work in (self._serve_udp, self._serve_tcp):
            Thread(target=work, daemon=True).start()

    def close(self) -> None:
        for endpoint in (self._udp, self._tcp):
            endpoint.shutdown(socket.SHUT_RDWR) if endpoint is self._tcp else None
            endpoint.close()

    def _serve_udp(self) -> None:
        while True:
            try:
                octets, client = self._udp.recvfrom(4096)
            except OSError:
                return
            for datagram in self._datagrams(octets):
                self._udp.sendto(datagram, client)

    def _serve_tcp(self) -> None:
        while True:
            try:
                connection, _ = self._tcp.accept()
            except OSError:
                return
            with connection:
                length = int.from_bytes(connection.recv(2, socket.MSG_WAITALL))
                question = dns.message.from_wire(connection.recv(length, socket.MSG_WAITALL))
                octets = (
                    b"\xa5" * 40 if _first_label(question) == "tcpgarbage" else _long(question).to_wire(max_size=65535)
                )
                connection.sendall(len(octets).to_bytes(2) + octets)

    def _datagrams(self, octets: bytes) -> Iterator[bytes]:
        question = dns.message.from_wire(octets)
        self.asked.append(question)
        reply = dns.message.make_response(question)
        match _first_label(question):
            case "drop":
                return
            case "servfail" | "refused" | "nxdomain" | "notimp" as word:
                reply.set_rcode(dns.rcode.from_text(word))
            case "securenx":
                reply.set_rcode(dns.rcode.NXDOMAIN)
                reply.flags |= dns.flags.AD
            case "nodata":
                pass
            case "garbage":
                yield b"\xa5" * 40
                return
            case "wrongid":
                _add(reply, question.question[0].name.to_text(), "A", "203.0.113.66")
                reply.id ^= 1
            case "lateright":
                yield b"\xa5" * 40
                _add(reply, question.question[0].name.to_text(), "A", A)
            case "otherquestion":
                reply.question = [dns.rrset.from_text("other.example.", 60, "IN", "A")]
            case "truncated" | "tcpgarbage":
                reply.flags |= dns.flags.TC
            case "alias":
                _add(reply, question.question[0].name.to_text(), "CNAME", "target.example.")
                _add(reply, "target.example.", "A", A)
            case "dangling":
                _add(reply, question.question[0].name.to_text(), "CNAME", "nowhere.example.")
            case "circle":
                _add(reply, question.question[0].name.to_text(), "CNAME", "back.example.")
                _add(reply, "back.example.", "CNAME", question.question[0].name.to_text())
            case "secure":
                reply.flags |= dns.flags.AD
                _add(reply, question.question[0].name.to_text(), "A", A)
            case "split":
                _add(reply, question.question[0].name.to_text(), "TXT", r'"v=spf1 " "-all\255"')
            case "mail":
                _add(reply, question.question[0].name.to_text(), "MX", "10 A.example.")
            case "nullmx":
                _add(reply, question.question[0].name.to_text(), "MX", "0 .")
            case "reverse":
                _add(reply, question.question[0].name.to_text(), "PTR", "Host.Example.", r"a\.b.example.")
            case "six":
                _add(reply, question.question[0].name.to_text(), "AAAA", "2001:db8::1")
            case _:
                _add(reply, question.question[0].name.to_text(), "A", A)
        yield reply.to_wire()


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    made = Server()
    yield made
    made.close()


TABLE = [
    ("plain.example", "A", Answer.found("A", [A]), "an address"),
    ("six.example", "AAAA", Answer.found("AAAA", ["2001:db8::1"]), "another"),
    ("split.example", "TXT", Answer.found("TXT", [b"v=spf1 -all\xff"]), "strings are joined"),
    ("mail.example", "MX", Answer.found("MX", [(10, "a.example")]), "a mail host"),
    ("nullmx.example", "MX", Answer.found("MX", [(0, ".")]), "no mail (RFC 7505 §3)"),
    ("reverse.example", "PTR", Answer.found("PTR", ["host.example"]), "a label with a dot is left out"),
    ("alias.example", "A", Answer.found("A", [A]), "the server followed the alias"),
    ("secure.example", "A", Answer.found("A", [A], is_secure=True), "the AD bit"),
    ("securenx.example", "A", Answer.nxdomain(is_secure=True), "the AD bit"),
    ("nxdomain.example", "A", Answer.nxdomain(), "no such name"),
    ("nodata.example", "A", Answer.nodata(), "no such type"),
    ("dangling.example", "A", Answer.nodata(), "an alias to a name without such a record"),
    ("truncated.example", "TXT", Answer.found("TXT", [b"x" * 2000]), "asked again over TCP"),
    ("lateright.example", "A", Answer.found("A", [A]), "what anybody may have sent is passed over"),
    ("servfail.example", "A", Answer.unavailable("servfail"), "the server failed"),
    ("notimp.example", "A", Answer.unavailable("servfail"), "the server cannot"),
    ("refused.example", "A", Answer.unavailable("refused"), "the server will not"),
    ("circle.example", "A", Answer.unavailable("garbage"), "aliases in a circle are no answer"),
    ("tcpgarbage.example", "A", Answer.unavailable("garbage"), "what the server itself sent is no answer"),
    ("drop.example", "A", Answer.unavailable("timeout"), "nothing came"),
    ("garbage.example", "A", Answer.unavailable("timeout"), "nothing came that counts"),
    ("wrongid.example", "A", Answer.unavailable("timeout"), "an answer to somebody else"),
    ("otherquestion.example", "A", Answer.unavailable("timeout"), "an answer to something else"),
    ('a\\.b"(;.example', "A", Answer.found("A", [A]), "signs that are special in master files only"),
]


@pytest.mark.parametrize(("name", "record_type", "answer", "reason"), TABLE)
def test_each_fault_has_its_answer(server: Server, name: str, record_type: str, answer: Answer, reason: str) -> None:
    question = Question(name, record_type)
    assert _resolver(server).ask([question]) == {question: answer}, reason


async def test_asking_either_way_gives_the_same_answers_to_all_questions_at_once(server: Server) -> None:
    questions = {Question(name, record_type): answer for name, record_type, answer, _ in TABLE}
    resolver = _resolver(server)
    begun = time.monotonic()
    assert resolver.ask(list(questions)) == questions
    assert await resolver.aask(list(questions)) == questions
    assert time.monotonic() - begun < 4.0, "one deadline for all of a call, not one for each question"


async def test_no_questions_are_no_work(server: Server) -> None:
    assert _resolver(server).ask([]) == {}
    assert await _resolver(server).aask([]) == {}


@pytest.mark.parametrize("way", ["ask", "aask"])
async def test_more_questions_than_go_at_once_share_one_deadline(server: Server, way: str) -> None:
    resolver = _resolver(server)
    questions = [Question(f"drop.n{number}.example", "A") for number in range(2 * AT_ONCE + 1)]
    begun = time.monotonic()
    answers = resolver.ask(questions) if way == "ask" else await resolver.aask(questions)
    assert answers == dict.fromkeys(questions, Answer.unavailable("timeout"))
    assert time.monotonic() - begun < 3.0


def test_a_question_wishes_for_recursion_and_proof_and_says_how_much_may_come(server: Server) -> None:
    _resolver(server).ask([Question("plain.wish.example", "A")])
    asked = next(it for it in reversed(server.asked) if it.question[0].name.to_text() == "plain.wish.example.")
    assert asked.flags & (dns.flags.RD | dns.flags.AD) == dns.flags.RD | dns.flags.AD
    assert (asked.edns, asked.payload, asked.ednsflags) == (0, 1232, 0)


def test_where_no_way_leads_to_a_server_it_is_unreachable() -> None:
    question = Question("a.example", "A")
    resolver = DnsResolver(nameservers=["255.255.255.255"], deadline_seconds=0.5)
    assert resolver.ask([question]) == {question: Answer.unavailable("unreachable")}


def test_a_server_that_is_down_is_passed_over_for_the_next(server: Server) -> None:
    question = Question("plain.example", "A")
    resolver = DnsResolver(
        nameservers=["255.255.255.255", "127.0.0.1"], port=server.port, deadline_seconds=2.0, per_try_seconds=0.3
    )
    assert resolver.ask([question]) == {question: Answer.found("A", [A])}


@pytest.mark.parametrize("nameservers", [[], ["localhost"], ["127.0.0.1", "https://dns.example/"]])
def test_only_addresses_are_nameservers(nameservers: list[str]) -> None:
    with pytest.raises(SettingsError, match=r"dns\.nameservers"):
        DnsResolver(nameservers=nameservers)


def _resolver(server: Server) -> DnsResolver:
    return DnsResolver(nameservers=["127.0.0.1"], port=server.port, deadline_seconds=1.0, per_try_seconds=0.3)


def _first_label(message: dns.message.Message) -> str:
    return message.question[0].name.labels[0].decode()


def _add(reply: dns.message.Message, name: str, record_type: str, *records: str) -> None:
    reply.answer.append(dns.rrset.from_text(name, 60, "IN", record_type, *records))


def _long(question: dns.message.Message) -> dns.message.Message:
    reply = dns.message.make_response(question)
    _add(reply, question.question[0].name.to_text(), "TXT", " ".join(["x" * 250] * 8))
    return reply
