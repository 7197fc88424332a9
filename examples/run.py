"""``make run``: starts trustlane on loopback, plays the bundled senders at it, and stays up for mail of one's own."""

import argparse
import signal
import smtplib
import sys
import time
from contextlib import AbstractContextManager, closing, nullcontext
from pathlib import Path
from types import FrameType

from cast import FIRM
from farewell import farewell, stay
from history import put_in
from lines import Lines
from play import Play
from post import address_of
from script import SCRIPT
from service import Failed, Service, last_words, serving
from stage import Stage
from trustlane.errors import TrustlaneError
from trustlane.ledger.sqlite import SqliteLedger
from world import World, world

PAUSE_SECONDS = 0.4
"""Between two mails: the whole play takes half a minute."""

MAX_PORT = 65_535
"""Ports have 16 bits (RFC 9293 §3.1)."""

FAILED = 1
INTERRUPTED = 130


def main() -> int:
    """Gives the exit code; says in one line why it failed, where it did."""
    options = _parser().parse_args()
    signal.signal(signal.SIGTERM, _interrupt)
    try:
        return _run(options)
    except KeyboardInterrupt:
        print("\nstopped")
        return INTERRUPTED
    except (TrustlaneError, Failed, OSError) as error:
        print(f"make run: {error}", file=sys.stderr)
        return FAILED


def _run(options: argparse.Namespace) -> int:
    place = world(options.var, options.port)
    with closing(SqliteLedger(place.settings.ledger.path)) as ledger:
        _open_the_house(ledger)
        with serving(place) as service:
            print(f"trustlane listens on {service.host}:{service.port}\n", flush=True)
            _perform(place, service, ledger, 0.0 if options.fast else PAUSE_SECONDS)
            if not options.once:
                stay(place, service)
            else:
                print(farewell(place, service), flush=True)
    return 0


def _open_the_house(ledger: SqliteLedger) -> None:
    newly = put_in(ledger, time.time())
    if newly:
        print("A month of history is put in first, or there would be no trust to see yet; it is made up:")
        for past in newly:
            print(f"  {past.who}")
    else:
        print("The ledger knows the cast from an earlier play; what it learned then still counts.")
    if not address_of(FIRM).startswith("127.0.1."):
        print("This system has one loopback address only: all senders share it, SPF fails them all, and DKIM decides.")


def _perform(place: World, service: Service, ledger: SqliteLedger, pause_seconds: float) -> None:
    with _stage() as stage:
        try:
            Play(place, service, ledger, stage, pause_seconds).perform(SCRIPT)
        except (smtplib.SMTPException, ConnectionError, TimeoutError) as error:
            raise Failed(f"trustlane serve went away ({error}): {last_words(place)}") from error


def _stage() -> AbstractContextManager[Stage]:
    """A live table for a terminal, plain lines for everything else, where rich need not be installed."""
    if not sys.stdout.isatty():
        return nullcontext(Lines())
    from table import LiveTable

    return LiveTable()


def _interrupt(_number: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="make run", description=__doc__)
    parser.add_argument("--once", action="store_true", help="end after the play")
    parser.add_argument("--fast", action="store_true", help="without pauses")
    parser.add_argument("--var", type=Path, metavar="FOLDER", help="for ledger, mail and log; by default ./var")
    parser.add_argument("--port", type=_port, metavar="N", help="by default 2525, or a free one where that is taken")
    return parser


def _port(word: str) -> int:
    if not word.isdecimal() or int(word) > MAX_PORT:
        raise argparse.ArgumentTypeError(f"must be a whole number up to {MAX_PORT}, is {word!r}")
    return int(word)


if __name__ == "__main__":
    sys.exit(main())
