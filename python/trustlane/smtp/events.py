"""What happens in an SMTP session, as the protocol tells it."""

from dataclasses import dataclass

from trustlane.delivery.reply import Reply
from trustlane.message import Transaction


@dataclass(frozen=True, slots=True)
class Greeted:
    """The client said EHLO or HELO.

    Attributes:
        helo: its argument.
        verb: ``EHLO`` or ``HELO``.
    """

    helo: str
    verb: str


@dataclass(frozen=True, slots=True)
class MailStarted:
    """MAIL was given; answer it with ``accept`` or ``refuse``.

    Attributes:
        mail_from: the reverse-path without brackets; ``""`` is the null path.
        size_octets: what the client declares (RFC 1870 §6), or ``None``.
    """

    mail_from: str
    size_octets: int | None


@dataclass(frozen=True, slots=True)
class RecipientGiven:
    """RCPT was given; answer it with ``accept`` or ``refuse``."""

    mail_from: str
    rcpt: str


@dataclass(frozen=True, slots=True)
class Content:
    """Octets of the mail, dots unstuffed (RFC 5321 §4.5.2). Not yet a mail: ``Aborted`` may follow."""

    chunk: bytes


@dataclass(frozen=True, slots=True)
class ContentEnded:
    """A whole mail is here; answer it with ``finish``. Until then no further command is read."""

    transaction: Transaction


@dataclass(frozen=True, slots=True)
class Aborted:
    """The mail that had started ends here, and nothing of it may be delivered.

    Attributes:
        reply: what the client was told, or ``None`` where it was told nothing or chose so itself.
    """

    reply: Reply | None


@dataclass(frozen=True, slots=True)
class Heard:
    """The client has heard our 250 for this mail and will not send it again."""

    transaction: Transaction


@dataclass(frozen=True, slots=True)
class Lost:
    """The connection ended before the client surely heard our reply to this mail; it may send it again."""

    transaction: Transaction


@dataclass(frozen=True, slots=True)
class TlsBegins:
    """What comes next is a TLS handshake; answer it with ``secured``, or end the connection (RFC 3207 §4)."""


@dataclass(frozen=True, slots=True)
class Closed:
    """Nothing more will be answered: send what is there, then close."""


Event = Greeted | MailStarted | RecipientGiven | Content | ContentEnded | Aborted | Heard | Lost | TlsBegins | Closed
