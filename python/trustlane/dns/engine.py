"""The event loop for those who have none: one thread for all resolvers of the process, started when it is needed."""

import asyncio
import os
from threading import Lock, Thread


class _Engine:
    def __init__(self) -> None:
        self._lock = Lock()
        self._loop: asyncio.AbstractEventLoop | None = None

    def loop(self) -> asyncio.AbstractEventLoop:
        with self._lock:
            if self._loop is None:
                self._loop = asyncio.SelectorEventLoop()
                Thread(target=self._loop.run_forever, name="trustlane-dns", daemon=True).start()
            return self._loop

    def forget(self) -> None:
        """After a fork the thread is not there."""
        self._lock, self._loop = Lock(), None


_ENGINE = _Engine()

loop = _ENGINE.loop
"""The running event loop of the thread."""

if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_ENGINE.forget)
