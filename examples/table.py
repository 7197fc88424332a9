"""A live table, for a terminal."""

from collections import Counter, deque
from contextlib import AbstractContextManager
from types import TracebackType

from rich.console import Group
from rich.live import Live
from rich.table import Table
from rich.text import Text

from cast import CAST
from lines import bound, told
from sender import Sender
from stage import Reported, Sent
from trustlane.assessment import Standing
from trustlane.cli.plain import plain

COLOURS = {"trusted": "green", "open": "yellow", "held": "magenta", "refused": "red"}

LATEST_LINES = 4
"""Lines of what just happened, below the table; the whole fits a terminal of 24 lines."""


class LiveTable(AbstractContextManager["LiveTable"]):
    """One row for each of the cast, redrawn as they write."""

    def __init__(self) -> None:
        self._mails: Counter[str] = Counter()
        self._sent: dict[str, Sent] = {}
        self._standings: dict[str, Standing | None] = {}
        self._latest: deque[Text] = deque(maxlen=LATEST_LINES)
        self._live = Live(self._drawn(), auto_refresh=False)

    def __enter__(self) -> "LiveTable":
        self._live.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._live.stop()

    def say(self, text: str) -> None:
        self._show(Text(text, style="bold"))

    def sent(self, sent: Sent) -> None:
        name = sent.sender.name
        self._mails[name] += 1
        self._sent[name] = sent
        self._standings[name] = sent.standing
        self._show(Text.assemble(f"{name}: ", (sent.outcome, COLOURS[sent.outcome]), f", {plain(sent.gist)}"))

    def reported(self, reported: Reported) -> None:
        self._standings[reported.sender.name] = reported.standing
        self._show(Text(f"{reported.sender.name}: {told(reported)}", style="cyan"))

    def _show(self, line: Text) -> None:
        line.no_wrap, line.overflow = True, "ellipsis"
        self._latest.append(line)
        self._live.update(self._drawn(), refresh=True)

    def _drawn(self) -> Group:
        table = Table(box=None, pad_edge=False)
        for heading in ("sender", "shows", "mails", "latest", "at least", "standing"):
            table.add_column(heading, no_wrap=heading != "shows")
        for sender in CAST:
            table.add_row(*self._row(sender))
        return Group(table, Text(""), *self._latest)

    def _row(self, sender: Sender) -> tuple[str | Text, ...]:
        # A column that may wrap is the first to get narrower; a text that must not is cut short then.
        shows = Text(sender.shows, no_wrap=True, overflow="ellipsis")
        sent = self._sent.get(sender.name)
        if sent is None:
            return sender.name, shows, "", "", "", ""
        standing = self._standings[sender.name]
        return (
            sender.name,
            shows,
            str(self._mails[sender.name]),
            Text(sent.outcome, style=COLOURS[sent.outcome]),
            bound(standing),
            standing.level.value if standing else "",
        )
