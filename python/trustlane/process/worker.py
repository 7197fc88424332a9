"""A worker's side: it beats while it lives, and ends when its supervisor does."""

import asyncio
import os
from collections.abc import Callable

BEAT_SECONDS = 0.25
"""Between two beats; a fraction of the second within which a dead worker is replaced."""

READY, BEAT = b"R", b"b"


class Life:
    """The two pipes between a worker and its supervisor."""

    def __init__(self, beats: int, supervisor: int) -> None:
        self._beats = beats
        self._supervisor = supervisor
        os.set_blocking(beats, False)

    def start(self, orphaned: Callable[[], None]) -> None:
        """Beats from now on, in the running loop: a loop that hangs does not beat.

        Args:
            orphaned: called when the supervisor is no more.
        """
        loop = asyncio.get_running_loop()
        loop.add_reader(self._supervisor, self._hear, loop, orphaned)
        self._tell(READY)
        loop.call_later(BEAT_SECONDS, self._beat, loop)

    def _hear(self, loop: asyncio.AbstractEventLoop, orphaned: Callable[[], None]) -> None:
        """Nothing is ever said on this pipe, so that it can be read means that its other end is closed."""
        loop.remove_reader(self._supervisor)
        orphaned()

    def _beat(self, loop: asyncio.AbstractEventLoop) -> None:
        self._tell(BEAT)
        loop.call_later(BEAT_SECONDS, self._beat, loop)

    def _tell(self, octets: bytes) -> None:
        try:
            os.write(self._beats, octets)
        except (BlockingIOError, BrokenPipeError):
            return
