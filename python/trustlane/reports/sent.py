"""Outbound mail: whom people here write to, and which mail they answer."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from email.utils import getaddresses
from hashlib import blake2b

from trustlane.assessment.correspondents import correspondence
from trustlane.lanes.decision import answered_to
from trustlane.ledger import Kind, Observation, Subject
from trustlane.ledger.port import Remembered
from trustlane.message import Instant, Transaction
from trustlane.reports.parts import read_header

MAX_CORRESPONDENTS = 20
"""Recipients of one mail that become correspondents; a mail to more of them is a mailing and makes none."""

MAX_ANSWERED = 3
"""Message-IDs that one mail answers: the one it replies to, and the last of its thread."""


@dataclass(frozen=True, slots=True)
class Sent:
    """One mail that left.

    Attributes:
        writer: the address of the person here, in lower case.
        recipients: whom they wrote to, in lower case.
        message_id: of the mail.
        answers: Message-IDs of the mails it answers, the nearest first.
    """

    writer: str
    recipients: tuple[str, ...]
    message_id: str
    answers: tuple[str, ...]

    def observations(self, now: Instant) -> Iterator[Observation]:
        """That each recipient was written to."""
        for recipient in self.recipients:
            subjects = correspondence(self.writer, recipient)
            yield Observation(Kind.WRITTEN, now, subjects, sent_name(self.message_id, recipient), self.writer)

    def remembered(self, now: Instant) -> Iterator[Remembered]:
        """What a bounce will be looked up by."""
        for recipient in self.recipients:
            subjects = correspondence(self.writer, recipient)[:2]
            yield Remembered(sent_name(self.message_id, recipient), now, "outbound", "sent", subjects, "")


def read_sent(mail: Transaction) -> Sent | None:
    """What leaves with this mail; ``None`` where no person writes it: an automatic answer makes no correspondent.

    Otherwise a vacation notice would open the trusted lane to whoever sends spam (RFC 3834 §5). The envelope tells who
    writes and to whom; where it is not known the header does.
    """
    fields = read_header(mail.message)
    header = dict(reversed(fields))
    if _is_automatic(header):
        return None
    authors = [address for _, address in getaddresses([header.get("from", "")])]
    writer = mail.envelope.mail_from if mail.envelope.mail_from is not None else next(iter(authors), "")
    named = [value for name, value in fields if name in ("to", "cc", "bcc")]
    recipients = mail.envelope.rcpt or [address for _, address in getaddresses(named)]
    known = tuple(dict.fromkeys(it.lower() for it in recipients if all(it.rpartition("@")[::2])))
    if not writer or not known or len(known) > MAX_CORRESPONDENTS:
        return None
    message_id = header.get("message-id", "") or blake2b(mail.message, digest_size=12).hexdigest()
    return Sent(writer.lower(), known, message_id.strip(), tuple(_answered(header)))


def sent_name(message_id: str, recipient: str) -> str:
    """Names one mail to one recipient; nobody who did not get it can tell it."""
    digest = blake2b(f"{message_id} {recipient}".encode("utf-8", "surrogatepass"), digest_size=12)
    return f"sent {digest.hexdigest()}"


def answers_of(sent: Sent, found: Sequence[Remembered], now: Instant) -> Iterator[Observation]:
    """That mails were answered: those whose author is written to. Whoever copies a Message-ID is not.

    Args:
        found: the decisions about mails that :attr:`Sent.answers` names.
    """
    written = {Subject("address", recipient) for recipient in sent.recipients}
    for decision in found:
        if written.intersection(decision.subjects):
            yield decision.label(Kind.ANSWERED, now, sent.writer)


def names_answered(sent: Sent) -> list[str]:
    """Under which names the decisions about answered mails are kept."""
    return [answered_to(message_id) for message_id in sent.answers]


def _answered(header: dict[str, str]) -> Iterator[str]:
    replied = header.get("in-reply-to", "").split()
    thread = header.get("references", "").split()[::-1]
    yield from list(dict.fromkeys([*replied, *thread]))[:MAX_ANSWERED]


def _is_automatic(header: dict[str, str]) -> bool:
    """By what automatic mail says of itself (RFC 3834 §5), and mailings."""
    submitted = header.get("auto-submitted", "no").split(";")[0].split("(")[0].strip().lower()
    is_bulk = header.get("precedence", "").strip().lower() in ("bulk", "list", "junk", "auto_reply")
    return submitted != "no" or is_bulk or "list-id" in header
