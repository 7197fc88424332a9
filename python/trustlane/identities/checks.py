"""The checks that a site may choose. DKIM, SPF, DMARC and iprev are always made."""

from dataclasses import dataclass
from enum import StrEnum

from trustlane._core import BatvRing


class SenderId(StrEnum):
    """Whether Sender ID is checked, and by which records (RFC 4406 §3.4)."""

    OFF = "off"
    """Not at all: the method is Historic, and says nothing that SPF and DMARC do not say better."""
    SPF2 = "spf2"
    """By records that were written for it: those that begin with ``spf2.0``."""
    SPF2_OR_SPF1 = "spf2-or-spf1"
    """For the purported responsible address by ``v=spf1`` too, whose owners may never have meant that."""


@dataclass(frozen=True, slots=True)
class Checks:
    """What is checked beyond the usual.

    Attributes:
        helo: whether the HELO name is a name, and the client's own (RFC 5321 §4.1.4); one question a session.
        csa: whether its owner lets it send mail (draft-ietf-marid-csv-csa §4); up to six questions a session.
        sender_id: see :class:`SenderId`.
        batv: our keys for bounce addresses; with them bounces are judged (draft-levine-smtp-batv §2.4.2).
    """

    helo: bool = True
    csa: bool = False
    sender_id: SenderId = SenderId.OFF
    batv: BatvRing | None = None

    def words(self) -> list[str]:
        """As the core takes them."""
        chosen = [name for name, is_chosen in (("helo", self.helo), ("csa", self.csa)) if is_chosen]
        return [*chosen, *_SENDER_ID[self.sender_id]]


_SENDER_ID = {
    SenderId.OFF: (),
    SenderId.SPF2: ("sender-id",),
    SenderId.SPF2_OR_SPF1: ("sender-id-by-spf1",),
}
