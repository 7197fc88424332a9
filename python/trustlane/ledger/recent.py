"""Histories read a moment ago: most mail comes from few names, and a look into the file costs more than a judgement."""

from collections.abc import Iterable, Mapping, Sequence
from time import monotonic

from trustlane.ledger.history import History, Subject

KEPT_SECONDS = 1.0
"""How long a history that was read may be used again. What this process writes is seen at once; what another process
writes to the same file, after this time at the latest. Counters may lag by a second (design of the ledger)."""

MOST_KEPT = 8_192
"""Histories kept, some 4 MB."""


class Recent:
    """Histories with the time at which they were read. Any thread may use it: each step is one step of a dict."""

    def __init__(self) -> None:
        self._read: dict[Subject, tuple[float, History | None]] = {}

    def split(self, subjects: Sequence[Subject]) -> tuple[dict[Subject, History], list[Subject]]:
        """The histories of those that were read lately, and the subjects that must be read."""
        oldest, read = monotonic() - KEPT_SECONDS, self._read
        found: dict[Subject, History] = {}
        missing: list[Subject] = []
        for subject in subjects:
            kept = read.get(subject)
            if kept is None or kept[0] < oldest:
                missing.append(subject)
            elif history := kept[1]:
                found[subject] = history
        return found, missing

    def keep(self, asked: Iterable[Subject], read: Mapping[Subject, History]) -> None:
        """What was read now; of those asked for and not found it is kept that there is none."""
        if len(self._read) > MOST_KEPT:
            self._read.clear()
        now = monotonic()
        for subject in asked:
            self._read[subject] = (now, read.get(subject))

    def forget(self, subjects: Iterable[Subject]) -> None:
        """These were written."""
        for subject in subjects:
            self._read.pop(subject, None)
