"""The post: hands a letter to the relay by SMTP, as its sender's server would."""

import re
import smtplib
import socket
from dataclasses import dataclass
from functools import cache

from letter import READER
from sender import Sender


@dataclass(frozen=True, slots=True)
class Receipt:
    """What the relay answered at the end of the data.

    Attributes:
        code: of the reply (RFC 5321 §4.2).
        text: of the reply.
        decision_id: the decision it names; ``""`` where it names none.
    """

    code: int
    text: str
    decision_id: str


def post(host: str, port: int, sender: Sender, mail: bytes) -> Receipt:
    """One session, one mail.

    Raises:
        OSError: the relay is not there, or went away; what smtplib raises is one, too.
    """
    source = address_of(sender)
    with smtplib.SMTP(host, port, sender.helo, timeout=_PATIENCE_SECONDS, source_address=(source, 0)) as session:
        session.ehlo_or_helo_if_needed()
        for code, answer in (session.mail(sender.mail_from), session.rcpt(READER)):
            if code >= 300:
                return _receipt(code, answer)
        return _receipt(*session.data(mail))


def address_of(sender: Sender) -> str:
    """127.0.N.1 on systems that give a program all of 127/8, as Linux does; else plain loopback."""
    address = f"127.0.{sender.network}.1"
    return address if _is_ours(address) else "127.0.0.1"


_PATIENCE_SECONDS = 60.0
"""For one reply; longer than the relay may take to ask DNS."""


@cache
def _is_ours(address: str) -> bool:
    with socket.socket() as probe:
        try:
            probe.bind((address, 0))
        except OSError:
            return False
    return True


def _receipt(code: int, answer: bytes) -> Receipt:
    text = answer.decode("ascii", "replace")
    found = _ID.search(text)
    return Receipt(code, text, found[0] if found else "")


_ID = re.compile(r"\b[0-9a-f]{24}\b")
