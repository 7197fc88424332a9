"""The script: who writes when, and what readers say of it."""

from dataclasses import dataclass

import cast
from sender import Sender
from trustlane.ledger import Kind


@dataclass(frozen=True, slots=True)
class Say:
    """A sentence to the audience."""

    text: str


@dataclass(frozen=True, slots=True)
class Send:
    """Some mails of one sender, one after the other."""

    sender: Sender
    count: int = 1


@dataclass(frozen=True, slots=True)
class Report:
    """Some readers say what they think of the sender's latest mail; each of them counts once."""

    sender: Sender
    kind: Kind
    readers: int


Step = Say | Send | Report

SCRIPT: tuple[Step, ...] = (
    Say("Those who are known, and those who are not"),
    Send(cast.FIRM, 3),
    Send(cast.DOUBLE_SIGNER, 3),
    Send(cast.NEWCOMER, 3),
    Send(cast.SPF_ONLY, 3),
    Send(cast.BOUNCE),
    Send(cast.NOBODY, 3),
    Say("Signatures that prove nothing"),
    Send(cast.LISTED, 2),
    Send(cast.ARCHIVE, 2),
    Send(cast.OUTAGE, 3),
    Say("Forgers: the owner of meridian asks to reject them, the owner of hamlet asks for nothing"),
    Send(cast.FORGER, 3),
    Send(cast.FORGER_OF_THE_LENIENT, 2),
    Say("A pass says who it is, not that it is welcome"),
    Send(cast.SPAMMER, 4),
    Say("The newsletter earns its trust: readers take it out of the junk folder"),
    Send(cast.NEWSLETTER, 2),
    Report(cast.NEWSLETTER, Kind.NOT_JUNK, readers=5),
    Send(cast.NEWSLETTER),
    Report(cast.NEWSLETTER, Kind.NOT_JUNK, readers=12),
    Send(cast.NEWSLETTER, 3),
    Say("The turncoat loses its trust: readers complain, and two or three of them are enough"),
    Send(cast.TURNCOAT, 2),
    Report(cast.TURNCOAT, Kind.COMPLAINT, readers=1),
    Send(cast.TURNCOAT),
    Report(cast.TURNCOAT, Kind.COMPLAINT, readers=3),
    Send(cast.TURNCOAT, 3),
    Say("One mail service, two customers: each is judged by its own mail"),
    Send(cast.BAKERY, 2),
    Send(cast.RAFFLE, 2),
    Report(cast.RAFFLE, Kind.COMPLAINT, readers=3),
    Send(cast.RAFFLE, 2),
    Send(cast.BAKERY, 2),
)
