"""The ledger that forgets at exit: for tests, and for looking at one message without a store."""

import heapq
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import islice
from threading import Lock

from trustlane.ledger.ageing import LOOKED_AT_ONCE, is_stale
from trustlane.ledger.evidence import SILENCE_SECONDS, checked, counted, heft, with_override
from trustlane.ledger.history import History, Override, Subject
from trustlane.ledger.observation import Observation
from trustlane.ledger.port import KEPT_SECONDS, Counted, Kept, Remembered, latest
from trustlane.ledger.reporters import reporter_of, vote
from trustlane.ledger.silence import SETTLED_AT_ONCE, SETTLING, settled


class MemoryLedger:
    """Keeps everything in this process. Any thread may call it."""

    def __init__(self, *, kept_seconds: float = KEPT_SECONDS) -> None:
        """
        Args:
            kept_seconds: how long decisions and reports are kept.
        """
        self._kept_seconds = kept_seconds
        self._lock = Lock()
        self._histories: dict[Subject, History] = {}
        self._decisions: dict[str, Remembered] = {}
        self._counted: dict[tuple[str, str, str], float] = {}
        self._spoken: set[str] = set()
        self._unsettled: list[tuple[float, str]] = []
        self._by_age: list[tuple[float, int, str | tuple[str, str, str]]] = []
        self._number = 0
        self._round: Iterator[Subject] = iter(())

    def read(self, subjects: Sequence[Subject]) -> Mapping[Subject, History]:
        with self._lock:
            return {subject: self._histories[subject] for subject in subjects if subject in self._histories}

    async def aread(self, subjects: Sequence[Subject]) -> Mapping[Subject, History]:
        return self.read(subjects)

    def write(self, observations: Sequence[Observation], decisions: Sequence[Remembered] = ()) -> int:
        observations, decisions = checked(observations), checked(decisions)
        with self._lock:
            now = latest(observations, decisions)
            self._forget_old(now)
            self._forget_stale(now)
            for decision in decisions:
                self._keep(decision)
            new = [counts for it in observations if (counts := self._as_it_counts(it))]
            self._spoken.update(
                it.about for it in new if it.about and it.about in self._decisions and it.kind in SETTLING
            )
            for observation in (*new, *self._settled(now)):
                self._histories.update(counted(self._histories, observation))
            return len(new)

    async def awrite(self, observations: Sequence[Observation], decisions: Sequence[Remembered] = ()) -> int:
        return self.write(observations, decisions)

    def decision(self, decision_id: str) -> Remembered | None:
        with self._lock:
            return self._decisions.get(decision_id)

    def everybody(self, kind: str | None = None) -> Iterable[History]:
        with self._lock:
            chosen = [history for history in self._histories.values() if kind in (None, history.subject.kind)]
        return sorted(chosen, key=lambda it: (-heft(it.good, it.bad, it.as_of), it.subject))

    def forget(self, subject: Subject) -> bool:
        with self._lock:
            return self._histories.pop(subject, None) is not None

    def override(self, subject: Subject, word: Override) -> None:
        with self._lock:
            history = self._histories.get(subject) or History(subject)
            self._histories[subject] = with_override(history, word)

    def how_many(self) -> int:
        with self._lock:
            return len(self._histories) + len(self._decisions) + len(self._counted)

    def kept(self) -> Iterable[Kept]:
        with self._lock:
            counted = [Counted(*once, time) for once, time in self._counted.items()]
            return [*self._histories.values(), *self._decisions.values(), *counted]

    def restore(self, kept: Sequence[Kept]) -> None:
        with self._lock:
            for it in kept:
                match it:
                    case History():
                        self._histories[it.subject] = it
                    case Counted(about, kind, reporter, time):
                        self._is_first((about, kind, reporter), time)
                    case Remembered():
                        self._keep(it)
            self._spoken.update(it.about for it in kept if isinstance(it, Counted) and it.kind in SETTLING)

    def close(self) -> None:
        """Nothing is held open."""

    def _keep(self, decision: Remembered) -> None:
        self._decisions[decision.id] = decision
        self._spoken.discard(decision.id)
        self._age(decision.time, decision.id)
        heapq.heappush(self._unsettled, (decision.time, decision.id))

    def _as_it_counts(self, observation: Observation) -> Observation | None:
        """The observation for those subjects for which it counts; ``None`` where it was counted before."""
        if not self._is_first(observation.once, observation.time):
            return None
        if not reporter_of(observation) or not observation.subjects:
            return observation
        subjects = tuple(
            subject
            for subject in dict.fromkeys(observation.subjects)
            if self._is_first((vote(observation, subject), "vote", observation.reporter), observation.time)
        )
        return replace(observation, subjects=subjects) if subjects else None

    def _is_first(self, once: tuple[str, str, str] | None, time: float) -> bool:
        if once is None:
            return True
        if once in self._counted:
            return False
        self._counted[once] = time
        self._age(time, once)
        return True

    def _settled(self, now: float) -> Iterator[Observation]:
        """What silence says of the mails whose time is over, the oldest first."""
        for _ in range(SETTLED_AT_ONCE):
            while self._unsettled and self._is_settled(*self._unsettled[0]):
                heapq.heappop(self._unsettled)
            if not self._unsettled or self._unsettled[0][0] > now - SILENCE_SECONDS:
                return
            _, decision_id = heapq.heappop(self._unsettled)
            self._spoken.add(decision_id)
            silent = settled(self._decisions[decision_id])
            if silent and self._is_first(silent.once, silent.time):
                yield silent

    def _is_settled(self, time: float, decision_id: str) -> bool:
        kept = self._decisions.get(decision_id)
        return kept is None or kept.time != time or decision_id in self._spoken

    def _forget_stale(self, now: float) -> None:
        """Looks at the next few histories, round and round, and deletes those that say nothing any more."""
        looked_at = list(islice(self._round, LOOKED_AT_ONCE))
        if len(looked_at) < LOOKED_AT_ONCE:
            self._round = iter(list(self._histories))
            looked_at += islice(self._round, LOOKED_AT_ONCE - len(looked_at))
        for subject in looked_at:
            history = self._histories.get(subject)
            if history and is_stale(history, now):
                del self._histories[subject]

    def _age(self, time: float, key: str | tuple[str, str, str]) -> None:
        self._number += 1
        heapq.heappush(self._by_age, (time, self._number, key))

    def _forget_old(self, now: float) -> None:
        while self._by_age and self._by_age[0][0] < now - self._kept_seconds:
            time, _, key = heapq.heappop(self._by_age)
            if isinstance(key, tuple):
                self._counted.pop(key, None)
            elif (kept := self._decisions.get(key)) and kept.time == time:
                del self._decisions[key]
                self._spoken.discard(key)
