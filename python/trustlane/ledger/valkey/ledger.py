"""The ledger that a fleet of relays shares: Valkey or Redis, alone, behind Sentinels, or as a cluster.

What changes one subject is one function on the server: nobody's update is lost, however many relays write. What goes
over several subjects is put together here, trip by trip.
"""

import asyncio
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import islice
from typing import Any, TypeVar

from trustlane.errors import LedgerError
from trustlane.ledger.evidence import SILENCE_SECONDS, checked, heft
from trustlane.ledger.history import History, Override, Subject
from trustlane.ledger.observation import Observation
from trustlane.ledger.port import KEPT_SECONDS, Counted, Kept, Remembered, latest
from trustlane.ledger.silence import SETTLED_AT_ONCE, SETTLING, settled
from trustlane.ledger.valkey import calls, keys, values
from trustlane.ledger.valkey.counting import EXACT, Counting
from trustlane.ledger.valkey.reading import read
from trustlane.ledger.valkey.servers import Call, Servers, Where

Answer = TypeVar("Answer")
Item = TypeVar("Item")

THREADS = 16
"""Calls of an event loop that wait for a server at one time; the others wait their turn."""

LISTED_AT_ONCE = 500
"""Histories fetched with one trip when all are listed."""


class ValkeyLedger:
    """A ledger on servers that other relays use too. Any thread may call it."""

    def __init__(self, where: Where) -> None:
        """
        Raises:
            LedgerError: a url is none. Whether a server answers is seen at the first call.
        """
        self._where = where
        self._servers = Servers(where)
        self._threads = ThreadPoolExecutor(THREADS, "trustlane-ledger")
        self._now = 0.0
        self._is_closed = False

    def read(self, subjects: Sequence[Subject]) -> Mapping[Subject, History]:
        self._check_open()
        return read(self._servers, subjects, self._now, from_replica=self._where.reads_replicas)

    async def aread(self, subjects: Sequence[Subject]) -> Mapping[Subject, History]:
        return await self._aside(lambda: self.read(subjects))

    def write(self, observations: Sequence[Observation], decisions: Sequence[Remembered] = ()) -> int:
        self._check_open()
        observations, decisions = checked(observations), checked(decisions)
        present = latest(observations, decisions)
        self._now = max(self._now, present)
        counting = Counting(self._servers, self._now)
        new = self._new(observations, decisions)
        counted = [it for it, did in zip(new, counting.count(new), strict=True) if did]
        self._settle(counting, counted, present)
        return len(counted)

    async def awrite(self, observations: Sequence[Observation], decisions: Sequence[Remembered] = ()) -> int:
        return await self._aside(lambda: self.write(observations, decisions))

    def decision(self, decision_id: str) -> Remembered | None:
        self._check_open()
        return next(iter(self._decisions([keys.octets(decision_id)])), None)

    def everybody(self, kind: str | None = None) -> Iterable[History]:
        self._check_open()
        names = (keys.subject_of(key) for key in self._servers.keys(keys.HISTORIES))
        chosen = sorted({subject for subject in names if kind in (None, subject.kind)})
        found = [history for part in _parts(chosen) for history in read(self._servers, part, self._now).values()]
        return sorted(found, key=lambda it: (-heft(it.good, it.bad, it.as_of), it.subject))

    def forget(self, subject: Subject) -> bool:
        self._check_open()
        made = [("DEL", keys.history_key(subject)), ("DEL", keys.said_key(subject))]
        return bool(self._servers.together(made)[0])

    def override(self, subject: Subject, word: Override) -> None:
        self._check_open()
        self._servers.together([calls.override(subject, word, self._now)])

    def how_many(self) -> int:
        self._check_open()
        return self._servers.how_many()

    def kept(self) -> Iterable[Kept]:
        """Everything, but for who spoke of whom on which day."""
        yield from self.everybody()
        for part in _parts(self._servers.keys(keys.DECISIONS)):
            yield from self._decisions([keys.decision_name(key) for key in part])
        for part in _parts(self._servers.keys(keys.CLAIMS)):
            yield from map(values.claim_of, filter(None, self._servers.together([("GET", key) for key in part])))

    def restore(self, kept: Sequence[Kept]) -> None:
        self._check_open()
        self._servers.together([call for it in kept for call in _put(it, self._now)])
        spoken = [it.about for it in kept if isinstance(it, Counted) and it.kind in SETTLING]
        self._servers.together([("ZREM", keys.UNSETTLED, keys.octets(about)) for about in spoken])

    def close(self) -> None:
        """Finishes what was begun. Everything after it raises LedgerError."""
        self._is_closed = True
        self._threads.shutdown()
        self._servers.close()

    def _new(self, observations: Sequence[Observation], decisions: Sequence[Remembered]) -> list[Observation]:
        """Keeps the decisions, and gives the observations that were not counted before.

        Of those that count exactly once that is only noted when they have counted: see :mod:`counting`.
        """
        kept = [call for it in decisions for call in calls.keep(it)]
        once = list(_first_of_each(observations))
        asked = [
            ("GET", keys.claim_key(it.once)) if it.kind in EXACT else _claim(it, self._now) for it in once if it.once
        ]
        answers = iter(self._servers.together([*kept, *asked])[len(kept) :])
        return [it for it in once if it.once is None or self._is_new(it, next(answers))]

    def _is_new(self, it: Observation, answer: Any) -> bool:
        if it.kind not in EXACT:
            return bool(answer)
        return answer is None or values.claim_time(answer) < self._now - KEPT_SECONDS

    def _settle(self, counting: Counting, counted: Sequence[Observation], present: float) -> None:
        """Notes what counted and whose silence it broke; then settles the silence that is due."""
        noted = [_claim(it, self._now) for it in counted if it.kind in EXACT and it.once]
        spoken = [("ZREM", keys.UNSETTLED, keys.octets(it.about)) for it in counted if it.about and it.kind in SETTLING]
        due = calls.due(present - SILENCE_SECONDS, SETTLED_AT_ONCE)
        ids = self._servers.together([*noted, *spoken, due])[-1]
        silent = [it for decision in self._decisions(ids) if (it := settled(decision))]
        claims = self._servers.together([_claim(it, self._now) for it in silent])
        counting.count([it for it, is_first in zip(silent, claims, strict=True) if is_first])

    def _decisions(self, names: Sequence[bytes]) -> Iterator[Remembered]:
        """Those that are kept still, in their order."""
        for kept in self._servers.together([("GET", keys.decision_key(name)) for name in names]):
            decision = values.decision_of(kept) if kept else None
            if decision and decision.time >= self._now - KEPT_SECONDS:
                yield decision

    async def _aside(self, work: Callable[[], Answer]) -> Answer:
        self._check_open()
        return await asyncio.get_running_loop().run_in_executor(self._threads, work)

    def _check_open(self) -> None:
        if self._is_closed:
            raise LedgerError("the ledger is closed")


def _claim(it: Observation, now: float) -> Call:
    assert it.once
    return calls.claim(it.once, it.time, now)


def _put(it: Kept, now: float) -> tuple[Call, ...]:
    match it:
        case History():
            return (calls.put(it),)
        case Remembered():
            return calls.keep(it)
        case Counted(kind="vote"):
            return (calls.said(it),)
        case Counted():
            return (calls.claim(it[:3], it.time, now),)


def _first_of_each(observations: Sequence[Observation]) -> Iterator[Observation]:
    """Of those that count exactly once the first alone, where one write has the same again."""
    seen = set()
    for it in observations:
        if it.kind not in EXACT or it.once is None:
            yield it
        elif it.once not in seen:
            seen.add(it.once)
            yield it


def _parts(many: Iterable[Item]) -> Iterator[list[Item]]:
    rest = iter(many)
    while part := list(islice(rest, LISTED_AT_ONCE)):
        yield part
