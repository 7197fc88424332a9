"""Export and import: everything a ledger keeps as JSON lines, from one store and into any."""

import argparse
import os
import sys
from collections.abc import Iterable, Iterator
from contextlib import nullcontext
from itertools import islice
from pathlib import Path
from typing import Any

from trustlane.cli.options import declare_config, settings_of
from trustlane.cli.progress import Progress
from trustlane.cli.store import ledger_to_look_at, ledger_to_write
from trustlane.errors import MessageError
from trustlane.ledger.lines import from_line, to_line
from trustlane.ledger.port import Kept

AT_ONCE = 1_000
"""Lines that go into the ledger together."""


def declare(actions: Any) -> None:
    export = actions.add_parser("export", help="write everything that is kept as JSON lines")
    export.add_argument("file", metavar="FILE", nargs="?", default="-", help="by default, and for -, standard output")
    export.set_defaults(run=_export)
    import_ = actions.add_parser("import", help="take an export into the ledger; doing it twice is as good as once")
    import_.add_argument("file", metavar="FILE", help="- reads standard input")
    import_.set_defaults(run=_import)
    for action in (export, import_):
        declare_config(action)


def _export(options: argparse.Namespace) -> int:
    ledger = ledger_to_look_at(settings_of(options))
    with _written(options.file) as out:
        for it in Progress(ledger.how_many()).over(ledger.kept()):
            out.write(to_line(it).encode() + b"\n")
        out.flush()
    return 0


def _import(options: argparse.Namespace) -> int:
    ledger = ledger_to_write(settings_of(options))
    taken = 0
    with _read(options.file) as file:
        octets = Path(options.file).stat().st_size if options.file != "-" else None
        lines = Progress(octets, lambda: file.tell() if octets else 0).over(iter(file.readline, b""))
        for part in _parts(_rows(lines)):
            ledger.restore(part)
            taken += len(part)
    ledger.close()
    print(f"imported {taken} line(s)")
    return 0


def _rows(lines: Iterable[bytes]) -> Iterator[Kept]:
    """
    Raises:
        MessageError: a line is none of an export.
    """
    for number, line in enumerate(lines, 1):
        try:
            yield from_line(line)
        except ValueError as error:
            raise MessageError(f"line {number} is none of an export: {error}") from error


def _parts(many: Iterable[Kept]) -> Iterator[list[Kept]]:
    rest = iter(many)
    while part := list(islice(rest, AT_ONCE)):
        yield part


def _written(name: str) -> Any:
    try:
        return nullcontext(sys.stdout.buffer) if name == "-" else open(name, "wb", opener=_private)
    except OSError as error:
        raise MessageError(f"{name}: cannot be written: {error.strerror}") from error


def _private(path: str, flags: int) -> int:
    """Readable to its owner alone: it tells who writes to whom."""
    return os.open(path, flags, 0o600)


def _read(name: str) -> Any:
    try:
        return nullcontext(sys.stdin.buffer) if name == "-" else open(name, "rb")
    except OSError as error:
        raise MessageError(f"{name}: cannot be read: {error.strerror}") from error
