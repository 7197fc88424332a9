"""What a sender wishes to be notified of (RFC 3461 §4). Values stay as they were written, for the next hop to read."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class RecipientNotification:
    """Of one recipient.

    Attributes:
        notify: ``NEVER``, or some of ``SUCCESS``, ``FAILURE`` and ``DELAY`` (RFC 3461 §4.1).
        orcpt: the original recipient, its type before a semicolon, in xtext (RFC 3461 §4.2).
    """

    notify: str | None = None
    orcpt: str | None = None


@dataclass(frozen=True, slots=True)
class Notification:
    """Of one mail.

    Attributes:
        ret: ``FULL`` or ``HDRS``: how much of the mail a failure returns (RFC 3461 §4.3).
        envid: the sender's name for this mail, in xtext (RFC 3461 §4.4).
        recipients: as many as the envelope has, in its order.
    """

    ret: str | None = None
    envid: str | None = None
    recipients: tuple[RecipientNotification, ...] = ()

    @property
    def is_empty(self) -> bool:
        """Nothing was said."""
        return self == Notification(recipients=(RecipientNotification(),) * len(self.recipients))
