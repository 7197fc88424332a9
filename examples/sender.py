"""One of the cast, and the signatures it makes."""

from collections.abc import Callable
from dataclasses import dataclass

from trustlane.ledger import Subject


@dataclass(frozen=True, slots=True)
class Signature:
    """One DKIM signature that a sender adds; the key is ``keys/SELECTOR.DOMAIN.pem``.

    Attributes:
        age_seconds: how long before the play it was made.
        valid_seconds: from then until it expires (RFC 6376 §3.5, x=); ``None`` is no end.
    """

    domain: str
    selector: str = "one"
    age_seconds: int = 0
    valid_seconds: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Sender:
    """One of the cast.

    Attributes:
        name: how the table calls it.
        shows: what it is there to show.
        network: N of its address 127.0.N.1.
        helo: what it says in EHLO.
        mail_from: its reverse-path.
        author: its From field.
        subject, text: what it writes.
        signatures: made in this order.
        judged: whose standing the table shows; ``None`` where nobody answers for its mail.
        transit: what happens to a signed mail on its way.
    """

    name: str
    shows: str
    network: int
    helo: str
    mail_from: str
    author: str
    subject: str
    text: str
    signatures: tuple[Signature, ...] = ()
    judged: Subject | None = None
    transit: Callable[[bytes], bytes] = bytes
