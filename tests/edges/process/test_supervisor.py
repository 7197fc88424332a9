"""The supervisor: workers that die or hang are replaced, signals are passed on, and no worker outlives it."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

WORKER = """
import asyncio, os, signal, sys, time
from pathlib import Path
from trustlane.process import Life, Supervisor

folder = Path(sys.argv[1])
kind = sys.argv[2]

def note(what):
    with (folder / "log").open("a") as log:
        log.write(f"{what} {os.getpid()}\\n")

async def serve(life):
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    loop.add_signal_handler(signal.SIGTERM, stop.set)
    loop.add_signal_handler(signal.SIGHUP, lambda: note("reloaded"))
    loop.add_signal_handler(signal.SIGUSR1, lambda: time.sleep(60))
    life.start(orphaned=lambda: (note("orphaned"), stop.set()))
    note("began")
    await stop.wait()
    if kind == "stubborn":
        await asyncio.sleep(60)
    note("ended")

def work(number, life):
    if kind == "bad-settings":
        note("refused")
        return 78
    if kind == "dies-at-once":
        note("began")
        return 1
    asyncio.run(serve(life))
    return 0

supervisor = Supervisor(
    work, count=2, drain_seconds=0.2, hang_seconds=0.6,
    ready=lambda: note("ready"), reload=lambda: not (folder / "wrong").exists(),
)
sys.exit(supervisor.run())
"""


class Supervised:
    def __init__(self, folder: Path, kind: str) -> None:
        self.folder = folder
        environment = {**os.environ, "NOTIFY_SOCKET": ""}
        self.process = subprocess.Popen([sys.executable, "-c", WORKER, folder, kind], env=environment)

    def log(self, word: str) -> list[int]:
        """The processes that noted this."""
        file = self.folder / "log"
        lines = file.read_text().splitlines() if file.exists() else []
        return [int(line.split()[1]) for line in lines if line.split()[0] == word]

    def until(self, met: Callable[[], object], seconds: float = 10.0) -> None:
        ends = time.monotonic() + seconds
        while not met():
            assert time.monotonic() < ends, (self.folder / "log").read_text()
            time.sleep(0.02)

    def stop(self) -> int:
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(20)


@pytest.fixture
def started(tmp_path: Path) -> Iterator[Callable[[str], Supervised]]:
    running: list[Supervised] = []

    def start(kind: str) -> Supervised:
        running.append(Supervised(tmp_path, kind))
        return running[-1]

    yield start
    for one in running:
        if one.process.poll() is None:
            one.process.kill()
            one.process.wait()


def test_workers_work_until_the_supervisor_is_told_to_stop(started: Callable[[str], Supervised]) -> None:
    it = started("good")
    it.until(lambda: it.log("ready"))
    assert len(it.log("began")) == 2
    assert it.stop() == 0
    assert sorted(it.log("ended")) == sorted(it.log("began"))


def test_a_worker_that_is_killed_is_replaced_within_a_second(started: Callable[[str], Supervised]) -> None:
    it = started("good")
    it.until(lambda: it.log("ready"))
    victim = it.log("began")[0]
    os.kill(victim, signal.SIGKILL)
    it.until(lambda: len(it.log("began")) == 3, seconds=5)
    assert it.stop() == 0
    assert victim not in it.log("ended")


@pytest.mark.parametrize("number", [signal.SIGSTOP, signal.SIGUSR1])
def test_a_worker_that_hangs_is_replaced(started: Callable[[str], Supervised], number: signal.Signals) -> None:
    """Stopped from outside, or a loop that stands still."""
    it = started("good")
    it.until(lambda: it.log("ready"))
    os.kill(it.log("began")[0], number)
    it.until(lambda: len(it.log("began")) == 3)
    assert it.stop() == 0


def test_workers_that_die_at_once_are_started_ever_more_slowly(started: Callable[[str], Supervised]) -> None:
    it = started("dies-at-once")
    it.until(lambda: len(it.log("began")) >= 6)
    time.sleep(1.0)
    assert len(it.log("began")) < 20
    assert it.stop() == 0


def test_settings_that_no_worker_can_work_with_end_it(started: Callable[[str], Supervised]) -> None:
    it = started("bad-settings")
    assert it.process.wait(10) == 78
    assert 1 <= len(it.log("refused")) <= 2


def test_a_reload_reaches_the_workers_and_a_wrong_one_does_not(started: Callable[[str], Supervised]) -> None:
    it = started("good")
    it.until(lambda: it.log("ready"))
    it.process.send_signal(signal.SIGHUP)
    it.until(lambda: len(it.log("reloaded")) == 2)
    (it.folder / "wrong").touch()
    it.process.send_signal(signal.SIGHUP)
    time.sleep(0.6)
    assert len(it.log("reloaded")) == 2
    assert it.stop() == 0


def test_no_worker_outlives_its_supervisor(started: Callable[[str], Supervised]) -> None:
    it = started("good")
    it.until(lambda: it.log("ready"))
    it.process.kill()
    it.until(lambda: len(it.log("orphaned")) == 2)
    it.until(lambda: len(it.log("ended")) == 2)


def test_a_worker_that_does_not_stop_is_killed(started: Callable[[str], Supervised]) -> None:
    it = started("stubborn")
    it.until(lambda: it.log("ready"))
    assert it.stop() == 0
    assert it.log("ended") == []
