"""The resolver for real DNS: the system's own servers, or those that the operator names."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import replace
from threading import Lock
from time import monotonic
from typing import TYPE_CHECKING

from trustlane._core import Answer, Question
from trustlane.dns import engine
from trustlane.dns.cache import Cache
from trustlane.dns.counters import Counters
from trustlane.dns.limits import DnsLimits
from trustlane.dns.port import Answers
from trustlane.dns.waiting import Round

if TYPE_CHECKING:
    from trustlane.dns.channels import Channels
    from trustlane.dns.flight import Flight
    from trustlane.dns.response import Heard

STALE_AFTER_SECONDS = 1.8
"""How long an answer is waited for before one whose time is over stands in: a little less than many clients wait
(RFC 8767 §5)."""


class DnsResolver:
    """Asks recursive resolvers by UDP, and by TCP where an answer was truncated or may be forged; keeps the answers.

    One resolver is for the whole program, for any number of threads and event loops: what one asked, all know, and what
    one is asking, nobody asks again. Aliases are followed by the server that answers. The system's search list is not
    used: a name in mail is whole.
    """

    def __init__(
        self,
        *,
        nameservers: Sequence[str] | None,
        port: int = 53,
        limits: DnsLimits | None = None,
        clock: Callable[[], float] = monotonic,
    ) -> None:
        """
        Args:
            nameservers: IP addresses, each perhaps with a port, as ``127.0.0.1:5353`` or ``[::1]:5353``; ``None``
                takes those of the system.
            port: where none is named.
            limits: what it may spend and keep.
            clock: tells the age of what is kept, in seconds; it only goes forward.

        Raises:
            SettingsError: there is no nameserver, or one is no address.
        """
        # dnspython takes 0.1 s to load: only those wait for it who ask.
        from trustlane.dns.configuration import servers

        self.limits = limits or DnsLimits()
        self._servers = servers(nameservers, port)
        self._clock = clock
        self._counters = Counters()
        self._cache = Cache(self.limits, self._counters)
        self._flights: dict[Question, Flight] = {}
        self._channels: dict[asyncio.AbstractEventLoop, Channels] = {}
        self._lock = Lock()

    @property
    def counters(self) -> Counters:
        """What was done so far, as of now."""
        with self._lock:
            return replace(self._counters, failures=dict(self._counters.failures))

    def ask(self, questions: Sequence[Question]) -> Answers:
        answers, missing = self._kept(questions)
        if missing:
            round_ = self._answered(missing, _running_loop())
            answers.update(asyncio.run_coroutine_threadsafe(round_, engine.loop()).result())
        return answers

    async def aask(self, questions: Sequence[Question]) -> Answers:
        answers, missing = self._kept(questions)
        if missing:
            answers.update(await self._answered(missing))
        return answers

    def prefetch(self, questions: Sequence[Question]) -> None:
        """Begins to ask what will be asked soon; waits for nothing."""
        with self._lock:
            now = self._clock()
            missing = [one for one in questions if one not in self._flights and not self._cache.has_fresh(one, now)]
        if not missing:
            return
        loop = _running_loop()
        if loop is not None:
            self._begin(missing, loop, None)
        else:
            loop = engine.loop()
            loop.call_soon_threadsafe(self._begin, missing, loop, None)

    def _kept(self, questions: Sequence[Question]) -> tuple[dict[Question, Answer], list[Question]]:
        """Answers in the order of the questions, with a place for each that is missing."""
        now, fresh = self._clock(), self._cache.fresh
        answers: dict[Question, Answer] = dict.fromkeys(questions, _TOO_LATE)
        missing = []
        with self._lock:
            for question in answers:
                answer = fresh(question, now)
                if answer is None:
                    missing.append(question)
                else:
                    answers[question] = answer
        return answers, missing

    async def _answered(
        self, missing: list[Question], blocked: asyncio.AbstractEventLoop | None = None
    ) -> dict[Question, Answer]:
        """The answers that have to be waited for; ``blocked`` is a loop that stands still meanwhile."""
        loop = asyncio.get_running_loop()
        round_ = Round(loop, missing)
        self._begin(missing, loop, round_, blocked)
        timers = [loop.call_later(self.limits.deadline_seconds, round_.give_up)]
        if self.limits.serve_stale_seconds:
            timers.append(loop.call_later(STALE_AFTER_SECONDS, self._make_do, round_))
        try:
            await round_.is_over
        finally:
            for timer in timers:
                timer.cancel()
        return round_.answers

    def _begin(
        self,
        missing: list[Question],
        loop: asyncio.AbstractEventLoop,
        round_: Round | None,
        blocked: asyncio.AbstractEventLoop | None = None,
    ) -> None:
        """Joins the look-ups that are under way, and begins the others. To be called in the loop."""
        channels, starting, now = self._channels_in(loop), [], monotonic()
        with self._lock:
            for question in missing:
                if round_ is not None and (answer := self._cache.fresh(question, self._clock())) is not None:
                    round_.take(question, answer)  # it came since we looked
                    continue
                flight = self._flights.get(question)
                if flight is None or not _will_land(flight, now, blocked):
                    flight = self._flights[question] = self._new_flight(question, channels, now)
                    self._counters.misses += 1
                    starting.append(flight)
                elif round_ is not None:
                    self._counters.coalesced += 1
                if round_ is not None:
                    flight.listeners.append(round_.told)
        for flight in starting:
            channels.enter(flight)

    def _new_flight(self, question: Question, channels: "Channels", now: float) -> "Flight":
        from trustlane.dns.flight import Flight
        from trustlane.dns.servers import Course

        return Flight(question, Course(self._servers, self.limits, now), channels, self.limits, self._landed)

    def _landed(self, flight: "Flight", heard: "Heard") -> None:
        question, answer = flight.question, heard.answer
        seconds = monotonic() - flight.begun
        with self._lock:
            if self._flights.get(question) is flight:
                del self._flights[question]
            self._count(flight, answer, seconds)
            now = self._clock()
            if answer.status == "unavailable" and (stale := self._cache.stale(question, now)) is not None:
                self._counters.stale += len(flight.listeners)
                self._cache.keep(question, answer, 0.0, now)
                answer = stale
            else:
                self._cache.keep(question, answer, heard.ttl_seconds, now)
            listeners, flight.listeners = flight.listeners, []
        for listener in listeners:
            listener(flight, answer)

    def _count(self, flight: "Flight", answer: Answer, seconds: float) -> None:
        counters = self._counters
        counters.sent += flight.sent
        counters.over_tcp += flight.over_tcp
        counters.strays += flight.channels.strays
        flight.channels.strays = 0
        counters.seconds += seconds
        counters.slowest_seconds = max(counters.slowest_seconds, seconds)
        if answer.why is not None:
            counters.failed(answer.why)

    def _make_do(self, round_: Round) -> None:
        """What was kept too long is better than to wait longer; the look-up goes on (RFC 8767 §5)."""
        now = self._clock()
        with self._lock:
            stale = {question: self._cache.stale(question, now) for question in round_.missing}
            found = {question: answer for question, answer in stale.items() if answer is not None}
            self._counters.stale += len(found)
        for question, answer in found.items():
            round_.take(question, answer)

    def _channels_in(self, loop: asyncio.AbstractEventLoop) -> "Channels":
        from trustlane.dns.channels import Channels

        with self._lock:
            if loop not in self._channels:
                for old in [old for old in self._channels if old.is_closed()]:
                    self._channels.pop(old).close()
                self._channels[loop] = Channels(loop, self.limits.at_once)
            return self._channels[loop]


_TOO_LATE = Answer.unavailable("timeout")


def _will_land(flight: "Flight", now: float, blocked: asyncio.AbstractEventLoop | None) -> bool:
    loop = flight.channels.loop
    return flight.ends > now and loop is not blocked and not loop.is_closed()


def _running_loop() -> asyncio.AbstractEventLoop | None:
    try:
        return asyncio.get_running_loop()
    except RuntimeError:
        return None
