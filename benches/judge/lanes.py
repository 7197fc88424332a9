"""trustlane itself, as one of those that are judged."""

from judge.rater import JUNK_AT
from trustlane.lanes import Mode, Policy
from trustlane.ledger import Subject
from trustlane.ledger.reporters import weight_of
from trustlane.replay import FeedbackEvent, MailEvent, OutboundEvent
from trustlane.replay.content import ContentFilter
from trustlane.replay.engine import Engine, Verdict
from trustlane.replay.ledger import ReplayLedger
from trustlane.replay.run import outcome
from trustlane.replay.tally import Outcome


class Lanes:
    """The engine of ``trustlane replay``, with the defaults.

    Attributes:
        verdict: on the latest mail.
        changed_unanswered: mails that DNS left without any answer, and that were counted for a name all the same.
    """

    name = "**trustlane**"

    def __init__(self) -> None:
        self.changed_unanswered = 0
        self.ledger = ReplayLedger()
        self.verdict: Verdict | None = None
        self._engine = Engine(self.ledger, Policy(mode=Mode.ENFORCE), ContentFilter(junk_at=JUNK_AT))

    def mail(self, mail: MailEvent) -> Outcome:
        self.verdict = self._engine.take(mail)
        assert self.verdict is not None
        if any(finding.result == "temperror" for finding in mail.findings):
            self.changed_unanswered += any(it.subject.kind != "network" for it in self.verdict.assessment.standings)
        return outcome(self.verdict)

    def feedback(self, feedback: FeedbackEvent) -> None:
        self._engine.take(feedback)

    def outbound(self, outbound: OutboundEvent) -> None:
        self._engine.take(outbound)

    def weight_of(self, reporter: str) -> float:
        """How much a reporter's word counts by now."""
        subject = Subject("reporter", reporter)
        return weight_of(self.ledger.read([subject]).get(subject))
