"""Progress, on a terminal and nowhere else."""

import sys
import time
from collections.abc import Callable, Iterable, Iterator
from typing import TypeVar

T = TypeVar("T")

EVERY_SECONDS = 0.25
LOOK_EVERY = 256
"""Items between two looks at the clock, which costs more than counting."""


class Progress:
    """One line on standard error that tells how far a long run is."""

    def __init__(self, total: int | None, done: Callable[[], int] | None = None) -> None:
        """
        Args:
            total: of whatever ``done`` counts; ``None`` where nobody knows.
            done: how much of it is behind us; without it the items themselves are counted.
        """
        self._total = total
        self._done = done

    def over(self, items: Iterable[T]) -> Iterator[T]:
        """The same items."""
        if not sys.stderr.isatty():
            yield from items
            return
        began = shown = time.monotonic()
        count = 0
        for count, item in enumerate(items, 1):
            yield item
            if count % LOOK_EVERY == 0 and time.monotonic() - shown > EVERY_SECONDS:
                shown = time.monotonic()
                self._show(count, shown - began)
        self._show(count, time.monotonic() - began)
        print(file=sys.stderr)

    def _show(self, count: int, seconds: float) -> None:
        share = _bar((self._done() if self._done else count) / self._total) if self._total else ""
        rate = f"{count / seconds:,.0f} a second" if seconds > 0 else ""
        print(f"\r\x1b[K{share}{count:,}  {rate}", end="", file=sys.stderr, flush=True)


WIDTH = 24


def _bar(share: float) -> str:
    done = min(round(share * WIDTH), WIDTH)
    return f"[{'#' * done}{'.' * (WIDTH - done)}] {100.0 * share:5.1f} %  "
