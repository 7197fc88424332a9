"""Measure DKIM verification on your own mail, as ratios to the floor under every verifier.

The floor is the bare SHA-256 of the body and one bare RSA-2048 verification (the hash alone where the package
cryptography is missing). Other verifiers are measured where they are installed. Without FILE, mail is made and signed
for it. Keys are asked for once, before anything is measured.
"""

import argparse
import os
import platform
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from trustlane.cli.options import declare_world, now_of, policy_of, resolver_of, settings_of
from trustlane.cli.plain import plain
from trustlane.cli.sample_mail import samples
from trustlane.cli.verifiers import Call, Case, Verifier, verifiers
from trustlane.errors import MessageError
from trustlane.identities import examine
from trustlane.verify import transaction

MAX_FILES = 1_000
"""Files that are measured; of more, each would have too little time."""


def declare(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("files", nargs="*", type=Path, metavar="FILE", help="mail, as octets; without any it is made")
    parser.add_argument(
        "--seconds", type=float, default=0.5, metavar="SECONDS", help="time for each figure; by default 0.5"
    )
    declare_world(parser)
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    rows = _own_mail(options) if options.files else samples()
    for line in report(rows, list(verifiers()), options.seconds):
        print(plain(line), flush=True)
    return 0


def report(rows: Mapping[str, Sequence[Case]], contenders: Sequence[Verifier], seconds: float) -> Iterator[str]:
    """The table, line by line as it is measured: time for the floor, and for all else the ratio to it."""
    yield f"{cpu()}; {os.cpu_count()} cores; Python {platform.python_version()}"
    yield "time of the floor, and how many times as long each verifier takes for a mail"
    first = max(len("mail"), *map(len, rows))
    yield _line("mail", first, [contender.name for contender in contenders])
    for name, cases in rows.items():
        floor, *others = (_seconds_of_all(contender, cases, seconds) for contender in contenders)
        yield _line(name, first, [f"{floor * 1e6:.1f} us", *(f"{taken / floor:.2f}" for taken in others)])


def _line(name: str, width: int, cells: Sequence[str]) -> str:
    return name.ljust(width) + "".join(cell.rjust(14) for cell in cells)


def _seconds_of_all(contender: Verifier, cases: Sequence[Case], seconds: float) -> float:
    """What all these mails take together, each in its fastest call."""
    return sum(_fastest(contender.ready(case), seconds / len(cases)) / contender.mails_a_call for case in cases)


def _fastest(call: Call, seconds: float) -> float:
    """Seconds of the fastest of the calls that fit in the time, or of the one that does not."""
    end = time.perf_counter() + seconds
    fastest = float("inf")
    while True:
        began = time.perf_counter()
        call()
        ended = time.perf_counter()
        fastest = min(fastest, ended - began)
        if ended >= end:
            return fastest


def _own_mail(options: argparse.Namespace) -> dict[str, list[Case]]:
    """The mail that was named, as one row, with what DNS says about it now.

    Raises:
        MessageError: a file cannot be read.
    """
    settings, now = settings_of(options), now_of(options)
    resolver, limits = resolver_of(options, settings), policy_of(settings).limits
    cases = []
    for file in options.files[:MAX_FILES]:
        mail = transaction(_read(file), None, None, None, ())
        cases.append(Case(mail.message, dict(examine(mail, resolver, limits, now).transcript), int(now)))
    return {f"{len(cases)} of {len(options.files)} files": cases}


def _read(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        raise MessageError(f"{file}: cannot be read: {error.strerror}") from error


def cpu() -> str:
    """The processor's name, as far as the system tells it."""
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        lines = []
    names = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(names, platform.processor() or platform.machine())
