"""Try a policy on recorded traffic: assessment and lanes by the clock of the log, and what they would have been worth.

EVENTS is a log of JSON lines (docs/replay.md), also compressed with gzip, or a Maildir or mbox, whose mail is examined
anew with --zone or DNS. Nothing is written to the ledger in force. Everything is judged as if the mode were enforce.

Exit code: 0, or 1 where some lines could not be read, 2 wrong call or a file that cannot be read.
"""

import argparse
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import IO

from trustlane.cli.options import DEFAULT_FILE, declare_zone, policy_of, resolver_of
from trustlane.cli.plain import plain
from trustlane.cli.progress import Progress
from trustlane.errors import MessageError
from trustlane.lanes import Mode
from trustlane.replay import BadLine, Recorded
from trustlane.replay.content import ContentFilter
from trustlane.replay.engine import Engine
from trustlane.replay.ledger import ReplayLedger
from trustlane.replay.log import Log
from trustlane.replay.mailbox import event_of, is_mailbox, places
from trustlane.replay.page import as_html
from trustlane.replay.report import as_text
from trustlane.replay.run import run as run_through
from trustlane.replay.tally import Tally
from trustlane.replay.write import as_line
from trustlane.settings import Settings, load

SOME_BAD = 1
"""Exit code where lines could not be read."""

MOST_TOLD = 20
"""Bad lines that are told one by one; further ones are only counted."""


def declare(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("events", metavar="EVENTS", help="log, Maildir or mbox; - reads a log from standard input")
    parser.add_argument("--policy", type=Path, metavar="FILE", help="settings to try; by default those in force")
    parser.add_argument("--out", metavar="FILE", help="a verdict for each mail as JSON lines; - is standard output")
    parser.add_argument("--report", type=Path, metavar="FILE", help="the report as one HTML page with plots")
    parser.add_argument(
        "--warm-up",
        type=float,
        default=0.0,
        metavar="DAYS",
        help="mail of the first days makes a past, and is not counted",
    )
    parser.add_argument(
        "--junk-at",
        type=float,
        default=ContentFilter().junk_at,
        metavar="POINTS",
        help="content score from which open mail is held; by default 6",
    )
    parser.add_argument("--score-field", metavar="NAME", help="header field of a mailbox's mail with a content score")
    parser.add_argument("--stop", action="store_true", help="stop at the first line that cannot be read")
    declare_zone(parser)
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    settings = _settings(options)
    tally, bad = Tally(), _Bad(stops=options.stop)
    ledger = ReplayLedger()
    engine = Engine(ledger, replace(policy_of(settings), mode=Mode.ENFORCE), _content(options.junk_at))
    with ExitStack() as stack:
        out = _out(options.out, stack)
        for verdict in run_through(engine, tally, bad.without(_recorded(options, settings, stack)), options.warm_up):
            if out:
                out.write(as_line(verdict))
    print(plain(as_text(tally.figures())), file=sys.stderr if options.out == "-" else sys.stdout)
    if options.report:
        _write(options.report, as_html(tally, Path(options.events).name))
    if ledger.settled_early:
        print(f"trustlane: {ledger.settled_early:,} silence(s) were counted early, for want of room", file=sys.stderr)
    bad.conclude()
    return SOME_BAD if bad.count else 0


def _settings(options: argparse.Namespace) -> Settings:
    if options.policy:
        return load(options.policy)
    return load(DEFAULT_FILE) if DEFAULT_FILE.exists() else Settings()


def _content(junk_at: float) -> ContentFilter:
    plain_filter = ContentFilter()
    return ContentFilter(junk_at, min(plain_filter.clean_below, junk_at))


def _recorded(options: argparse.Namespace, settings: Settings, stack: ExitStack) -> Iterator[Recorded | BadLine]:
    path = Path(options.events)
    if options.events != "-" and is_mailbox(path):
        return _from_mailbox(path, options, settings)
    log = stack.enter_context(Log(options.events))
    return Progress(log.octets, log.position).over(log.recorded())


def _from_mailbox(path: Path, options: argparse.Namespace, settings: Settings) -> Iterator[Recorded]:
    resolver, limits = resolver_of(options, settings), policy_of(settings).limits
    found = places(path)
    done = 0

    def events() -> Iterator[Recorded]:
        nonlocal done
        for time, place in found:
            yield Recorded(event_of(place, time, resolver, limits, options.score_field))
            done += 1

    return Progress(len(found), lambda: done).over(events())


class _Bad:
    """Lines that are no events: told, counted, and passed over unless that is to stop us."""

    def __init__(self, *, stops: bool) -> None:
        self.count = 0
        self._stops = stops

    def without(self, recorded: Iterator[Recorded | BadLine]) -> Iterator[Recorded]:
        for it in recorded:
            if isinstance(it, Recorded):
                yield it
                continue
            if self._stops:
                raise MessageError(f"line {it.number}: {plain(it.why)}")
            self.count += 1
            if self.count <= MOST_TOLD:
                print(f"trustlane: line {it.number}: {plain(it.why)}", file=sys.stderr)

    def conclude(self) -> None:
        if self.count:
            print(f"trustlane: {self.count:,} line(s) could not be read and were passed over", file=sys.stderr)


def _out(name: str | None, stack: ExitStack) -> IO[str] | None:
    if name is None:
        return None
    if name == "-":
        return sys.stdout
    try:
        return stack.enter_context(open(name, "w", encoding="ascii"))
    except OSError as error:
        raise MessageError(f"{name}: cannot be written: {error.strerror}") from error


def _write(path: Path, text: str) -> None:
    try:
        path.write_text(text, "utf-8")
    except OSError as error:
        raise MessageError(f"{path}: cannot be written: {error.strerror}") from error
