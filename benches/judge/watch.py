"""What became of those to whom something happened: the marks beyond averages."""

from dataclasses import dataclass, field

from trustlane.replay import FeedbackEvent, FeedbackKind, MailEvent, Truth
from trustlane.replay.content import ContentFilter
from trustlane.replay.engine import Verdict
from trustlane.simulate.incidents import DAY_SECONDS, Mishap

_AGAINST = frozenset({FeedbackKind.COMPLAINT, FeedbackKind.JUNK, FeedbackKind.TRAP})

KNOWN_WEIGHT = 0.5
"""From here on a reporter is known: others bore out at least half of what it said. Ten newcomers must not be able to
demote anybody, so three of them are no proof either."""

AFTERMATH_SECONDS = 2 * DAY_SECONDS
"""How long after a slander or an outage its victims are still watched: feedback comes late."""


@dataclass(slots=True)
class Betrayal:
    """A sender that turned, a mailbox that was taken over, or a mail that is replayed.

    Attributes:
        was_trusted: whether the victim's mail was trusted just before.
        harm: unwanted mails in the trusted lane, all in all.
        before_demotion: unwanted mails in the trusted lane before the first that was not.
        heard: who spoke against it before it was demoted: known reporters, traps, and the filter in an audit.
        after_third: unwanted mails in the trusted lane once three had spoken.
        is_demoted: whether an unwanted mail took the open lane.
    """

    mishap: Mishap
    was_trusted: bool = False
    harm: int = 0
    before_demotion: int = 0
    heard: set[str] = field(default_factory=set)
    after_third: int = 0
    is_demoted: bool = False
    mails: set[str] = field(default_factory=set)


@dataclass(slots=True)
class Ordeal:
    """A slander or an outage: wanted mail of those who were trusted before.

    Attributes:
        trusted, demoted: their wanted mails, from its begin to its aftermath, by lane.
    """

    mishap: Mishap
    trusted: int = 0
    demoted: int = 0


class Watch:
    """Follows each mishap of a scenario.

    Attributes:
        strays: unwanted mails in the trusted lane of nobody to whom something had happened.
    """

    def __init__(self, mishaps: tuple[Mishap, ...]) -> None:
        self.betrayals = [Betrayal(it) for it in mishaps if it.incident.kind in ("turn", "compromise", "dkim-replay")]
        self.ordeals = [Ordeal(it) for it in mishaps if it.incident.kind in ("slander", "outage")]
        self.strays = 0
        self._filter = ContentFilter()
        self._is_trusted: dict[str, bool] = {}
        self._has_standing: dict[str, bool] = {}
        self._was_trusted: dict[int, set[str]] = {}

    def mail(self, mail: MailEvent, verdict: Verdict, truth: Truth | None) -> None:
        """One mail with what was done."""
        domain = (mail.author or "").rpartition("@")[2]
        is_trusted = verdict.lane.value == "trusted"
        betrayals = [it for it in self.betrayals if _is_of(mail, domain, it.mishap, truth)]
        for betrayal in betrayals:
            self._betrayed(betrayal, mail, domain, verdict)
        self.strays += is_trusted and truth is Truth.UNWANTED and not betrayals
        is_answered = not any(finding.result == "temperror" for finding in mail.findings)
        if truth is not Truth.WANTED or not is_answered or not _is_direct(mail, domain):
            return
        for ordeal in self.ordeals:
            self._endured(ordeal, mail.time, domain, is_trusted=is_trusted)
        self._is_trusted[domain] = is_trusted
        # A correspondent is trusted by some and unknown to others, and has no standing to lose.
        if verdict.assessment.deciding or not is_trusted:
            self._has_standing[domain] = is_trusted

    def feedback(self, feedback: FeedbackEvent, weight: float) -> None:
        """What was said of a mail, and how much the word of who says so weighs. Newcomers prove nothing yet."""
        if feedback.kind in _AGAINST and (weight >= KNOWN_WEIGHT or feedback.kind is FeedbackKind.TRAP):
            for betrayal in self.betrayals:
                if feedback.about in betrayal.mails and not betrayal.is_demoted:
                    betrayal.heard.add(feedback.reporter)

    def _betrayed(self, betrayal: Betrayal, mail: MailEvent, domain: str, verdict: Verdict) -> None:
        is_trusted = verdict.lane.value == "trusted"
        if not betrayal.mails:
            betrayal.was_trusted = self._is_trusted.get(domain, False)
        betrayal.mails.add(mail.id)
        betrayal.harm += is_trusted
        if betrayal.is_demoted:
            return
        if not is_trusted:
            betrayal.is_demoted = True
            return
        betrayal.before_demotion += 1
        betrayal.after_third += len(betrayal.heard) >= 3
        if verdict.is_audited and self._filter.verdict(mail.content_score) == "junk":
            betrayal.heard.add(f"audit of {mail.id}")

    def _endured(self, ordeal: Ordeal, time: float, domain: str, *, is_trusted: bool) -> None:
        mishap = ordeal.mishap
        if not mishap.begins <= time < mishap.ends + AFTERMATH_SECONDS:
            return
        # Whoever is trusted as it begins must stay so; who comes to be trusted meanwhile proves nothing.
        if mishap.number not in self._was_trusted:
            known = self._is_trusted if mishap.victim else self._has_standing
            self._was_trusted[mishap.number] = {name for name, is_in in known.items() if is_in}
        is_victim = mishap.victim is None or domain == mishap.victim.domain
        if is_victim and domain in self._was_trusted[mishap.number] and domain not in self._turned(time):
            ordeal.trusted += is_trusted
            ordeal.demoted += not is_trusted

    def _turned(self, time: float) -> set[str]:
        """Those who lost trust for reasons of their own."""
        return {it.mishap.victim.domain for it in self.betrayals if it.mishap.victim and it.mishap.begins <= time}


def _is_of(mail: MailEvent, domain: str, mishap: Mishap, truth: Truth | None) -> bool:
    if mishap.victim is None or domain != mishap.victim.domain:
        return False
    if mishap.incident.kind == "turn":
        return truth is Truth.UNWANTED and mail.time >= mishap.begins and not mail.id.startswith("mishap")
    return mail.id.startswith(f"mishap{mishap.number}.")


def _is_direct(mail: MailEvent, domain: str) -> bool:
    """Neither forwarded nor through a list: then its own names are all there."""
    return (mail.helo or "").endswith(domain)
