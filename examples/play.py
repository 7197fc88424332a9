"""The play: each step of the script is done for real, then shown."""

import time
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

import maildir
from letter import letter
from post import Receipt, post
from script import Report, Say, Send, Step
from sender import Sender
from service import Service
from stage import Reported, Sent, Stage
from trustlane.assessment import Level, Standing, Thresholds, standing_of, subjects_needed
from trustlane.cli.options import policy_of, resolver_by
from trustlane.cli.site_keys import site_keys_of
from trustlane.dns import Resolver
from trustlane.ledger import Kind
from trustlane.ledger.sqlite import SqliteLedger
from trustlane.reports import Listener
from trustlane.verify import transaction
from world import World


@dataclass(slots=True)
class Play:
    """One performance.

    Attributes:
        pause_seconds: after each mail and report, so that a person can follow.
    """

    world: World
    service: Service
    ledger: SqliteLedger
    stage: Stage
    pause_seconds: float
    letters: Counter[str] = field(default_factory=Counter)
    latest: dict[str, Receipt] = field(default_factory=dict)

    def perform(self, script: Iterable[Step]) -> None:
        """Does one step after the other.

        Raises:
            OSError: the relay went away.
            TrustlaneError: the ledger or the zone cannot be read.
        """
        for step in script:
            match step:
                case Say(text):
                    self.stage.say(text)
                case Send(sender, count):
                    for _ in range(count):
                        self._send(sender)
                case Report(sender, kind, readers):
                    for reader in range(1, readers + 1):
                        self._report(sender, kind, f"reader{reader}@example.org")

    def standing(self, sender: Sender) -> Standing | None:
        """How the sender stands now; ``None`` where nobody answers for its mail."""
        if sender.judged is None:
            return None
        histories = self.ledger.read(subjects_needed([sender.judged]))
        return standing_of(sender.judged, histories, time.time(), self._thresholds)

    def _send(self, sender: Sender) -> None:
        self.letters[sender.name] += 1
        mail = letter(sender, self.letters[sender.name], time.time())
        receipt = post(self.service.host, self.service.port, sender, mail)
        self.latest[sender.name] = receipt
        self.stage.sent(self._told(sender, receipt))
        time.sleep(self.pause_seconds)

    def _told(self, sender: Sender, receipt: Receipt) -> Sent:
        decision = self.ledger.decision(receipt.decision_id)
        if decision is None:
            return Sent(sender, receipt, "refused", (receipt.text,), self.standing(sender))
        found = maildir.delivered(self.world.settings.relay.maildir, receipt.decision_id)
        amiss = maildir.amiss(found) if found else ()
        why = (*amiss, *decision.reasons.splitlines())
        return Sent(sender, receipt, _outcome(receipt, decision.lane, decision.action), why, self.standing(sender))

    def _report(self, sender: Sender, kind: Kind, reader: str) -> None:
        """The same as ``trustlane learn --junk FILE`` or ``--good FILE`` on the delivered mail."""
        found = maildir.delivered(self.world.settings.relay.maildir, self.latest[sender.name].decision_id)
        if found is None:
            return
        before = self.standing(sender)
        listener = Listener(site_keys_of(self.world.settings), self.ledger, self._thresholds)
        mail = transaction(found.read_bytes(), None, None, None, ())
        listener.learn(mail, kind, reporter=reader, resolver=self._resolver, now=time.time())
        was_trusted = before is not None and before.level is Level.TRUSTED
        self.stage.reported(Reported(sender, kind, reader, was_trusted, self.standing(sender)))
        time.sleep(self.pause_seconds)

    @property
    def _thresholds(self) -> Thresholds:
        return policy_of(self.world.settings).thresholds

    @property
    def _resolver(self) -> Resolver:
        return resolver_by(self.world.settings)


def _outcome(receipt: Receipt, lane: str, action: str) -> str:
    if receipt.code >= 300:
        return "refused"
    return "held" if action == "quarantine" else lane
