"""A score averaged over time, as the reputation module of rspamd keeps one for each name.

Its description: tokens (signing domain, SPF domain, network) have a bucket with a window of 30 days; each mail moves
the bucket's value towards its own result by a share that grows with the time since the last one; the value, from -1 for
ham to +1 for spam, becomes points by the weights of the symbols (HAM -1 and SPAM +4 for addresses, +2 for SPF, 1 for
DKIM in the documented example). It learns from the filter's own verdict, and counts once it has seen ten mails.
"""

from dataclasses import dataclass
from math import exp, tanh

from judge.rater import JUNK_AT, Names, names_of
from trustlane.identities.identity import network_of
from trustlane.replay import FeedbackEvent, MailEvent, OutboundEvent
from trustlane.replay.tally import Outcome

WINDOW_SECONDS = 30 * 86_400.0
LEAST_MAILS = 10
WEIGHTS = {"ip": (1.0, 4.0), "spf": (1.0, 2.0), "dkim": (1.0, 1.0)}
READS_GOOD = -0.5
"""A value below this is called good, halfway between nothing known and all ham."""


@dataclass(slots=True)
class Bucket:
    value: float
    time: float
    mails: int = 1


class TimeAverage:
    name = "average over time (rspamd)"

    def __init__(self) -> None:
        self._buckets: dict[tuple[str, str], Bucket] = {}

    def mail(self, mail: MailEvent) -> Outcome:
        tokens = _tokens(mail, names_of(mail))
        known = [(token[0], it) for token in tokens if (it := self._buckets.get(token)) and it.mails >= LEAST_MAILS]
        score = (mail.content_score or 0.0) + sum(_points(kind, bucket.value) for kind, bucket in known)
        names = [bucket.value for kind, bucket in known if kind != "ip"]
        is_good = bool(names) and max(names) <= READS_GOOD
        for token in tokens:
            self._learn(token, tanh((score - JUNK_AT / 2.0) / (JUNK_AT / 2.0)), mail.time)
        return Outcome(is_trusted=is_good, is_delivered=score < JUNK_AT, suspicion=score)

    def feedback(self, feedback: FeedbackEvent) -> None:
        """It learns from the filter's verdicts alone."""

    def outbound(self, outbound: OutboundEvent) -> None:
        """Nothing is learnt."""

    def _learn(self, token: tuple[str, str], value: float, time: float) -> None:
        bucket = self._buckets.get(token)
        if bucket is None:
            self._buckets[token] = Bucket(value, time)
            return
        share = 1.0 - exp(-max(time - bucket.time, 0.0) / WINDOW_SECONDS)
        bucket.value += share * (value - bucket.value)
        bucket.time = time
        bucket.mails += 1


def _tokens(mail: MailEvent, names: Names) -> list[tuple[str, str]]:
    network = network_of(mail.ip)
    return [
        *(("dkim", signer) for signer in names.signers),
        *([("spf", names.mail_from)] if names.mail_from else []),
        *([("ip", network)] if network else []),
    ]


def _points(kind: str, value: float) -> float:
    ham, spam = WEIGHTS[kind]
    return value * (spam if value > 0 else ham)
