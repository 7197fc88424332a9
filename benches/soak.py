"""A long replay: memory must stay flat. ``make soak`` replays ten million mails; the counts behind it have a test in
CI.

The mixed scenario is run on and on, years of it, through the engine; resident memory is told along the way. It fails
where the second half needed a fifth more than the first.
"""

import argparse
import resource
import sys
import time
from dataclasses import replace
from pathlib import Path

from trustlane.lanes import Mode, Policy
from trustlane.replay import Recorded, read_lines
from trustlane.replay.content import ContentFilter
from trustlane.replay.engine import Engine
from trustlane.replay.ledger import ReplayLedger
from trustlane.replay.run import run
from trustlane.replay.tally import Tally
from trustlane.simulate import load, traffic
from trustlane.simulate.write import lines

TOLD_EVERY = 250_000
MOST_GROWTH = 1.2


def main() -> int:
    parser = argparse.ArgumentParser(prog="soak", description=__doc__)
    parser.add_argument("mails", nargs="?", type=int, default=10_000_000)
    options = parser.parse_args()
    scenario = replace(load("mixed"), days=100_000)
    ledger = ReplayLedger()
    engine, tally = Engine(ledger, Policy(mode=Mode.ENFORCE), ContentFilter()), Tally()
    recorded = (it for it in read_lines(line.encode() for line in lines(traffic(scenario))) if isinstance(it, Recorded))
    began, half = time.process_time(), 0
    for number, _ in enumerate(run(engine, tally, recorded), 1):
        if number % TOLD_EVERY == 0:
            rate = number / (time.process_time() - began)
            print(f"{number:,} mails, {rate:,.0f} a second, {_resident()} MiB, {ledger.sizes()}", flush=True)
        if number == options.mails // 2:
            half = _resident()
        if number >= options.mails:
            break
    print(f"half: {half} MiB, end: {_resident()} MiB; most ever {_most()} MiB")
    return 0 if _resident() <= MOST_GROWTH * half else 1


def _resident() -> int:
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * resource.getpagesize() // 2**20


def _most() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 2**10


if __name__ == "__main__":
    sys.exit(main())
