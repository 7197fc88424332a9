"""The tally: what the verdicts were worth, by the truth that the engine never saw."""

from collections import Counter
from dataclasses import dataclass

from trustlane.replay.event import FeedbackEvent, FeedbackKind, MailEvent
from trustlane.replay.past import Pasts
from trustlane.replay.read import Truth
from trustlane.replay.roc import Roc, logistic_average_percent

DAY_SECONDS = 86_400.0


@dataclass(frozen=True, slots=True)
class Outcome:
    """What was done with one mail, by whatever means.

    Attributes:
        is_trusted: whether it took the trusted lane.
        is_delivered: whether its recipients found it in the inbox.
        suspicion: how much it looked like junk to whoever decided; only the order counts.
    """

    is_trusted: bool
    is_delivered: bool
    suspicion: float


class Tally:
    """Counts as traffic goes by. Memory grows with days and senders, and with senders up to a limit."""

    def __init__(self, counted_from: float = 0.0) -> None:
        """
        Args:
            counted_from: mail before this Unix time makes a past for its senders, and counts for nothing else.
        """
        self.counted_from = counted_from
        self.counts: Counter[tuple[Truth | None, bool, bool]] = Counter()
        self.established: Counter[bool] = Counter()
        self.by_day: dict[int, Counter[tuple[Truth | None, bool]]] = {}
        self.roc = Roc()
        self.pasts = Pasts()

    def mail(self, mail: MailEvent, outcome: Outcome, truth: Truth | None) -> None:
        """One mail with what was done."""
        is_established = self.pasts.saw(mail, outcome.is_trusted, truth)
        if mail.time < self.counted_from:
            return
        self.counts[truth, outcome.is_trusted, outcome.is_delivered] += 1
        self.by_day.setdefault(int(mail.time // DAY_SECONDS), Counter())[truth, outcome.is_trusted] += 1
        if truth is None:
            return
        self.roc.add(outcome.suspicion, is_wanted=truth is Truth.WANTED)
        if is_established and truth is Truth.WANTED:
            self.established[outcome.is_trusted] += 1

    def feedback(self, feedback: FeedbackEvent) -> None:
        """What was said of a mail that was seen."""
        if feedback.kind in _AGAINST:
            self.pasts.heard_against(feedback.about, feedback.reporter)

    def count(
        self, truth: Truth | None = None, *, is_trusted: bool | None = None, is_delivered: bool | None = None
    ) -> int:
        """Mail of these; ``None`` is any."""
        return sum(
            number
            for (of_truth, of_trusted, of_delivered), number in self.counts.items()
            if truth in (None, of_truth) and is_trusted in (None, of_trusted) and is_delivered in (None, of_delivered)
        )

    def figures(self) -> "Figures":
        """All of it as figures."""
        wanted, unwanted = self.count(Truth.WANTED), self.count(Truth.UNWANTED)
        misplaced = _percent(self.count(Truth.WANTED, is_delivered=False), wanted)
        passed = _percent(self.count(Truth.UNWANTED, is_delivered=True), unwanted)
        in_open = self.count(Truth.WANTED, is_trusted=False)
        return Figures(
            mails=self.count(),
            wanted=wanted,
            unwanted=unwanted,
            trusted=self.count(is_trusted=True),
            misplaced_percent=misplaced,
            passed_percent=passed,
            missing_area_percent=self.roc.missing_area_percent(),
            logistic_average_percent=None
            if misplaced is None or passed is None
            else logistic_average_percent(misplaced, passed),
            coverage_percent=_percent(self.count(Truth.WANTED, is_trusted=True), wanted),
            established_coverage_percent=_percent(self.established[True], self.established.total()),
            established_wanted=self.established.total(),
            contamination_per_million=_per_million(
                self.count(Truth.UNWANTED, is_trusted=True),
                self.count(Truth.WANTED, is_trusted=True) + self.count(Truth.UNWANTED, is_trusted=True),
            ),
            lost_in_open=self.count(Truth.WANTED, is_trusted=False, is_delivered=False),
            lost_in_open_percent=_percent(self.count(Truth.WANTED, is_trusted=False, is_delivered=False), in_open),
            mails_to_trust=_middle(self.pasts.mails_to_trust()),
            days_to_trust=_middle(self.pasts.days_to_trust()),
            senders_trusted=len(self.pasts.days_to_trust()),
            turns=len(self.pasts.harms()),
            harm_median=_middle(self.pasts.harms()),
            harm_most=max(self.pasts.harms(), default=None),
        )


@dataclass(frozen=True, slots=True)
class Figures:
    """The report's figures; ``None`` where the log does not tell enough.

    Attributes:
        mails, wanted, unwanted, trusted: counts; mail of which the truth is not known counts only in the first and
        last.
        misplaced_percent: hm %, wanted mail that was not delivered.
        passed_percent: sm %, unwanted mail that was.
        missing_area_percent: 1-ROCA %.
        logistic_average_percent: lam %.
        coverage_percent: wanted mail that took the trusted lane.
        established_coverage_percent, established_wanted: the same of senders known for a week with 150 wanted mails,
            and how many such mails there were.
        contamination_per_million: unwanted mail among a million mails of the trusted lane.
        lost_in_open, lost_in_open_percent: wanted mail held or refused in the open lane, and its share there.
        mails_to_trust, days_to_trust, senders_trusted: from a sender's first mail to its first trusted one, the median,
            and of how many senders.
        turns: senders that were trusted when they sent unwanted mail.
        harm_median, harm_most: unwanted mails of such a sender in the trusted lane before it was demoted.
    """

    mails: int
    wanted: int
    unwanted: int
    trusted: int
    misplaced_percent: float | None
    passed_percent: float | None
    missing_area_percent: float | None
    logistic_average_percent: float | None
    coverage_percent: float | None
    established_coverage_percent: float | None
    established_wanted: int
    contamination_per_million: float | None
    lost_in_open: int
    lost_in_open_percent: float | None
    mails_to_trust: float | None
    days_to_trust: float | None
    senders_trusted: int
    turns: int
    harm_median: float | None
    harm_most: float | None


_AGAINST = frozenset({FeedbackKind.COMPLAINT, FeedbackKind.JUNK, FeedbackKind.TRAP})


def _percent(part: int, whole: int) -> float | None:
    return 100.0 * part / whole if whole else None


def _per_million(part: int, whole: int) -> float | None:
    return 1e6 * part / whole if whole else None


def _middle(values: list[float]) -> float | None:
    ordered = sorted(values)
    return ordered[len(ordered) // 2] if ordered else None
