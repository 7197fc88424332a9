"""``trustlane serve`` as a process of its own: started, watched and stopped."""

import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from world import World

STOP_SECONDS = 40.0
"""Given to the relay to finish the mails at hand; it gives itself 30."""


class Failed(Exception):
    """The relay did not start, or went away; the text is one line for a person."""


@dataclass(frozen=True, slots=True)
class Service:
    """A relay that listens.

    Attributes:
        host, port: where.
        process: its process.
    """

    host: str
    port: int
    process: subprocess.Popen[str]


@contextmanager
def serving(world: World) -> Iterator[Service]:
    """Starts the relay, and stops it whatever happens in between.

    Raises:
        Failed: it did not start.
    """
    command = [sys.executable, "-m", "trustlane", "serve", "--config", str(world.config)]
    with world.log.open("a") as log:
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=log, text=True)  # noqa: S603
    try:
        yield _listening(process, world)
    finally:
        _stop(process)


def last_words(world: World) -> str:
    """The last line of the relay's log, for a person who wonders why it ended."""
    lines = world.log.read_text(errors="replace").splitlines()
    return lines[-1] if lines else "it said nothing"


def _listening(process: subprocess.Popen[str], world: World) -> Service:
    assert process.stdout is not None
    line = process.stdout.readline()
    found = _LISTENS.search(line)
    if not found:
        raise Failed(f"trustlane serve did not start: {last_words(world)}")
    return Service(found["host"], int(found["port"]), process)


_LISTENS = re.compile(r"listens on (?P<host>\S+):(?P<port>\d+)")


def _stop(process: subprocess.Popen[str]) -> None:
    process.terminate()
    try:
        process.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
    if process.stdout:
        process.stdout.close()
