"""Feedback addresses: mail to them is a report, answered for once the ledger has it on disk.

What cannot be counted because it is about no mail of ours goes on to its recipient as any mail does: a person may read
it (RFC 6650 §4.5, §5.5).
"""

import asyncio
import logging
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from trustlane.delivery import Reply
from trustlane.errors import LedgerError
from trustlane.ledger import Kind, Subject
from trustlane.message import Instant, Transaction
from trustlane.reasons import Reason
from trustlane.reports.learn import Learned, Listener
from trustlane.reports.report import read_report

log = logging.getLogger(__name__)

MALFORMED = "5.6.0"
NOT_OURS = "5.7.1"


@dataclass(slots=True)
class Feedback:
    """Takes reports.

    Attributes:
        listener: whom they are told to.
        addresses: in lower case, with what a report to each says where it leaves that open.
        counts: how often each reason was given.
    """

    listener: Listener
    addresses: Mapping[str, Kind]
    counts: Counter[str] = field(default_factory=Counter)

    def recipients(self, mail: Transaction) -> list[str]:
        """The recipients that are feedback addresses."""
        return [rcpt for rcpt in mail.envelope.rcpt if rcpt.lower() in self.addresses]

    async def take(self, mail: Transaction, recipient: str, subjects: Sequence[Subject], now: Instant) -> Reply | None:
        """The reply to a report that was counted, or refused with its reason; ``None`` where it is none for machines.

        Args:
            subjects: who answers for the report itself.
        """
        otherwise = self.addresses[recipient.lower()]
        try:
            learned = await asyncio.to_thread(self._learn, mail.message, otherwise, reporter_of(subjects), now)
        except LedgerError as error:
            self.counts["ledger-unavailable"] += 1
            log.error("feedback cannot be kept: %s", error)
            return Reply(451, "4.3.0", "this report cannot be kept now; please try again later")
        self.counts.update(reason.code for reason in learned.reasons)
        log.info(
            "feedback from %r to %r: %s", mail.envelope.mail_from, recipient, "; ".join(map(_text, learned.reasons))
        )
        if learned.is_refused:
            why = learned.reasons[0]
            return Reply(550, NOT_OURS if why.code in _NOT_OURS else MALFORMED, why.text)
        return Reply(250, "2.0.0", learned.reasons[-1].text) if _is_known(learned) else None

    def _learn(self, octets: bytes, otherwise: Kind, reporter: str, now: Instant) -> Learned:
        report = read_report(octets)
        if isinstance(report, Reason):
            return Learned((), (report,), 0, is_refused=True)
        return self.listener.take(report, otherwise, reporter=reporter, now=now)


def reporter_of(subjects: Sequence[Subject]) -> str:
    """Who reports: the author where the mail proves one, else the network it came from. Nobody names himself.

    One reporter counts once, so a name that anybody can write would count as often as somebody writes another (RFC 5965
    §8.2).
    """
    for kind in ("address", "network"):
        for subject in subjects:
            if subject.kind == kind:
                return f"{kind} {subject.name}"
    return ""


def _is_known(learned: Learned) -> bool:
    return any(reason.code in _KNOWN for reason in learned.reasons)


def _text(reason: Reason) -> str:
    return reason.text


_KNOWN = ("feedback.counted", "feedback.counted-before", "feedback.forgotten", "feedback.nobody")
_NOT_OURS = ("feedback.unsigned", "feedback.forged", "feedback.unknown-key")
