"""Letters: composed and signed at the time of the play."""

from email.utils import formatdate

from sender import Sender, Signature
from trustlane._core import sign
from trustlane.message import Instant
from world import EXAMPLES

READER = "you@example.org"


def letter(sender: Sender, number: int, now: Instant) -> bytes:
    """A mail as it reaches us: written, signed, and changed on the way where that is the sender's lot.

    Args:
        number: which of this sender's letters; makes its Message-ID its own.
        now: Unix seconds of writing.
    """
    mail = _written(sender, number, now)
    for signature in sender.signatures:
        mail = _signed(mail, signature, now) + mail
    return sender.transit(mail)


def _written(sender: Sender, number: int, now: Instant) -> bytes:
    domain = sender.author.rpartition("@")[2].rstrip(">")
    lines = (
        f"From: {sender.author}",
        f"To: Reader <{READER}>",
        f"Subject: {sender.subject}",
        f"Date: {formatdate(now)}",
        f"Message-ID: <{now:.6f}.{number}@{domain}>",
        "MIME-Version: 1.0",
        "Content-Type: text/plain; charset=us-ascii",
        "",
        "Dear reader,",
        "",
        sender.text,
        "",
    )
    return "\r\n".join(lines).encode("ascii")


def _signed(mail: bytes, signature: Signature, now: Instant) -> bytes:
    key = (EXAMPLES / "keys" / f"{signature.selector}.{signature.domain}.pem").read_text()
    made = int(now) - signature.age_seconds
    expires = None if signature.valid_seconds is None else made + signature.valid_seconds
    return sign(mail, domain=signature.domain, selector=signature.selector, key=key, now=made, expires=expires)
