"""A mail as it is put on the wire after 354 (RFC 5321 §4.1.1.4, §4.5.2)."""

import re


def has_lone_cr_or_lf(octets: bytes) -> bool:
    """Such a mail is not sent: the next hop might read an end of data where we read none."""
    pairs = octets.count(b"\r\n")
    return octets.count(b"\r") != pairs or octets.count(b"\n") != pairs


def has_8bit(octets: bytes) -> bool:
    return not octets.isascii()


def has_8bit_header(octets: bytes) -> bool:
    end = octets.find(b"\r\n\r\n")
    return has_8bit(octets if end < 0 else octets[:end])


def dot_stuffed(octets: bytes) -> bytes:
    """The mail with its dots doubled and the end of data behind it; a last line without CRLF is given one."""
    text = octets.replace(b"\r\n.", b"\r\n..")
    if text.startswith(b"."):
        text = b"." + text
    if text and not text.endswith(b"\r\n"):
        text += b"\r\n"
    return text + b".\r\n"


def is_sendable_address(address: str) -> bool:
    """Printable, and cannot leave its angle brackets; UTF-8 for where that is taken."""
    return _SENDABLE.fullmatch(address) is not None


_SENDABLE = re.compile(
    r'(?:[!#-;=?-~\xa1-\ud7ff\ue000-\U0010ffff]|"(?:[ !#-\[\]-~\xa1-\ud7ff\ue000-\U0010ffff]|\\[ -~])*+")*+'
)
