"""What SPF, DMARC and one whole mail cost once their answers are kept, beside pyspf, checkdmarc and the floor."""

import hashlib
from collections.abc import Callable, Sequence
from typing import Any

import checkdmarc.dmarc
import pytest
import spf
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.hashes import SHA256
from pytest_benchmark.fixture import BenchmarkFixture

from mail import DOMAIN, NOW, SELECTOR, SIZES, private_key, signed_mail
from trustlane._core import Answer, Inquiry, Question, read_dmarc_record
from trustlane.dns import Answers
from trustlane.dns.zone import ZoneResolver
from trustlane.identities import ExamineLimits, examine
from trustlane.message import Envelope, LineEnds, Session, Transaction

CLIENT = "192.0.2.3"
HELO = f"mx.{DOMAIN}"
NETWORKS = " ".join(f"ip4:198.51.100.{block * 4}/30" for block in range(20))
INCLUDES = " ".join(f"include:_{number}.six.example" for number in range(6))
POLICY = b"v=DMARC1; p=reject; sp=quarantine; adkim=s; aspf=r; fo=1"

ZONE = ZoneResolver.from_text(
    f"""
{DOMAIN}.        TXT "v=spf1 include:_spf.{DOMAIN} mx -all"
_spf.{DOMAIN}.   TXT "v=spf1 ip4:203.0.113.0/24 ip4:192.0.2.0/24 -all"
{HELO}.          TXT "v=spf1 a -all"
{HELO}.          A {CLIENT}
3.2.0.192.in-addr.arpa. PTR {HELO}.
_dmarc.{DOMAIN}. TXT "{POLICY.decode()}"
{SELECTOR}._domainkey.{DOMAIN}. TXT "{signed_mail(SIZES["5 KB"]).record.decode()}"
simple.example.  TXT "v=spf1 ip4:203.0.113.0/24 ip4:192.0.2.0/24 -all"
six.example.     TXT "v=spf1 {INCLUDES} ip4:192.0.2.0/24 -all"
"""
    + "\n".join(f'_{number}.six.example. TXT "v=spf1 {NETWORKS} ?all"' for number in range(6))
)


class Kept:
    """A resolver whose answers are all in its cache, once they were asked for."""

    def __init__(self) -> None:
        self._kept: dict[Question, Answer] = {}

    def ask(self, questions: Sequence[Question]) -> Answers:
        missing = [question for question in questions if question not in self._kept]
        self._kept.update(ZONE.ask(missing))
        return {question: self._kept[question] for question in questions}


RECORDS = {"SPF, two networks": "simple.example", "SPF, six long includes": "six.example"}
every_record = pytest.mark.parametrize("row", RECORDS)


@every_record
def test_spf_by_trustlane(benchmark: BenchmarkFixture, row: str) -> None:
    dns = Kept()
    assert told(benchmark, row, "trustlane", lambda: spf_by_trustlane(RECORDS[row], dns)) == "pass"


@every_record
def test_spf_by_pyspf(benchmark: BenchmarkFixture, row: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(spf, "DNSLookup", pyspf_lookup)
    sender = f"joe@{RECORDS[row]}"
    assert told(benchmark, row, "peer", lambda: spf.check2(CLIENT, sender, HELO)[0]) == "pass"


def test_dmarc_record_by_trustlane(benchmark: BenchmarkFixture) -> None:
    record = told(benchmark, "DMARC record, read", "trustlane", lambda: read_dmarc_record(POLICY))
    assert record is not None
    assert record["p"] == "reject"


def test_dmarc_record_by_checkdmarc(benchmark: BenchmarkFixture) -> None:
    text = POLICY.decode()
    parse = checkdmarc.dmarc.parse_dmarc_record
    record = told(benchmark, "DMARC record, read", "peer", lambda: parse(text, DOMAIN))
    assert record["tags"]["p"]["value"] == "reject"


def test_a_mail_with_every_check(benchmark: BenchmarkFixture) -> None:
    """DKIM, SPF for both names, DMARC and iprev of one mail, from octets to findings in Python."""
    dns = Kept()
    mail = Transaction(
        signed_mail(SIZES["5 KB"]).octets,
        Session(CLIENT, HELO),
        Envelope(f"desk@{DOMAIN}", ("you@example.org",)),
        LineEnds.AS_IS,
    )
    examined = told(
        benchmark, "a mail of 5 KB, every check", "trustlane", lambda: examine(mail, dns, ExamineLimits(), NOW)
    )
    assert {finding.result for finding in examined.findings} == {"pass"}


def test_its_hash_and_its_signature(benchmark: BenchmarkFixture) -> None:
    """What no verifier can do without: one hash of the body, and one signature with a key that is parsed already."""
    body = signed_mail(SIZES["5 KB"]).body
    public = private_key().public_key()
    signature = private_key().sign(b"header", PKCS1v15(), SHA256())

    def floor() -> bytes:
        public.verify(signature, b"header", PKCS1v15(), SHA256())
        return hashlib.sha256(body).digest()

    assert told(benchmark, "a mail of 5 KB, every check", "floor", floor)


def told(benchmark: BenchmarkFixture, row: str, by: str, run: Callable[[], Any]) -> Any:
    """Measures in many short rounds, of which the quickest counts: the machine is noisy."""
    benchmark.extra_info.update(table="policy", row=row, by=by)
    run()
    return benchmark.pedantic(run, rounds=3000, iterations=1, warmup_rounds=50)


def spf_by_trustlane(domain: str, dns: Kept) -> str:
    inquiry = Inquiry.spf(client_ip=CLIENT, identity="mailfrom", mail_from=f"joe@{domain}", helo=HELO, now=NOW)
    while questions := inquiry.questions():
        inquiry.learn(dns.ask(questions))
    result: str = inquiry.outcome()[0][1]
    return result


def pyspf_lookup(name: str, qtype: str, tcpfallback: bool = True, timeout: int = 30) -> list[object]:
    """pyspf's own seam: ``((name, type), value)`` for each record."""
    if qtype == "SPF":
        return []
    question = Question(name, qtype)
    answer = _PYSPF_KEPT.get(question)
    if answer is None:
        answer = _PYSPF_KEPT.setdefault(question, ZONE.ask([question])[question])
    records = answer.records
    return [((name, qtype), (record,) if qtype == "TXT" else record) for record in records]


_PYSPF_KEPT: dict[Question, Answer] = {}
