"""The supervisor: starts workers, replaces those that die or hang, passes on signals, and outlives them all."""

import logging
import os
import select
import signal
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import NoReturn

from trustlane.process.notify import notify
from trustlane.process.worker import BEAT_SECONDS, READY, Life

log = logging.getLogger("trustlane.process")

BAD_SETTINGS = 78
"""Exit code of a worker that cannot work with its settings (``EX_CONFIG``): another one could not either."""

HANG_SECONDS = 10.0
"""Without a beat for so long, a worker hangs: far longer than any step of one mail, far shorter than a client waits."""

KILL_SECONDS = 5.0
"""Beyond the drain time of a worker that was asked to stop; then it is killed."""

QUICK_DEATH_SECONDS = 1.0
"""A worker that lives no longer than this has not worked: its successor waits a little, and the next one longer."""

LONGEST_PAUSE_SECONDS = 5.0


@dataclass(slots=True)
class _Worker:
    """One child process.

    Attributes:
        beats: where its beats come in.
        life: while this end is open, the worker knows that we live.
    """

    number: int
    pid: int
    beats: int
    life: int
    started: float
    last_beat: float
    is_ready: bool = False


@dataclass(slots=True)
class _Place:
    """One of the workers' places: its worker, or when the next one starts."""

    worker: _Worker | None = None
    starts_at: float = 0.0
    quick_deaths: int = 0


@dataclass(slots=True)
class Supervisor:
    """Runs ``work`` in several processes until it is told to stop.

    Attributes:
        work: called in each worker with its number and its :class:`Life`; what it returns is the exit code.
        count: how many workers.
        drain_seconds: how long workers may take to finish.
        hang_seconds: see :data:`HANG_SECONDS`.
        ready: called once, when every worker is ready.
        reload: called at SIGHUP; workers are told only where it gives true.
    """

    work: Callable[[int, Life], int]
    count: int
    drain_seconds: float
    hang_seconds: float = HANG_SECONDS
    ready: Callable[[], None] = field(default=lambda: None)
    reload: Callable[[], bool] = field(default=lambda: True)
    _places: list[_Place] = field(default_factory=list)
    _exit_code: int | None = None
    _stops_at: float | None = None
    _is_ready: bool = False

    def run(self) -> int:
        """Works until SIGTERM or SIGINT; gives the exit code. Call it before any thread is started."""
        self._places = [_Place() for _ in range(self.count)]
        wake_reader, wake_writer = _signals_as_octets()
        try:
            while not self._is_over():
                self._start_missing()
                self._wait(wake_reader)
                self._check_hanging()
        finally:
            signal.set_wakeup_fd(-1)
            os.close(wake_reader)
            os.close(wake_writer)
        return self._exit_code or 0

    def _is_over(self) -> bool:
        return self._stops_at is not None and all(place.worker is None for place in self._places)

    def _start_missing(self) -> None:
        if self._stops_at is not None:
            return
        now = time.monotonic()
        for number, place in enumerate(self._places):
            if place.worker is None and place.starts_at <= now:
                place.worker = self._start(number)

    def _start(self, number: int) -> _Worker:
        beats_in, beats_out = os.pipe()
        life_in, life_out = os.pipe()
        pid = os.fork()
        if pid == 0:
            others = [end for place in self._places if place.worker for end in (place.worker.beats, place.worker.life)]
            _become_worker([beats_in, life_out, *others], self.work, number, Life(beats_out, life_in))
        os.close(beats_out)
        os.close(life_in)
        now = time.monotonic()
        return _Worker(number, pid, beats_in, life_out, started=now, last_beat=now)

    def _wait(self, wake_reader: int) -> None:
        beats = {place.worker.beats: place.worker for place in self._places if place.worker}
        readable, _, _ = select.select([wake_reader, *beats], [], [], BEAT_SECONDS)
        for end in readable:
            if end == wake_reader:
                for number in os.read(wake_reader, 1024):
                    self._obey(number)
            else:
                self._hear(beats[end])
        self._bury()

    def _hear(self, worker: _Worker) -> None:
        octets = os.read(worker.beats, 4096)
        if not octets:
            return
        worker.last_beat = time.monotonic()
        worker.is_ready = worker.is_ready or READY in octets
        if self._is_ready:
            return
        if all(place.worker and place.worker.is_ready for place in self._places):
            self._is_ready = True
            self.ready()
            notify("READY=1")

    def _obey(self, number: int) -> None:
        if number in (signal.SIGTERM, signal.SIGINT):
            self._stop()
        elif number == signal.SIGHUP:
            self._reload()

    def _stop(self) -> None:
        if self._stops_at is not None:
            return
        log.info("stopping; mails at hand have %d s", self.drain_seconds)
        notify("STOPPING=1")
        self._stops_at = time.monotonic() + self.drain_seconds + KILL_SECONDS
        self._tell_all(signal.SIGTERM)

    def _reload(self) -> None:
        notify(f"RELOADING=1\nMONOTONIC_USEC={time.monotonic_ns() // 1000}")
        if self.reload():
            self._tell_all(signal.SIGHUP)
        notify("READY=1")

    def _tell_all(self, number: int) -> None:
        for place in self._places:
            if place.worker:
                os.kill(place.worker.pid, number)

    def _check_hanging(self) -> None:
        now = time.monotonic()
        for place in self._places:
            if place.worker and self._is_to_be_killed(place.worker, now):
                os.kill(place.worker.pid, signal.SIGKILL)
                place.worker.last_beat = now
        if self._is_ready and self._stops_at is None:
            notify("WATCHDOG=1")

    def _is_to_be_killed(self, worker: _Worker, now: float) -> bool:
        if self._stops_at is not None:
            return now > self._stops_at
        is_hanging = now - worker.last_beat > self.hang_seconds
        if is_hanging:
            log.error("worker %d (process %d) hangs and is replaced", worker.number, worker.pid)
        return is_hanging

    def _bury(self) -> None:
        """Takes note of workers that have ended."""
        for place in self._places:
            if not place.worker:
                continue
            pid, status = os.waitpid(place.worker.pid, os.WNOHANG)
            if pid:
                self._ended(place, place.worker, os.waitstatus_to_exitcode(status))

    def _ended(self, place: _Place, worker: _Worker, exit_code: int) -> None:
        os.close(worker.beats)
        os.close(worker.life)
        place.worker = None
        if self._stops_at is not None:
            return
        if exit_code == BAD_SETTINGS and not worker.is_ready:
            self._exit_code = exit_code
            self._stop()
            return
        log.error("worker %d (process %d) ended with %d and is replaced", worker.number, worker.pid, exit_code)
        now = time.monotonic()
        place.quick_deaths = place.quick_deaths + 1 if now - worker.started < QUICK_DEATH_SECONDS else 0
        place.starts_at = now + min(LONGEST_PAUSE_SECONDS, place.quick_deaths * BEAT_SECONDS)


def _become_worker(ends_of_others: list[int], work: Callable[[int, Life], int], number: int, life: Life) -> NoReturn:
    """In the new process. Never returns into the supervisor's code."""
    exit_code = 1
    try:
        signal.set_wakeup_fd(-1)
        for handled in _HANDLED:
            signal.signal(handled, signal.SIG_DFL)
        for end in ends_of_others:
            os.close(end)
        exit_code = work(number, life)
    except BaseException:
        log.exception("worker %d met an error of ours", number)
    finally:
        os._exit(exit_code)


_HANDLED = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGCHLD)


def _signals_as_octets() -> tuple[int, int]:
    """Signals wake ``select``, each as an octet of its number."""
    reader, writer = os.pipe()
    os.set_blocking(writer, False)
    signal.set_wakeup_fd(writer, warn_on_full_buffer=False)
    for number in _HANDLED:
        signal.signal(number, lambda *_: None)
    return reader, writer
