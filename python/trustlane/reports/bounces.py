"""Bounces: what became of mail, recipient by recipient (RFC 3464)."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from email.message import Message

from trustlane.reasons import Reason
from trustlane.reports.arf import report_type, reported_header
from trustlane.reports.parts import MAX_PARTS, fields_in, fields_of, text_of, within
from trustlane.reports.reasons import FEEDBACK


@dataclass(frozen=True, slots=True)
class Delivery:
    """What became of the mail for one recipient (RFC 3464 §2.3).

    Attributes:
        address: as the mail was sent to (``Original-Recipient``), else as it was at last; the domain in lower case.
        action: ``failed``, ``delayed``, ``delivered``, ``relayed`` or ``expanded`` (RFC 3464 §2.3.3).
        status: as ``5.1.1`` (RFC 3463 §2).
    """

    address: str
    action: str
    status: str

    @property
    def has_failed(self) -> bool:
        """Whether nobody tries any more. Action says so and not status: who gives up after days of 4.4.1 says failed
        too (RFC 3464 §2.3.3)."""
        return self.action == "failed"

    @property
    def is_unknown_recipient(self) -> bool:
        """Whether the address is wrong for good (RFC 3463 §3.2)."""
        return self.has_failed and self.status.startswith("5.1.")

    @property
    def is_refused_by_policy(self) -> bool:
        """Whether the mail was refused for what it is or whom it is from (RFC 3463 §3.8)."""
        return self.has_failed and self.status.startswith("5.7.")


@dataclass(frozen=True, slots=True)
class Bounce:
    """A delivery status notification.

    Attributes:
        reporter: the server that says so, as it names itself (RFC 3464 §2.2.2); a claim (RFC 3464 §4.1).
        reported: the header of the mail it is about; empty where none came back.
        deliveries: one a recipient.
    """

    reporter: str
    reported: tuple[tuple[str, str], ...]
    deliveries: tuple[Delivery, ...]


def is_bounce(mail: Message) -> bool:
    """Whether a mail says by its type that it is a delivery status notification (RFC 3464 §2)."""
    return report_type(mail) == "delivery-status"


def read_bounce(mail: Message) -> Bounce | Reason:
    """The notification, or what is wrong with it."""
    parts = within(mail)
    if len(parts) < 2 or parts[1].get_content_type() not in _TYPES:
        return FEEDBACK.reason("part-missing", type="delivery-status", part="message/delivery-status")
    groups = [dict(reversed(fields)) for fields in _groups(parts[1]) if fields]
    deliveries = tuple(_deliveries(groups[1:]))
    if not deliveries:
        return FEEDBACK.reason("part-missing", type="delivery-status", part="of fields about a recipient")
    reporter = _typed(groups[0].get("reporting-mta", ""))
    return Bounce(reporter.lower(), reported_header(parts[2:3]) or (), deliveries)


def _groups(part: Message) -> list[list[tuple[str, str]]]:
    """Fields about the mail, then those about each recipient, blank lines between them (RFC 3464 §2.1).

    The standard library splits ``message/delivery-status`` by itself, and its kin of RFC 6533 §4 not.
    """
    found = [fields_of(group) for group in within(part)]
    rest = text_of(within(part)[0]) if len(found) == 1 else ""
    return [*found, *(list(fields_in(block)) for block in _BLANK_LINE.split(rest)[:MAX_PARTS])]


def _deliveries(groups: list[dict[str, str]]) -> Iterator[Delivery]:
    """Groups without the three fields that each must have tell nothing (RFC 3464 §2.3.2, §2.3.3, §2.3.4)."""
    for group in groups:
        address = _typed(group.get("original-recipient", "")) or _typed(group.get("final-recipient", ""))
        action = _bare(group.get("action", "")).lower()
        status = _STATUS.match(group.get("status", ""))
        if address and action in _ACTIONS and status:
            yield Delivery(_address(address), action, status[0])


_TYPES = ("message/delivery-status", "message/global-delivery-status")
_ACTIONS = ("failed", "delayed", "delivered", "relayed", "expanded")
_BLANK_LINE = re.compile(r"\r?\n[ \t]*\r?\n")
_STATUS = re.compile(r"[245]\.(?:0|[1-9]\d{0,2})\.(?:0|[1-9]\d{0,2})(?!\d)")
_COMMENT = re.compile(r"\([^()]*\)")


def _bare(value: str) -> str:
    """Without comments (RFC 3464 §2.1.1)."""
    return _COMMENT.sub("", value).strip()


def _typed(value: str) -> str:
    """What stands after the type, as in ``rfc822; ann@example.org`` (RFC 3464 §2.1.2)."""
    _, semicolon, rest = value.partition(";")
    return _bare(rest) if semicolon else ""


def _address(written: str) -> str:
    local_part, _, domain = written.strip("<>").rpartition("@")
    return f"{local_part}@{domain.lower()}" if local_part else written
