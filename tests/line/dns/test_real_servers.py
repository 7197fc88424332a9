"""Through Unbound to Knot DNS: what real servers say, what DNSSEC proves, and what it breaks."""

from collections.abc import Iterator

import pytest
from tests.line.dns.real_servers import HAS_KNOT, HAS_UNBOUND, key_record, knot, unbound

from trustlane._core import Answer, Question
from trustlane.dns.limits import DnsLimits
from trustlane.dns.resolver import DnsResolver

pytestmark = pytest.mark.skipif(not (HAS_KNOT and HAS_UNBOUND), reason="needs the Debian packages knot and unbound")

CONTENT = r"""
@ 3600 IN SOA ns hostmaster 1 3600 600 86400 30
@ NS ns
ns A 127.0.0.1
@ 300 MX 10 mx
mx A 192.0.2.1
mx AAAA 2001:db8::1
www CNAME mx
gone CNAME nowhere
text 300 TXT "v=spf1 " "-all\255"
long TXT {long}
_sip SRV 1 2 25 mx
odd\.dot A 192.0.2.9
*.wild TXT "wild"
""".replace("{long}", " ".join(f'"{number}{"x" * 250}"' for number in range(12)))
LONG = b"".join(f"{number}{'x' * 250}".encode() for number in range(12))
REVERSE = """
@ 3600 IN SOA ns.plain.test. hostmaster.plain.test. 1 3600 600 86400 30
@ NS ns.plain.test.
1 PTR MX.plain.test.
"""
ZONES = {"good.test": CONTENT, "bogus.test": CONTENT, "plain.test": CONTENT, "2.0.192.in-addr.arpa": REVERSE}
SIGNED = frozenset({"good.test", "bogus.test"})


@pytest.fixture(scope="module")
def resolver(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DnsResolver]:
    """The key of one zone is trusted; of another one a wrong key, so that its signatures are bogus."""
    folder = tmp_path_factory.mktemp("dns")
    with knot(folder / "knot", ZONES, SIGNED) as authority:
        right = key_record(authority, "good.test")
        anchors = {"good.test": right, "bogus.test": right.replace("good.test.", "bogus.test.")}
        stubs = dict.fromkeys(ZONES, authority)
        with unbound(folder / "unbound", stubs, anchors) as port:
            limits = DnsLimits(udp_payload_octets=1232)
            yield DnsResolver(nameservers=[f"127.0.0.1:{port}"], limits=limits)


def _found(kind: str, *records: object) -> Answer:
    return Answer.found(kind, records, is_secure=True)


TABLE = [
    ("mx.good.test", "A", _found("A", "192.0.2.1"), "signed"),
    ("mx.good.test", "AAAA", _found("AAAA", "2001:db8::1"), "signed"),
    ("good.test", "MX", _found("MX", (10, "mx.good.test")), "signed"),
    ("_sip.good.test", "SRV", _found("SRV", (1, 2, 25, "mx.good.test")), "signed"),
    ("www.good.test", "A", _found("A", "192.0.2.1"), "an alias, signed like what it leads to"),
    ("text.good.test", "TXT", _found("TXT", b"v=spf1 -all\xff"), "strings are joined"),
    ("long.good.test", "TXT", _found("TXT", LONG), "over TCP"),
    ("a.wild.good.test", "TXT", _found("TXT", b"wild"), "a wildcard"),
    ("no.good.test", "A", Answer.nxdomain(is_secure=True), "proof that there is no such name"),
    ("text.good.test", "A", Answer.nodata(is_secure=True), "proof that there is no such record"),
    ("gone.good.test", "A", Answer.nxdomain(is_secure=True), "an alias to a name that does not exist"),
    ("mx.plain.test", "A", Answer.found("A", ["192.0.2.1"]), "nobody vouches for it"),
    ("no.plain.test", "A", Answer.nxdomain(), "nobody vouches for that"),
    ("1.2.0.192.in-addr.arpa", "PTR", Answer.found("PTR", ["mx.plain.test"]), "a reverse name, in lower case"),
    ("mx.bogus.test", "A", Answer.unavailable("servfail"), "signatures by another key than the trusted one"),
    ("no.bogus.test", "A", Answer.unavailable("servfail"), "a denial that is not proven"),
    ("elsewhere.invalid", "A", Answer.nxdomain(), "a name of no zone"),
]


@pytest.mark.proves("RFC 4035 §3.2.3", "RFC 6840 §5.7", "RFC 7766 §5", "RFC 2308 §2.1", "RFC 2308 §2.2")
@pytest.mark.parametrize(("name", "kind", "answer", "reason"), TABLE)
def test_what_unbound_says(resolver: DnsResolver, name: str, kind: str, answer: Answer, reason: str) -> None:
    question = Question(name, kind)
    assert resolver.ask([question]) == {question: answer}, reason


async def test_all_at_once(resolver: DnsResolver) -> None:
    fresh = DnsResolver(nameservers=[server.name for server in resolver._servers])
    questions = {Question(name, kind): answer for name, kind, answer, _ in TABLE}
    assert await fresh.aask(list(questions)) == questions
    assert fresh.counters.strays == 0
    assert fresh.counters.over_tcp == 1, "the long one; a spelling that comes back otherwise would be another one"


@pytest.mark.proves("RFC 8020 §2")
def test_proof_that_a_name_does_not_exist_saves_questions_below_it(resolver: DnsResolver) -> None:
    resolver.ask([Question("nothing.good.test", "TXT"), Question("nothing.plain.test", "TXT")])
    before = resolver.counters.misses
    below = [Question("_dmarc.nothing.good.test", "TXT"), Question("nothing.good.test", "A")]
    assert resolver.ask(below) == dict.fromkeys(below, Answer.nxdomain(is_secure=True))
    assert resolver.counters.misses == before
    resolver.ask([Question("_dmarc.nothing.plain.test", "TXT")])
    assert resolver.counters.misses == before + 1, "without proof the name below is asked for"
