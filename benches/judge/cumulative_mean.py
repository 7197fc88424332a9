"""A mean over all time, as TxRep of SpamAssassin keeps one for each identifier of a sender.

Its description: each identifier (address with network, address, domain, network, HELO name) has a count and a total of
the points of its mails; the mean with this mail in it pulls the mail's own points towards it by the factor 0.5,
identifiers weighted 10, 3, 2, 4 and 0.5. What users call spam or ham is learnt as one more mail, 20 points worse or
better.
"""

from collections import OrderedDict
from dataclasses import dataclass

from judge.rater import JUNK_AT, names_of
from trustlane.identities.identity import network_of
from trustlane.replay import FeedbackEvent, FeedbackKind, MailEvent, OutboundEvent
from trustlane.replay.tally import Outcome

FACTOR = 0.5
LEARN_POINTS = 20.0
READS_GOOD = JUNK_AT / 2.0
"""A mean below this is called good: halfway to junk."""

MOST_MAILS = 500_000
"""Mails of which the identifiers are kept for later feedback."""

_AGAINST = frozenset({FeedbackKind.COMPLAINT, FeedbackKind.JUNK, FeedbackKind.TRAP})


@dataclass(slots=True)
class Total:
    points: float = 0.0
    mails: int = 0


class CumulativeMean:
    name = "mean over all time (TxRep)"

    def __init__(self) -> None:
        self._totals: dict[str, Total] = {}
        self._seen: OrderedDict[str, list[tuple[str, float]]] = OrderedDict()

    def mail(self, mail: MailEvent) -> Outcome:
        score = mail.content_score or 0.0
        identifiers = _identifiers(mail)
        weight = sum(of for name, of in identifiers if name in self._totals)
        adjusted, mean = score, None
        if weight:
            delta = sum(of * (self._mean(name, score) - score) for name, of in identifiers if name in self._totals)
            adjusted = score + FACTOR * delta / weight
            mean = sum(of * self._past(name) for name, of in identifiers if name in self._totals) / weight
        for name, _ in identifiers:
            self._add(name, score)
        self._keep(mail.id, identifiers)
        return Outcome(
            is_trusted=mean is not None and mean < READS_GOOD, is_delivered=adjusted < JUNK_AT, suspicion=adjusted
        )

    def feedback(self, feedback: FeedbackEvent) -> None:
        points = LEARN_POINTS if feedback.kind in _AGAINST else -LEARN_POINTS
        for name, _ in self._seen.get(feedback.about, ()):
            self._add(name, points)

    def outbound(self, outbound: OutboundEvent) -> None:
        for address in outbound.rcpt:
            self._add(f"email {address}", -LEARN_POINTS)

    def _mean(self, name: str, score: float) -> float:
        total = self._totals[name]
        return (total.points + score) / (total.mails + 1)

    def _past(self, name: str) -> float:
        total = self._totals[name]
        return total.points / total.mails

    def _add(self, name: str, points: float) -> None:
        total = self._totals.setdefault(name, Total())
        total.points += points
        total.mails += 1

    def _keep(self, id_: str, identifiers: list[tuple[str, float]]) -> None:
        self._seen[id_] = identifiers
        if len(self._seen) > MOST_MAILS:
            self._seen.popitem(last=False)


def _identifiers(mail: MailEvent) -> list[tuple[str, float]]:
    names = names_of(mail)
    network = network_of(mail.ip) or ""
    # An address that is signed for stands with its signer, one that is not with its network.
    by = names.signers[0] if names.signers else network
    author = mail.author or ""
    domain = author.rpartition("@")[2]
    found = [(f"email-ip {author} {by}", 10.0), (f"email {author}", 3.0), (f"domain {domain} {by}", 2.0)]
    return [*found, (f"ip {network}", 4.0), (f"helo {mail.helo}", 0.5)]
