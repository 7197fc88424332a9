"""Envelopes with tagged bounce addresses: what changes on the way out and in (draft-levine-smtp-batv §2.4.1, §2.4.2).

Pure functions that give edits; whoever has the envelope makes them. The header is never touched.
"""

from dataclasses import dataclass, replace

from trustlane._core import BatvRing
from trustlane.batv import DAY_SECONDS, is_bounce_sender
from trustlane.message import Envelope, Instant


@dataclass(frozen=True, slots=True)
class ChangeSender:
    """The mail goes out with this reverse-path."""

    mail_from: str


@dataclass(frozen=True, slots=True)
class ChangeRecipient:
    """One forward-path in the place of another.

    Attributes:
        rcpt: as it came.
        new: where the mail goes instead.
    """

    rcpt: str
    new: str


EnvelopeEdit = ChangeSender | ChangeRecipient


def tagged_sender(envelope: Envelope, ring: BatvRing, now: Instant) -> list[ChangeSender]:
    """On the way out: the reverse-path with our tag, where it is one of ours and bears none.

    A mail is to be tagged once and to keep its tag over all tries (draft-levine-smtp-batv §5): a new one on another day
    would look like another sender to hosts that greylist.
    """
    tagged, why_not = ring.tag(envelope.mail_from or "", _day(now))
    return [ChangeSender(tagged)] if why_not is None else []


def untagged_recipients(envelope: Envelope, ring: BatvRing, now: Instant) -> list[ChangeRecipient]:
    """On the way in: the addresses below our tags.

    A bounce is given on where its tag is good; the finding ``batv`` tells what is wrong with one that is not. Ordinary
    mail is given on whatever its tag: somebody answers to the address that he saw. Tags of others stay, since nobody
    but their makers knows what they stand for.
    """
    is_bounce = is_bounce_sender(envelope.mail_from or "") and envelope.mail_from is not None
    wanted = {"valid"} if is_bounce else {"valid", "expired", "forged", "unknown-key"}
    judged = ((rcpt, *ring.check(rcpt, _day(now))) for rcpt in envelope.rcpt)
    return [ChangeRecipient(rcpt, address) for rcpt, verdict, address in judged if verdict in wanted]


def applied(edits: list[EnvelopeEdit], envelope: Envelope) -> Envelope:
    """The envelope with these edits made."""
    senders = [edit.mail_from for edit in edits if isinstance(edit, ChangeSender)]
    recipients = {edit.rcpt: edit.new for edit in edits if isinstance(edit, ChangeRecipient)}
    return replace(
        envelope,
        mail_from=senders[-1] if senders else envelope.mail_from,
        rcpt=tuple(recipients.get(rcpt, rcpt) for rcpt in envelope.rcpt),
    )


def _day(now: Instant) -> int:
    return int(now) // DAY_SECONDS
