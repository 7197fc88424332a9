"""The trace of final delivery, and the form in which a mailbox keeps a mail."""

from trustlane.message import Envelope


def stored(octets: bytes, envelope: Envelope) -> bytes:
    """The mail as a file: trace fields above it, and LF for each CRLF, as Maildir readers expect.

    Nothing else is changed: a lone CR or LF stays as it is, and a mail that has none becomes the same octets again when
    each LF is written as CRLF, so that its signatures still verify. A ``Return-Path`` that came with the mail stays
    below ours (RFC 5321 §4.4).
    """
    return trace(envelope) + octets.replace(b"\r\n", b"\n")


def trace(envelope: Envelope) -> bytes:
    """``Return-Path``, and ``Delivered-To`` for a single recipient: of several, none may learn of the others (§7.2)."""
    lines = b""
    if envelope.mail_from is not None:
        lines += b"Return-Path: <%s>\n" % _one_line(envelope.mail_from)
    if len(envelope.rcpt) == 1:
        lines += b"Delivered-To: %s\n" % _one_line(envelope.rcpt[0])
    return lines


def _one_line(address: str) -> bytes:
    return "".join(char if char >= " " and char != "\x7f" else "?" for char in address).encode("utf-8", "replace")
