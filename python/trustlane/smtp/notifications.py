"""The parameters by which a sender asks for notifications; read, and kept as they are (RFC 3461 §4)."""

import re

from trustlane.smtp import replies

MAX_NOTIFY_OCTETS = 28
"""RFC 3461 §5.4; the longest list of each word once is shorter."""

MAX_ORCPT_OCTETS = 500
"""RFC 3461 §5.4."""

MAX_ENVID_OCTETS = 100
"""RFC 3461 §4.4."""


def parse_ret(value: str) -> str:
    """Raises :class:`trustlane.errors.PeerError`, as each of these does."""
    return _read(_RET, value, len("FULL")).upper()


def parse_envid(value: str) -> str:
    return _read(_ENVID, value, MAX_ENVID_OCTETS)


def parse_notify(value: str) -> str:
    """``NEVER`` stands alone (RFC 3461 §4.1)."""
    return _read(_NOTIFY, value, MAX_NOTIFY_OCTETS).upper()


def parse_orcpt(value: str) -> str:
    return _read(_ORCPT, value, MAX_ORCPT_OCTETS)


_XTEXT = r"(?:[!-*,-<>-~]|\+[0-9A-F]{2})"
_RET = re.compile("FULL|HDRS", re.IGNORECASE)
_NOTIFY = re.compile("NEVER|(?:SUCCESS|FAILURE|DELAY)(?:,(?:SUCCESS|FAILURE|DELAY))*", re.IGNORECASE)
_ENVID = re.compile(rf"{_XTEXT}++")
_ORCPT = re.compile(rf"[A-Za-z0-9-]++;{_XTEXT}++")


def _read(pattern: re.Pattern[str], value: str, max_octets: int) -> str:
    if len(value) > max_octets or not pattern.fullmatch(value):
        raise replies.fault(replies.BAD_PARAMETER)
    return value
