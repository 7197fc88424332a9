"""The ledger of a replay: in memory, and no larger for ten million mails than for one.

It counts as every ledger does (:mod:`trustlane.ledger.evidence`) and forgets at exit. What grows with a log has a
limit: of decisions the oldest are settled early and forgotten, of names those that were not seen for longest.
"""

from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import islice

from trustlane.ledger import History, Observation, Subject
from trustlane.ledger.ageing import is_stale
from trustlane.ledger.evidence import SILENCE_SECONDS, checked, counted, heft
from trustlane.ledger.port import KEPT_SECONDS, Remembered, latest
from trustlane.ledger.reporters import reporter_of, vote
from trustlane.ledger.silence import SETTLED_AT_ONCE, SETTLING, settled

MOST_DECISIONS = 500_000
"""Mails that feedback may still be about, some 200 MB. A site with more of them in three days has its silences settled
a little early."""

MOST_HISTORIES = 500_000
"""Names remembered, some 300 MB. The faint ones that were not seen for longest are forgotten."""

MOST_VOTES = 200_000
"""Reports of which it is known that they were counted, twice over. One comes for some ten mails."""

LOOKED_AT_ONCE = 8
"""Histories looked at with one write, whether they say anything any more. A mail brings one new name at most, as a
rule."""

FORGOTTEN_AT_ONCE = 0.2
"""The share of names forgotten where there are too many, so that sorting them stays cheap for each."""


class ReplayLedger:
    """Keeps what a replay needs. One thread; observations in the order of time.

    Attributes:
        settled_early: silences that were counted before their 72 hours were over, for want of room.
    """

    def __init__(self, *, most_decisions: int = MOST_DECISIONS, most_histories: int = MOST_HISTORIES) -> None:
        self.settled_early = 0
        self._most_decisions = most_decisions
        self._most_histories = most_histories
        self._histories: dict[Subject, History] = {}
        self._decisions: dict[str, Remembered] = {}
        self._spoken: set[str] = set()
        self._unsettled: deque[str] = deque()
        self._votes: dict[tuple[str, str, str], None] = {}
        self._older_votes: dict[tuple[str, str, str], None] = {}
        self._round: Iterator[Subject] = iter(())

    def read(self, subjects: Sequence[Subject]) -> Mapping[Subject, History]:
        histories = self._histories
        return {subject: history for subject in subjects if (history := histories.get(subject))}

    def write(self, observations: Sequence[Observation], decisions: Sequence[Remembered] = ()) -> int:
        observations, decisions = checked(observations), checked(decisions)
        now = latest(observations, decisions)
        histories, known = self._histories, self._decisions
        # The same mail again, a retry, counts once.
        seen = {decision.id for decision in decisions if decision.id in known}
        number = 0
        for observation in observations:
            if observation.about in seen:
                continue
            counts = self._as_it_counts(observation)
            if counts is None:
                continue
            number += 1
            if observation.kind in SETTLING and observation.about:
                self._spoken.add(observation.about)
            histories.update(counted(histories, counts))
        for decision in decisions:
            if decision.id not in seen:
                known[decision.id] = decision
                self._unsettled.append(decision.id)
        self._settle(now)
        self._forget(now)
        return number

    def decision(self, decision_id: str) -> Remembered | None:
        return self._decisions.get(decision_id)

    def everybody(self, kind: str | None = None) -> Iterable[History]:
        chosen = [history for history in self._histories.values() if kind in (None, history.subject.kind)]
        return sorted(chosen, key=lambda it: (-heft(it.good, it.bad, it.as_of), it.subject))

    def forget(self, subject: Subject) -> bool:
        return self._histories.pop(subject, None) is not None

    def sizes(self) -> dict[str, int]:
        """How much is kept of what could grow."""
        return {
            "decisions": len(self._decisions),
            "histories": len(self._histories),
            "unsettled": len(self._unsettled),
            "spoken": len(self._spoken),
            "votes": len(self._votes) + len(self._older_votes),
        }

    def _as_it_counts(self, observation: Observation) -> Observation | None:
        """The observation for those subjects for which it counts; ``None`` where it was counted before."""
        if not observation.reporter and not observation.about.startswith("copies"):
            return observation
        once = observation.once
        if once is not None and not self._is_first(once):
            return None
        if not reporter_of(observation) or not observation.subjects:
            return observation
        reporter = observation.reporter
        subjects = tuple(
            subject
            for subject in dict.fromkeys(observation.subjects)
            if self._is_first((vote(observation, subject), "vote", reporter))
        )
        return replace(observation, subjects=subjects) if subjects else None

    def _is_first(self, once: tuple[str, str, str]) -> bool:
        if once in self._votes or once in self._older_votes:
            return False
        if len(self._votes) >= MOST_VOTES:
            self._older_votes, self._votes = self._votes, {}
        self._votes[once] = None
        return True

    def _settle(self, now: float) -> None:
        """Counts the silence of mails whose time is over, the oldest first."""
        unsettled, known = self._unsettled, self._decisions
        for _ in range(SETTLED_AT_ONCE):
            if not unsettled or known[unsettled[0]].time > now - SILENCE_SECONDS:
                return
            self._settle_one(unsettled.popleft())

    def _settle_one(self, decision_id: str) -> None:
        silent = None if decision_id in self._spoken else settled(self._decisions[decision_id])
        if silent:
            self._histories.update(counted(self._histories, silent))

    def _forget(self, now: float) -> None:
        decisions = self._decisions
        while decisions:
            oldest = next(iter(decisions))
            if len(decisions) <= self._most_decisions and decisions[oldest].time > now - KEPT_SECONDS:
                break
            if self._unsettled and self._unsettled[0] == oldest:
                self.settled_early += decisions[oldest].time > now - SILENCE_SECONDS
                self._settle_one(self._unsettled.popleft())
            del decisions[oldest]
            self._spoken.discard(oldest)
        looked_at = list(islice(self._round, LOOKED_AT_ONCE))
        for subject in looked_at:
            history = self._histories.get(subject)
            if history and is_stale(history, now):
                del self._histories[subject]
        if len(looked_at) < LOOKED_AT_ONCE:
            self._round = iter(list(self._histories))
        if len(self._histories) > self._most_histories:
            self._forget_faint()

    def _forget_faint(self) -> None:
        """Forgets a share of the names, those that were not seen for longest; who is trusted stays to the last."""
        ordered = sorted(self._histories.values(), key=lambda it: (it.is_trusted, it.last_seen))
        for history in ordered[: max(1, int(len(ordered) * FORGOTTEN_AT_ONCE))]:
            del self._histories[history.subject]
