"""The port: where accepted mail goes."""

from typing import Protocol

from trustlane.delivery.offers import Offers
from trustlane.delivery.reply import Reply
from trustlane.message import Envelope


class Delivery(Protocol):
    """Takes responsibility for a mail (RFC 5321 §4.1.1.4), or says why not."""

    async def deliver(self, octets: bytes, envelope: Envelope, folder: str, fingerprint: str) -> Reply:
        """Gives an accepting reply only once the mail is safe.

        Args:
            octets: the mail to keep, after all edits, with CRLF line ends.
            envelope: whom it is from and for.
            folder: ``""`` for the inbox, else the folder's name, as ``Open``.
            fingerprint: hex digits that name the mail as it came in; the same ones mean the same mail tried again.

        Never raises for a full disk or a peer that is away: that is a reply of 4xx.
        """

    def heard(self, fingerprint: str) -> None:
        """The client went on after our 250: it will not try this mail again."""

    def lost(self, fingerprint: str) -> None:
        """The client was lost before it surely heard our reply: it may try this mail again."""

    def refusal(self, mail_from: str, rcpt: str) -> Reply | None:
        """The reply that refuses this recipient before its mail is sent; ``None`` where it may come."""

    def offers(self) -> Offers:
        """What clients may be offered now, so that nothing of a mail is lost on its next step."""

    def close(self) -> None:
        """Gives back what is held; no mail comes any more."""
