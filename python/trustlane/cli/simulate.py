"""Make traffic to judge by: events for trustlane replay, from a seeded model of who writes and what goes wrong.

SCENARIO is a file, or the name of one that comes with trustlane (--list names them). The same scenario and seed give
the same octets. The events bear the truth, which replay keeps from what it tries and gives to its report.
"""

import argparse
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import IO

from trustlane.cli.plain import plain
from trustlane.cli.progress import Progress
from trustlane.errors import MessageError, SettingsError
from trustlane.simulate import Scenario, bundled, load, traffic
from trustlane.simulate.incidents import DAY_SECONDS
from trustlane.simulate.letter import Letter
from trustlane.simulate.mail import MailWriter
from trustlane.simulate.traffic import Happening
from trustlane.simulate.write import lines


def declare(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("scenario", nargs="?", metavar="SCENARIO", help="a TOML file, or a bundled scenario's name")
    parser.add_argument("--list", action="store_true", help="name the bundled scenarios, each with its sentence")
    parser.add_argument("--seed", type=int, metavar="N", help="another world of the same kind")
    parser.add_argument("--days", type=int, metavar="N", help="only the first days")
    parser.add_argument("--out", metavar="FILE", default="-", help="where events go; by default standard output")
    parser.add_argument(
        "--mail", type=Path, metavar="DIR", help="write real signed mail too, as a Maildir with its zone.txt"
    )
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    if options.list:
        for name in sorted(bundled()):
            print(f"{name:<12}{plain(load(name).title)}")
        return 0
    if not options.scenario:
        raise SettingsError("SCENARIO", "is missing", "trustlane simulate mixed")
    scenario = _scenario(options)
    with ExitStack() as stack:
        out = _out(options.out, stack)
        happenings = _shown(scenario)
        if options.mail:
            writer = MailWriter(options.mail, scenario)
            happenings = _written(happenings, writer)
            stack.callback(writer.close)
        out.writelines(lines(happenings))
    return 0


def _scenario(options: argparse.Namespace) -> Scenario:
    scenario = load(options.scenario)
    if options.seed is not None:
        scenario = replace(scenario, seed=options.seed)
    if options.days is not None:
        scenario = replace(scenario, days=options.days)
    return scenario


def _shown(scenario: Scenario) -> Iterator[Happening]:
    now = float(scenario.start)

    def followed() -> Iterator[Happening]:
        nonlocal now
        for happening in traffic(scenario):
            now = happening.time
            yield happening

    seconds = int(scenario.days * DAY_SECONDS)
    return Progress(seconds, lambda: int(now - scenario.start)).over(followed())


def _written(happenings: Iterator[Happening], writer: MailWriter) -> Iterator[Happening]:
    for happening in happenings:
        if isinstance(happening, Letter):
            writer.write(happening)
        yield happening


def _out(name: str, stack: ExitStack) -> IO[str]:
    if name == "-":
        return sys.stdout
    try:
        return stack.enter_context(open(name, "w", encoding="ascii"))
    except OSError as error:
        raise MessageError(f"{name}: cannot be written: {error.strerror}") from error
