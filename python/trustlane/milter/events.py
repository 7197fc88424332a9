"""What happens on a milter connection, as the protocol tells it."""

from collections.abc import Mapping
from dataclasses import dataclass, field

Macros = Mapping[str, str]
"""Macro values by name, without braces: ``auth_authen``, ``i``. Any may be missing."""


@dataclass(frozen=True, slots=True)
class Connected:
    """An SMTP client connected to the MTA.

    Attributes:
        host: its name, as the MTA found it; ``[192.0.2.1]`` where there is none.
        client_ip: its address, or ``None`` for a UNIX socket or an unknown family.
    """

    host: str
    client_ip: str | None
    macros: Macros = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Greeted:
    """The client said EHLO or HELO; again, after STARTTLS."""

    helo: str


@dataclass(frozen=True, slots=True)
class MailStarted:
    """MAIL was given.

    Attributes:
        mail_from: the reverse-path without brackets; ``""`` is the null path.
        parameters: of ESMTP, as ``SIZE=1000``.
    """

    mail_from: str
    parameters: tuple[str, ...]
    macros: Macros = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class RecipientGiven:
    """RCPT was given.

    Attributes:
        rcpt: the forward-path without brackets.
        path: as the MTA wrote it, for a later deletion.
    """

    rcpt: str
    path: bytes


@dataclass(frozen=True, slots=True)
class Content:
    """Octets of the message, header and body alike, as on the wire. Not yet a mail: ``Aborted`` may follow."""

    octets: bytes


@dataclass(frozen=True, slots=True)
class ContentEnded:
    """The mail is whole; answer with ``finish``, and meanwhile with ``progress``."""

    macros: Macros = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Aborted:
    """The mail that had begun ends here without a reply."""


@dataclass(frozen=True, slots=True)
class Disconnected:
    """The client left; another may follow on this connection."""


@dataclass(frozen=True, slots=True)
class Closed:
    """Nothing more is sent: send what is there, then close.

    Attributes:
        fault: what the MTA did that a milter cannot go on after, or ``None``.
    """

    fault: str | None = None


Event = Connected | Greeted | MailStarted | RecipientGiven | Content | ContentEnded | Aborted | Disconnected | Closed
