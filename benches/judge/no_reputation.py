"""No reputation: the content filter alone decides."""

from judge.rater import JUNK_AT
from trustlane.replay import FeedbackEvent, MailEvent, OutboundEvent
from trustlane.replay.tally import Outcome


class NoReputation:
    name = "no reputation"

    def mail(self, mail: MailEvent) -> Outcome:
        score = mail.content_score or 0.0
        return Outcome(is_trusted=False, is_delivered=score < JUNK_AT, suspicion=score)

    def feedback(self, feedback: FeedbackEvent) -> None:
        """Nobody is listened to."""

    def outbound(self, outbound: OutboundEvent) -> None:
        """Nothing is learnt."""
