"""What a server sent, read by dnspython: an answer with its time to live, or why it is none."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

import dns.exception
import dns.flags
import dns.message
import dns.name
import dns.rcode
import dns.rdatatype

from trustlane._core import Answer
from trustlane.dns.query import Query
from trustlane.dns.records import found


@dataclass(frozen=True, slots=True)
class Heard:
    """An answer.

    Attributes:
        ttl_seconds: how long it is good for; 0 is for this once.
    """

    answer: Answer
    ttl_seconds: float


class Other(Enum):
    """What came is no answer.

    Attributes:
        STRAY: it is to another question, or to none.
        TRUNCATED: the whole of it comes over TCP.
        DAMAGED: it is to this question, and cannot be read.
        NO_EDNS: the server does not understand EDNS (RFC 6891 §7).
        SERVFAIL: the server cannot tell.
        REFUSED: the server will not.
    """

    STRAY = "stray"
    TRUNCATED = "truncated"
    DAMAGED = "damaged"
    NO_EDNS = "no-edns"
    SERVFAIL = "servfail"
    REFUSED = "refused"


_HEADER_OCTETS = 12
_NOERROR, _FORMERR, _NXDOMAIN, _NOTIMP, _REFUSED = 0, 1, 3, 4, 5
_NO_EDNS = {_FORMERR, _NOTIMP}


def read(octets: bytes, query: Query) -> Heard | Other:
    """Reads what came under the identifier of a query.

    Whether it is a response to this very question is seen first, spelling included (RFC 1035 §7.3, RFC 5452 §9.1);
    only then is it parsed. What the codes say is in RFC 1035 §4.1.1.
    """
    if len(octets) < _HEADER_OCTETS or octets[2] & 0xF8 != 0x80:
        return Other.STRAY
    code, questions = octets[3] & 0x0F, octets[4:6]
    if questions == b"\0\0" and code in _NO_EDNS:
        return Other.NO_EDNS
    if questions != b"\0\1" or not octets.startswith(query.section, _HEADER_OCTETS):
        return Other.STRAY
    if octets[2] & 0x02:
        return Other.TRUNCATED
    if code not in (_NOERROR, _NXDOMAIN):
        return _refusal(code)
    try:
        return _heard(dns.message.from_wire(octets), query)
    except (dns.exception.DNSException, ValueError):
        return Other.DAMAGED


def _refusal(code: int) -> Other:
    if code in _NO_EDNS:
        return Other.NO_EDNS
    return Other.REFUSED if code == _REFUSED else Other.SERVFAIL


def _heard(response: dns.message.Message, query: Query) -> Heard | Other:
    """The records at the end of the aliases, which the server followed; or that there are none (RFC 2308 §2.1, §2.2).

    The shortest time to live on the way counts (RFC 2181 §5.2); one beyond 2^31 is none (RFC 2181 §8).
    """
    if response.rcode() not in (dns.rcode.NOERROR, dns.rcode.NXDOMAIN):
        return Other.NO_EDNS if response.rcode() == dns.rcode.BADVERS else Other.SERVFAIL
    assert isinstance(response, dns.message.QueryMessage)
    is_secure = bool(response.flags & dns.flags.AD)
    chain = response.resolve_chaining()
    if chain.answer is not None:
        answer = found(query.question.record_type, chain.answer, is_secure=is_secure)
        return Heard(answer, chain.minimum_ttl)
    negative = Answer.nxdomain if response.rcode() == dns.rcode.NXDOMAIN else Answer.nodata
    # Without an SOA nobody says how long it holds (RFC 2308 §5).
    ttl_seconds = chain.minimum_ttl if _has_soa(response.authority, chain.canonical_name) else 0
    return Heard(negative(is_secure=is_secure), ttl_seconds)


def _has_soa(authority: Sequence[dns.rrset.RRset], name: dns.name.Name) -> bool:
    return any(records.rdtype == dns.rdatatype.SOA and name.is_subdomain(records.name) for records in authority)
