"""A DNS server on the loopback interface that answers out of a zone, and does wrong where it is told to."""

import socket
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from enum import StrEnum
from threading import Thread
from types import TracebackType
from typing import Self

import dns.exception
import dns.flags
import dns.message
import dns.name
import dns.rcode
import dns.rdataclass
import dns.rdatatype
import dns.rrset
import dns.zone


class Fault(StrEnum):
    """What is done instead of answering well."""

    DROP = "drop"
    DROP_FIRST = "drop-first"
    DELAY = "delay"
    TRUNCATE = "truncate"
    TRUNCATE_TCP_CLOSED = "truncate-tcp-closed"
    TRUNCATE_TCP_GARBAGE = "truncate-tcp-garbage"
    TRUNCATE_TCP_SILENT = "truncate-tcp-silent"
    WRONG_ID = "wrong-id"
    WRONG_ID_FLOOD = "wrong-id-flood"
    WRONG_QUESTION = "wrong-question"
    WRONG_QUESTION_EVERYWHERE = "wrong-question-everywhere"
    OTHER_CASE = "other-case"
    NOT_A_RESPONSE = "not-a-response"
    SERVFAIL = "servfail"
    REFUSED = "refused"
    NOTIMP = "notimp"
    FORMERR_TO_EDNS = "formerr-to-edns"
    BARE_FORMERR_TO_EDNS = "bare-formerr-to-edns"
    FORMERR = "formerr"
    GARBAGE = "garbage"
    GARBAGE_BEFORE = "garbage-before"
    DAMAGED = "damaged"
    DAMAGED_EVERYWHERE = "damaged-everywhere"
    TRAILING_JUNK = "trailing-junk"
    TTL_ZERO = "ttl-zero"
    TTL_OVERFLOW = "ttl-overflow"
    CNAME_LOOP = "cname-loop"
    CNAME_CHAIN = "cname-chain"
    CNAME_DANGLING = "cname-dangling"
    HUGE = "huge"
    NXDOMAIN = "nxdomain"
    NODATA = "nodata"
    NO_SOA = "no-soa"
    SECURE = "secure"


DELAY_SECONDS = 0.35
GARBAGE = b"\xa5" * 40
SOA = "ns.example. hostmaster.example. 1 3600 600 86400 30"

Choose = Callable[[str, str], Fault | None]
"""Which fault a question meets, by name and type."""


class FaultServer:
    """Answers by UDP and TCP on one port; tells what it was asked.

    Attributes:
        asked: each query that came, and by which way: ``udp`` or ``tcp``.
    """

    def __init__(self, zone: str, choose: Choose) -> None:
        self._zone = dns.zone.from_text(
            f"$TTL 60\n@ 3600 IN SOA {SOA}\n@ IN NS ns.example.\n{zone}", ".", relativize=False
        )
        self._choose = choose
        self._tcp, self._udp = _on_one_port()
        self.port: int = self._tcp.getsockname()[1]
        self.asked: list[tuple[str, dns.message.Message]] = []
        self.ports: set[int] = set()
        self._held: list[socket.socket] = []
        self._threads = [Thread(target=work, daemon=True) for work in (self._serve_udp, self._serve_tcp)]
        for thread in self._threads:
            thread.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type | None, error: BaseException | None, trace: TracebackType | None) -> None:
        for endpoint in (self._tcp, self._udp):
            with suppress(OSError):  # also wakes who reads from it
                endpoint.shutdown(socket.SHUT_RDWR)
        for thread in self._threads:
            thread.join()
        for endpoint in (self._tcp, self._udp, *self._held):
            endpoint.close()

    def count(self, name: str, way: str | None = None) -> int:
        """How often a name was asked for."""
        wanted = dns.name.from_text(name)
        return sum(one.question[0].name == wanted and way in (None, by) for by, one in list(self.asked))

    def _serve_udp(self) -> None:
        while True:
            try:
                octets, client = self._udp.recvfrom(4096)
            except OSError:
                return
            if not octets:
                return
            self.ports.add(client[1])
            query = dns.message.from_wire(octets)
            fault = self._fault(query)
            times = self.count(str(query.question[0].name), "udp")
            self.asked.append(("udp", query))
            if fault is Fault.DELAY:
                Thread(target=self._late, args=(self._reply(query, fault).to_wire(), client), daemon=True).start()
                continue
            if fault is Fault.DROP or (fault is Fault.DROP_FIRST and times == 0):
                continue
            with suppress(OSError):  # the test is over
                for datagram in self._datagrams(query, fault):
                    self._udp.sendto(datagram, client)

    def _late(self, octets: bytes, client: tuple[str, int]) -> None:
        time.sleep(DELAY_SECONDS)
        with suppress(OSError):  # the test is over
            self._udp.sendto(octets, client)

    def _serve_tcp(self) -> None:
        while True:
            try:
                connection, _ = self._tcp.accept()
            except OSError:
                return
            Thread(target=self._talk, args=(connection,), daemon=True).start()

    def _talk(self, connection: socket.socket) -> None:
        with connection:
            try:
                length = int.from_bytes(connection.recv(2, socket.MSG_WAITALL))
                query = dns.message.from_wire(connection.recv(length, socket.MSG_WAITALL))
            except (OSError, dns.exception.DNSException):
                return  # the client went away
            self.asked.append(("tcp", query))
            fault = self._fault(query)
            match fault:
                case Fault.TRUNCATE_TCP_CLOSED:
                    return
                case Fault.TRUNCATE_TCP_SILENT:
                    self._held.append(connection.dup())
                    return
                case Fault.TRUNCATE_TCP_GARBAGE:
                    octets = GARBAGE
                case Fault.DAMAGED_EVERYWHERE:
                    octets = _damaged(self._reply(query, None))
                case Fault.WRONG_QUESTION_EVERYWHERE:
                    octets = _about_another(self._reply(query, None)).to_wire(max_size=65535)
                case Fault.HUGE | Fault.CNAME_LOOP:
                    octets = self._reply(query, fault).to_wire(max_size=65535)
                case _:
                    octets = self._reply(query, None).to_wire(max_size=65535)
            with suppress(OSError):  # the client went away
                connection.sendall(len(octets).to_bytes(2) + octets)

    def _fault(self, query: dns.message.Message) -> Fault | None:
        question = query.question[0]
        name = question.name.to_text(omit_final_dot=True).lower()
        return self._choose(name, dns.rdatatype.to_text(question.rdtype))

    def _datagrams(self, query: dns.message.Message, fault: Fault | None) -> Iterator[bytes]:
        reply = self._reply(query, fault)
        match fault:
            case (
                Fault.TRUNCATE
                | Fault.TRUNCATE_TCP_CLOSED
                | Fault.TRUNCATE_TCP_GARBAGE
                | Fault.TRUNCATE_TCP_SILENT
                | Fault.HUGE
            ):
                reply = dns.message.make_response(query)
                reply.flags |= dns.flags.TC | dns.flags.RA
                yield reply.to_wire()
            case Fault.WRONG_ID:
                reply.id ^= 1
                yield reply.to_wire()
            case Fault.WRONG_ID_FLOOD:
                for number in range(1, 200):
                    yield (query.id ^ number).to_bytes(2) + reply.to_wire()[2:]
            case Fault.WRONG_QUESTION | Fault.WRONG_QUESTION_EVERYWHERE:
                yield _about_another(reply).to_wire()
            case Fault.OTHER_CASE:
                octets, name = reply.to_wire(), query.question[0].name.to_wire()
                yield octets.replace(name, name.swapcase())
            case Fault.NOT_A_RESPONSE:
                reply.flags &= ~dns.flags.QR
                yield reply.to_wire()
            case Fault.GARBAGE:
                yield GARBAGE
            case Fault.GARBAGE_BEFORE:
                yield GARBAGE
                yield reply.to_wire()
            case Fault.DAMAGED | Fault.DAMAGED_EVERYWHERE:
                yield _damaged(reply)
            case Fault.TRAILING_JUNK:
                yield reply.to_wire() + b"\0"
            case Fault.BARE_FORMERR_TO_EDNS if query.edns >= 0:
                yield query.id.to_bytes(2) + b"\x80\x01" + b"\0" * 8
            case _:
                yield _within(query, reply)

    def _reply(self, query: dns.message.Message, fault: Fault | None) -> dns.message.Message:
        reply = dns.message.make_response(query, recursion_available=True)
        name = query.question[0].name
        match fault:
            case Fault.SERVFAIL | Fault.REFUSED | Fault.NOTIMP | Fault.FORMERR:
                reply.set_rcode(dns.rcode.from_text(fault.value))
            case Fault.FORMERR_TO_EDNS if query.edns >= 0:
                reply.set_rcode(dns.rcode.FORMERR)
                reply.use_edns(-1)
            case Fault.NXDOMAIN | Fault.NODATA | Fault.NO_SOA:
                reply.set_rcode(dns.rcode.NOERROR if fault is Fault.NODATA else dns.rcode.NXDOMAIN)
                if fault is not Fault.NO_SOA:
                    self._deny(reply)
            case Fault.CNAME_LOOP:
                _add(reply, name, "CNAME", "loop.example.")
                _add(reply, dns.name.from_text("loop.example."), "CNAME", name.to_text())
            case Fault.CNAME_CHAIN:
                self._chain(reply, name, query.question[0].rdtype)
            case Fault.CNAME_DANGLING:
                _add(reply, name, "CNAME", "nowhere.example.")
                reply.set_rcode(dns.rcode.NXDOMAIN)
                self._deny(reply)
            case Fault.HUGE:
                _add(reply, name, "TXT", *(f'"{number} {"x" * 240}"' for number in range(200)))
            case _:
                self._answer(reply, name, query.question[0].rdtype)
        if fault is Fault.SECURE:
            reply.flags |= dns.flags.AD
        for records in reply.answer:
            records.ttl = {Fault.TTL_ZERO: 0, Fault.TTL_OVERFLOW: 2**31 + 5}.get(fault, records.ttl)  # type: ignore[call-overload]
        return reply

    def _answer(self, reply: dns.message.Message, name: dns.name.Name, record_type: dns.rdatatype.RdataType) -> None:
        for _ in range(9):
            records, alias = self._records(name, record_type), self._records(name, dns.rdatatype.CNAME)
            if records is not None:
                reply.answer.append(records)
                return
            if alias is None:
                reply.set_rcode(dns.rcode.NOERROR if self._exists(name) or self._has_wildcard() else dns.rcode.NXDOMAIN)
                self._deny(reply)
                return
            reply.answer.append(alias)
            name = alias[0].target
        reply.set_rcode(dns.rcode.SERVFAIL)

    def _chain(self, reply: dns.message.Message, name: dns.name.Name, record_type: dns.rdatatype.RdataType) -> None:
        """Three aliases of different age, then what the name has."""
        owner = name
        for number, ttl in ((1, 300), (2, 7), (3, 900)):
            target = dns.name.from_text(f"alias{number}.example.")
            reply.answer.append(dns.rrset.from_text(owner, ttl, "IN", "CNAME", target.to_text()))
            owner = target
        found = self._records(name, record_type)
        if found is not None:
            reply.answer.append(dns.rrset.from_rdata_list(owner, found.ttl, list(found)))

    def _records(self, name: dns.name.Name, record_type: dns.rdatatype.RdataType) -> dns.rrset.RRset | None:
        owner = name if self._exists(name) else dns.name.from_text("*.")
        found = self._zone.get_rdataset(owner, record_type)
        return None if found is None else dns.rrset.from_rdata_list(name, found.ttl, list(found))

    def _exists(self, name: dns.name.Name) -> bool:
        return any(one.is_subdomain(name) for one in self._zone.nodes)

    def _has_wildcard(self) -> bool:
        return dns.name.from_text("*.") in self._zone.nodes

    def _deny(self, reply: dns.message.Message) -> None:
        reply.authority.append(dns.rrset.from_text(dns.name.root, 3600, "IN", "SOA", SOA))


def by_first_label(name: str, record_type: str) -> Fault | None:
    """Names tell what they meet, as ``drop.example``."""
    word = name.partition(".")[0]
    return Fault(word) if word in list(Fault) else None


def _add(reply: dns.message.Message, name: dns.name.Name, record_type: str, *records: str) -> None:
    reply.answer.append(dns.rrset.from_text(name, 60, "IN", record_type, *records))


def _within(query: dns.message.Message, reply: dns.message.Message) -> bytes:
    """The reply, or where it is longer than what may come, only that it is."""
    octets = reply.to_wire(max_size=65535)
    if len(octets) <= max(query.payload, 512):
        return octets
    reply = dns.message.make_response(query, recursion_available=True)
    reply.flags |= dns.flags.TC
    return reply.to_wire()


def _about_another(reply: dns.message.Message) -> dns.message.Message:
    reply.question = [dns.rrset.RRset(dns.name.from_text("other.example."), dns.rdataclass.IN, dns.rdatatype.TXT)]
    return reply


def _damaged(reply: dns.message.Message) -> bytes:
    """The first record claims to be longer than what is there."""
    octets = reply.to_wire()
    return octets[:-9] if reply.answer else octets[:6] + b"\0\x09" + octets[8:]


def _on_one_port() -> tuple[socket.socket, socket.socket]:
    """A port that is free for both ways; one that is free for TCP may be taken for UDP, by a resolver under test."""
    while True:
        tcp = socket.create_server(("127.0.0.1", 0))
        udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        try:
            udp.bind(tcp.getsockname())
        except OSError:
            tcp.close()
            udp.close()
            continue
        return tcp, udp
