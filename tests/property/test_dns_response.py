"""Whatever a server may say, the core reads it as dnspython does."""

from collections.abc import Sequence

import dns.exception
import dns.flags
import dns.message
import dns.name
import dns.rcode
import dns.rdatatype
import dns.rrset
import pytest
from hypothesis import given
from hypothesis import strategies as st

from trustlane._core import Answer, Question
from trustlane.dns.query import Query
from trustlane.dns.records import found
from trustlane.dns.response import Heard, Other, read

NAMES = ["key.example.", "alias.example.", "b.example.", "example.", "other.test.", "a-b_c.Example."]
LABELS = st.sampled_from(NAMES)
TTLS = st.one_of(st.sampled_from([0, 1, 2**31 - 1, 2**31, 2**32 - 1]), st.integers(0, 100_000))
TYPES = st.sampled_from(["A", "AAAA", "MX", "PTR", "SRV", "TXT"])
DATA = {
    "A": st.ip_addresses(v=4).map(str),
    "AAAA": st.ip_addresses(v=6).map(str),
    "MX": st.tuples(st.integers(0, 65535), st.one_of(st.just("."), LABELS)).map(lambda one: f"{one[0]} {one[1]}"),
    "PTR": LABELS,
    "SRV": st.tuples(st.integers(0, 65535), LABELS).map(lambda one: f"1 2 {one[0]} {one[1]}"),
    "TXT": st.lists(st.binary(max_size=300), min_size=1, max_size=3).map(
        lambda texts: " ".join('"' + "".join(f"\\{octet:03}" for octet in text[:255]) + '"' for text in texts)
    ),
    "CNAME": LABELS,
}


@st.composite
def rrsets(draw: st.DrawFn) -> dns.rrset.RRset:
    kind = draw(st.sampled_from(sorted(DATA)))
    records = draw(st.lists(DATA[kind], min_size=1, max_size=1 if kind == "CNAME" else 3, unique=True))
    return dns.rrset.from_text(draw(LABELS), draw(TTLS) % 2**31, "IN", kind, *records)


@st.composite
def soas(draw: st.DrawFn) -> dns.rrset.RRset:
    owner = draw(st.sampled_from(["example.", ".", "b.example.", "unrelated."]))
    minimum = draw(st.integers(0, 100_000))
    return dns.rrset.from_text(owner, draw(TTLS) % 2**31, "IN", "SOA", f"ns. host. 1 2 3 4 {minimum}")


@st.composite
def exchanges(draw: st.DrawFn) -> tuple[Query, dns.message.Message]:
    """A question and a response to it, as a server may put it together, with or without sense."""
    question = Question(draw(LABELS), draw(TYPES))
    query = Query(question)
    response = dns.message.make_response(dns.message.from_wire(query.octets(7, 1232)))
    response.answer = _merged(draw(st.lists(rrsets(), max_size=6)))
    response.authority = _merged(draw(st.lists(soas(), max_size=1)))
    response.set_rcode(dns.rcode.NXDOMAIN if draw(st.booleans()) else dns.rcode.NOERROR)
    response.flags |= dns.flags.AD if draw(st.booleans()) else 0
    return query, response


@pytest.mark.proves("RFC 1035 §4.1.3", "RFC 1035 §4.1.4", "RFC 2308 §5", "RFC 2181 §5.2")
@given(exchanges())
def test_a_response_is_read_as_dnspython_reads_it(exchange: tuple[Query, dns.message.Message]) -> None:
    query, response = exchange
    octets = response.to_wire(max_size=65535)
    assert read(octets, query) == _by_dnspython(octets, query)


@given(exchanges(), st.lists(st.tuples(st.integers(12, 400), st.integers(0, 255)), min_size=1, max_size=4))
def test_damage_is_seen_or_read_as_dnspython_reads_it(
    exchange: tuple[Query, dns.message.Message], damages: Sequence[tuple[int, int]]
) -> None:
    """Where both can read it, both read the same: nobody is led to see something else than others do."""
    query, response = exchange
    octets = bytearray(response.to_wire(max_size=65535))
    for place, octet in damages:
        octets[place % len(octets)] = octet
    ours, theirs = read(bytes(octets), query), _by_dnspython(bytes(octets), query)
    if isinstance(ours, Heard) and isinstance(theirs, Heard):
        assert (ours.answer.status, ours.answer.is_secure) == (theirs.answer.status, theirs.answer.is_secure)


@given(exchanges(), st.data())
def test_what_is_cut_or_continued_is_damage(exchange: tuple[Query, dns.message.Message], data: st.DataObject) -> None:
    query, response = exchange
    octets = response.to_wire(max_size=65535)
    cut = data.draw(st.integers(0, len(octets) - 1))
    assert read(octets[:cut], query) in (Other.STRAY, Other.DAMAGED)
    assert read(octets + b"\0", query) is Other.DAMAGED


def _merged(records: list[dns.rrset.RRset]) -> list[dns.rrset.RRset]:
    """Sets by name and type, and one alias at most for each name, as a server has them."""
    merged: dict[tuple[dns.name.Name, dns.rdatatype.RdataType], dns.rrset.RRset] = {}
    for one in records:
        kept = merged.setdefault((one.name, one.rdtype), one)
        if kept is not one and one.rdtype not in (dns.rdatatype.CNAME, dns.rdatatype.SOA):
            kept.update(one)
            kept.ttl = min(kept.ttl, one.ttl)
    return list(merged.values())


def _by_dnspython(octets: bytes, query: Query) -> Heard | Other:
    if not octets.startswith(query.section, 12) or octets[4:6] != b"\0\1":
        return Other.STRAY
    try:
        response = dns.message.from_wire(octets)
        if not isinstance(response, dns.message.QueryMessage):
            return Other.STRAY
        chain = response.resolve_chaining()
    except (dns.exception.DNSException, ValueError):
        return Other.DAMAGED
    is_secure = bool(response.flags & dns.flags.AD)
    if chain.answer is not None:
        answer = found(query.question.record_type, chain.answer, is_secure=is_secure)
        return Heard(answer, chain.minimum_ttl)
    negative = Answer.nxdomain if response.rcode() == dns.rcode.NXDOMAIN else Answer.nodata
    zones = [one for one in response.authority if one.rdtype == dns.rdatatype.SOA]
    has_soa = any(chain.canonical_name.is_subdomain(one.name) for one in zones)
    return Heard(negative(is_secure=is_secure), chain.minimum_ttl if has_soa else 0)
