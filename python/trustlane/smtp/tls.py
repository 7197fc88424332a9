"""TLS of the SMTP server: what it may offer, and with which certificate (RFC 3207, RFC 8314 §3.3)."""

import ssl
from enum import Enum, auto
from pathlib import Path

HANDSHAKE_SECONDS = 30.0
"""For a client to finish its handshake; a network round trip or three, and slow machines."""


class Tls(Enum):
    """How a session stands to TLS."""

    ABSENT = auto()
    OFFERED = auto()
    ON = auto()


def server_context(certificate: Path, key: Path | None) -> ssl.SSLContext:
    """TLS 1.2 and later, without renegotiation; what else is offered, Python's ``ssl`` knows best.

    Args:
        certificate: a file of PEM: ours, then those between it and the root.
        key: a file of PEM; ``None`` where the key stands in the certificate's file.

    Raises:
        OSError: a file cannot be read, or (as ``ssl.SSLError``) holds no such thing, or the two do not fit.
    """
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.options |= ssl.OP_NO_RENEGOTIATION
    context.load_cert_chain(certificate, key)
    return context
