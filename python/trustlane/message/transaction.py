"""One mail transaction: the session it came over, its envelope, and its octets."""

from dataclasses import dataclass
from enum import StrEnum

from trustlane.message.notification import Notification

Instant = float
"""A point in time: seconds since 1970-01-01 UTC. Always an argument; nothing below an edge reads a clock."""


@dataclass(frozen=True, slots=True)
class Session:
    """Facts of the connection (RFC 5321 §3.1). ``None`` means not known, and is said so in findings.

    Attributes:
        client_ip: the client's address as text, IPv4 or IPv6.
        helo: the argument of EHLO or HELO, as the client wrote it.
        protocol: ``ESMTP`` after EHLO, else ``SMTP`` (RFC 3848).
    """

    client_ip: str | None = None
    helo: str | None = None
    protocol: str = "ESMTP"


@dataclass(frozen=True, slots=True)
class Envelope:
    """MAIL FROM and RCPT TO (RFC 5321 §2.3.1), without angle brackets.

    Attributes:
        mail_from: the reverse-path; ``""`` is the null path of a bounce, ``None`` is not known.
        rcpt: the forward-paths, in the order given.
        submitter: the value of SUBMITTER, decoded (RFC 4405 §4); ``None`` where the client gave none.
        is_utf8: the client declared SMTPUTF8: addresses and header fields may be in UTF-8 (RFC 6531 §3.4).
        notification: what the sender wishes to be notified of; ``None`` where it said nothing.
    """

    mail_from: str | None = None
    rcpt: tuple[str, ...] = ()
    submitter: str | None = None
    is_utf8: bool = False
    notification: Notification | None = None


class LineEnds(StrEnum):
    """What becomes of a CR or LF that stands alone (RFC 5321 §2.3.8). Declared once for an input, never guessed."""

    AS_IS = "as-is"
    """Octets are taken as they are."""
    FIX_CRLF = "fix-crlf"
    """A lone LF becomes CRLF, as for a file or a pipe; a lone CR stays."""
    REJECT = "reject"
    """Such a mail is refused: it takes the open lane and says why."""


@dataclass(frozen=True, slots=True)
class Transaction:
    """All three together; what the line carries.

    Attributes:
        message: header and body as they came, with CRLF line ends on the wire; where the body was examined as it
            came and is not kept, the header alone.
        line_ends: what a CR or LF in it that stands alone means.
    """

    message: bytes
    session: Session = Session()
    envelope: Envelope = Envelope()
    line_ends: LineEnds = LineEnds.AS_IS
