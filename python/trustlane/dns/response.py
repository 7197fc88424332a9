"""What a server sent, read by the core: an answer with its time to live, or why it is none."""

from enum import StrEnum
from typing import NamedTuple

from trustlane._core import Answer, read_response
from trustlane.dns.query import Query


class Heard(NamedTuple):
    """An answer.

    Attributes:
        ttl_seconds: how long it is good for; 0 is for this once.
    """

    answer: Answer
    ttl_seconds: float


class Other(StrEnum):
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


def read(octets: bytes, query: Query) -> Heard | Other:
    """Reads what came under the identifier of a query.

    Whether it is a response to this very question is seen first, spelling included (RFC 1035 §7.3); then it is read
    strictly.
    """
    read = read_response(octets, query.section, query.question.record_type)
    return Other(read) if isinstance(read, str) else Heard(*read)
