"""``trustlane``: reads the words, runs one command, gives its exit code."""

import argparse
import logging
import sys
from collections.abc import Sequence
from importlib.metadata import version
from types import ModuleType

from trustlane.cli import (
    batv,
    bench,
    check,
    config,
    dmarc,
    dns,
    explain,
    keys,
    learn,
    replay,
    seal,
    serve,
    sign,
    simulate,
    spf,
    standing,
)
from trustlane.errors import TrustlaneError

COMMANDS: tuple[ModuleType, ...] = (
    check,
    explain,
    spf,
    dmarc,
    dns,
    serve,
    standing,
    learn,
    sign,
    seal,
    keys,
    batv,
    replay,
    simulate,
    config,
    bench,
)

USAGE_ERROR = 2
"""Exit code of a wrong call, wrong settings, or a file that cannot be read."""


def main(words: Sequence[str] | None = None) -> int:
    """Runs one command; never shows a person a traceback for what they typed."""
    options = parser().parse_args(words)
    logging.basicConfig(level=logging.WARNING, format="trustlane: %(message)s")
    try:
        code: int = options.run(options)
    except TrustlaneError as error:
        print(f"trustlane: {error}", file=sys.stderr)
        return USAGE_ERROR
    except BrokenPipeError:
        # The reader of our output went away, as `head` does; that is its right.
        sys.stderr.close()
        return 0
    except KeyboardInterrupt:
        return 130
    return code


def parser() -> argparse.ArgumentParser:
    """All commands with their options; the documents are generated from it."""
    top = argparse.ArgumentParser(
        prog="trustlane",
        description="The trust layer for Internet mail: who answers for a mail, and which lane it takes.",
    )
    top.add_argument("--version", action="version", version=f"trustlane {version('trustlane')}")
    commands = top.add_subparsers(title="commands", metavar="COMMAND", required=True)
    for command in COMMANDS:
        name = command.__name__.rpartition(".")[2]
        sentence = (command.__doc__ or "").strip().splitlines()[0]
        below = commands.add_parser(name, help=sentence, description=command.__doc__, formatter_class=_Plain)
        command.declare(below)
    return top


class _Plain(argparse.RawDescriptionHelpFormatter):
    """Keeps the lines of a description as they are written."""


if __name__ == "__main__":
    sys.exit(main())
