"""A command line becomes a verb and its argument; those of MAIL and RCPT become values (RFC 5321 §4.1.1)."""

import re
from dataclasses import dataclass

from trustlane.delivery.offers import Offers
from trustlane.delivery.reply import Reply
from trustlane.message import RecipientNotification
from trustlane.smtp import replies
from trustlane.smtp.chunks import Chunk
from trustlane.smtp.limits import Limits
from trustlane.smtp.notifications import parse_envid, parse_notify, parse_orcpt, parse_ret
from trustlane.smtp.paths import parse_path

NOT_OFFERED = frozenset({b"AUTH", b"ETRN", b"EXPN", b"SAML", b"SEND", b"SOML", b"TURN", b"XCLIENT"})
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
    is_utf8: bool = False
    ret: str | None = None
    envid: str | None = None


@dataclass(frozen=True, slots=True)
class Recipient:
    """RCPT TO with what its parameters declare."""

    rcpt: str
    notification: RecipientNotification


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


def parse_mail(argument: bytes, limits: Limits, offers: Offers, *, is_submitter_offered: bool = False) -> Mail:
    """Raises :class:`trustlane.errors.PeerError` with the reply of the table."""
    mail_from, rest = _path(argument, b"FROM:", replies.BAD_SENDER, limits, offers)
    if mail_from.lower() == "postmaster":
        raise replies.fault(replies.BAD_SENDER)
    size_octets = submitter = ret = envid = None
    is_utf8 = False
    for keyword, value in _parameters(rest).items():
        match keyword:
            case "SIZE" if _SIZE.fullmatch(value):
                size_octets = int(value)
            case "BODY" if value.upper() in ("7BIT", "8BITMIME"):
                pass
            case "SUBMITTER" if is_submitter_offered:
                submitter = _submitter(value, limits)
            case "SMTPUTF8" if offers.smtputf8 and not value:
                is_utf8 = True
            case "RET" if offers.dsn:
                ret = parse_ret(value)
            case "ENVID" if offers.dsn:
                envid = parse_envid(value)
            case "SIZE" | "BODY":
                raise replies.fault(replies.BAD_PARAMETER)
            case "SMTPUTF8" if offers.smtputf8:
                raise replies.fault(replies.BAD_PARAMETER)
            case _:
                raise replies.fault(replies.PARAMETER_UNKNOWN)
    if not (is_utf8 or mail_from.isascii()):  # RFC 6531 §3.5
        raise replies.fault(replies.NOT_DECLARED)
    return Mail(mail_from, size_octets, submitter, is_utf8, ret, envid)


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


def parse_rcpt(argument: bytes, limits: Limits, offers: Offers, *, is_utf8: bool) -> Recipient:
    """The forward-path's mailbox, and its parameters. Raises :class:`trustlane.errors.PeerError`.

    Args:
        is_utf8: MAIL declared SMTPUTF8.
    """
    rcpt, rest = _path(argument, b"TO:", replies.BAD_RECIPIENT, limits, offers)
    if not rcpt:
        raise replies.fault(replies.BAD_RECIPIENT)
    if not (is_utf8 or rcpt.isascii()):
        raise replies.fault(replies.NOT_DECLARED)
    notify = orcpt = None
    for keyword, value in _parameters(rest).items():
        match keyword:
            case "NOTIFY" if offers.dsn:
                notify = parse_notify(value)
            case "ORCPT" if offers.dsn:
                orcpt = parse_orcpt(value)
            case _:
                raise replies.fault(replies.PARAMETER_UNKNOWN)
    return Recipient(rcpt, RecipientNotification(notify, orcpt))


def parse_bdat(argument: bytes) -> Chunk:
    """The chunk that follows (RFC 3030 §2). Raises :class:`trustlane.errors.PeerError`."""
    chunk = _BDAT.fullmatch(argument)
    if chunk is None:
        raise replies.fault(replies.BAD_CHUNK)
    return Chunk(int(chunk["octets"]), chunk["last"] is not None, None)


_BDAT = re.compile(rb"(?P<octets>[0-9]{1,20})(?P<last> LAST)?", re.IGNORECASE)
_HELLO = re.compile(rb"[!-~]{1,255}")
_SIZE = re.compile(r"[0-9]{1,20}")
_PARAMETER = re.compile(r"(?P<keyword>[A-Za-z0-9][A-Za-z0-9-]*+)(?:=(?P<value>[!-<>-~]++))?")


def _path(argument: bytes, prefix: bytes, malformed: Reply, limits: Limits, offers: Offers) -> tuple[str, str]:
    """Blanks after the colon are not allowed to clients, but harmless (RFC 5321 §3.3)."""
    if argument[: len(prefix)].upper() != prefix:
        raise replies.fault(malformed)
    if not (offers.smtputf8 or argument.isascii()):
        raise replies.fault(replies.NON_ASCII_ADDRESS)
    try:
        text = argument[len(prefix) :].decode("utf-8")
    except UnicodeDecodeError as error:
        raise replies.fault(malformed) from error
    found = parse_path(text.lstrip(" "), limits)
    if found is None or found[1][:1] not in ("", " "):
        raise replies.fault(malformed)
    return found


def _parameters(text: str) -> dict[str, str]:
    parameters: dict[str, str] = {}
    for word in text.split(" "):
        if not word:
            continue
        parameter = _PARAMETER.fullmatch(word)
        if parameter is None or parameter["keyword"].upper() in parameters:
            raise replies.fault(replies.BAD_PARAMETER)
        parameters[parameter["keyword"].upper()] = parameter["value"] or ""
    return parameters
