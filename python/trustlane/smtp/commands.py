"""A command line becomes a verb and its argument; those of MAIL and RCPT become values (RFC 5321 §4.1.1)."""

import re
from dataclasses import dataclass

from trustlane.delivery.reply import Reply
from trustlane.smtp import replies
from trustlane.smtp.limits import Limits
from trustlane.smtp.paths import parse_path

NOT_OFFERED = frozenset(
    {b"AUTH", b"BDAT", b"ETRN", b"EXPN", b"SAML", b"SEND", b"SOML", b"STARTTLS", b"TURN", b"XCLIENT"}
)
"""Verbs that are known but not offered: 502 rather than 500 (RFC 5321 §4.2.4)."""


@dataclass(frozen=True, slots=True)
class Command:
    """One command.

    Attributes:
        verb: in capitals.
        argument: what stands after the first blank, without blanks at its end (RFC 5321 §4.1.1).
    """

    verb: bytes
    argument: bytes


@dataclass(frozen=True, slots=True)
class Mail:
    """MAIL FROM with what its parameters declare."""

    mail_from: str
    size_octets: int | None
    submitter: str | None = None


def parse_command(line: bytes) -> Command:
    """Never fails: an unknown verb is for the session to refuse."""
    verb, _, argument = line.rstrip(b" \t").partition(b" ")
    return Command(verb.upper(), argument)


def parse_hello(argument: bytes) -> str:
    """The client's name for itself. Only its characters are checked: a wrong name is no reason to refuse (§4.1.4)."""
    name = argument.strip(b" ")
    if not _HELLO.fullmatch(name):
        raise replies.fault(replies.ARGUMENT_MISSING)
    return name.decode("ascii")


def parse_mail(argument: bytes, limits: Limits, *, is_submitter_offered: bool = False) -> Mail:
    """Raises :class:`trustlane.errors.PeerError` with the reply of the table."""
    mail_from, rest = _path(argument, b"FROM:", replies.BAD_SENDER, limits)
    if mail_from.lower() == "postmaster":
        raise replies.fault(replies.BAD_SENDER)
    size_octets = submitter = None
    for keyword, value in _parameters(rest).items():
        match keyword:
            case "SIZE" if _SIZE.fullmatch(value):
                size_octets = int(value)
            case "BODY" if value.upper() in ("7BIT", "8BITMIME"):
                pass
            case "SUBMITTER" if is_submitter_offered:
                submitter = _submitter(value, limits)
            case "SIZE" | "BODY":
                raise replies.fault(replies.BAD_PARAMETER)
            case _:
                raise replies.fault(replies.PARAMETER_UNKNOWN)
    return Mail(mail_from, size_octets, submitter)


def _submitter(value: str, limits: Limits) -> str:
    """A mailbox in xtext (RFC 4405 §4, RFC 3461 §4)."""
    if not _XTEXT.fullmatch(value):
        raise replies.fault(replies.BAD_PARAMETER)
    text = _CODED.sub(lambda coded: chr(int(coded[1], 16)), value)
    found = parse_path(f"<{text}>", limits)
    if found is None or "@" not in found[0] or found[1] or text.startswith("@"):
        raise replies.fault(replies.BAD_PARAMETER)
    return found[0]


_CODED = re.compile(r"\+([0-9A-F]{2})")
_XTEXT = re.compile(r"(?:[!-*,-<>-~]|\+[0-7][0-9A-F])++")


def parse_rcpt(argument: bytes, limits: Limits) -> str:
    """The forward-path's mailbox. Raises :class:`trustlane.errors.PeerError`."""
    rcpt, rest = _path(argument, b"TO:", replies.BAD_RECIPIENT, limits)
    if not rcpt:
        raise replies.fault(replies.BAD_RECIPIENT)
    if _parameters(rest):
        raise replies.fault(replies.PARAMETER_UNKNOWN)
    return rcpt


_HELLO = re.compile(rb"[!-~]{1,255}")
_SIZE = re.compile(r"[0-9]{1,20}")
_PARAMETER = re.compile(r"(?P<keyword>[A-Za-z0-9][A-Za-z0-9-]*+)(?:=(?P<value>[!-<>-~]++))?")


def _path(argument: bytes, prefix: bytes, malformed: Reply, limits: Limits) -> tuple[str, str]:
    """Blanks after the colon are not allowed to clients, but harmless (RFC 5321 §3.3)."""
    if argument[: len(prefix)].upper() != prefix:
        raise replies.fault(malformed)
    if not argument.isascii():
        raise replies.fault(replies.NON_ASCII_ADDRESS)
    found = parse_path(argument[len(prefix) :].decode("ascii").lstrip(" "), limits)
    if found is None or found[1][:1] not in ("", " "):
        raise replies.fault(malformed)
    return found


def _parameters(text: str) -> dict[str, str]:
    parameters: dict[str, str] = {}
    for word in text.split():
        parameter = _PARAMETER.fullmatch(word)
        if parameter is None or parameter["keyword"].upper() in parameters:
            raise replies.fault(replies.BAD_PARAMETER)
        parameters[parameter["keyword"].upper()] = parameter["value"] or ""
    return parameters
