"""The ledger that forgets at exit: for tests, and for looking at one message without a store."""

import heapq
from collections.abc import Iterable, Mapping, Sequence
from threading import Lock

from trustlane.ledger.evidence import checked, counted, heft
from trustlane.ledger.history import History, Subject
from trustlane.ledger.observation import Kind, Observation
from trustlane.ledger.port import KEPT_SECONDS, Remembered, latest


class MemoryLedger:
    """Keeps everything in this process. Any thread may call it."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._histories: dict[Subject, History] = {}
        self._decisions: dict[str, Remembered] = {}
        self._counted: dict[tuple[str, Kind, str], float] = {}
        self._by_age: list[tuple[float, str, tuple[()] | tuple[str, Kind, str]]] = []

    def read(self, subjects: Sequence[Subject]) -> Mapping[Subject, History]:
        with self._lock:
            return {subject: self._histories[subject] for subject in subjects if subject in self._histories}

    async def aread(self, subjects: Sequence[Subject]) -> Mapping[Subject, History]:
        return self.read(subjects)

    def write(self, observations: Sequence[Observation], decisions: Sequence[Remembered] = ()) -> int:
        observations, decisions = checked(observations), checked(decisions)
        with self._lock:
            self._forget_old(latest(observations, decisions))
            for decision in decisions:
                self._decisions[decision.id] = decision
                heapq.heappush(self._by_age, (decision.time, decision.id, ()))
            return sum(self._count(observation) for observation in observations)

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

    def close(self) -> None:
        """Nothing is held open."""

    def _count(self, observation: Observation) -> bool:
        key = (observation.about, observation.kind, observation.reporter)
        if key in self._counted:
            return False
        if observation.about:
            self._counted[key] = observation.time
            heapq.heappush(self._by_age, (observation.time, observation.about, key))
        self._histories.update(counted(self._histories, observation))
        return True

    def _forget_old(self, now: float) -> None:
        while self._by_age and self._by_age[0][0] < now - KEPT_SECONDS:
            time, decision_id, key = heapq.heappop(self._by_age)
            if key:
                self._counted.pop(key, None)
            elif (kept := self._decisions.get(decision_id)) and kept.time == time:
                del self._decisions[decision_id]
