"""What to try next, once the play is over, and the wait until somebody stops it."""

import os
import sys
import time
from contextlib import suppress
from pathlib import Path

from letter import READER
from service import Failed, Service, last_words
from trustlane.cli.plain import plain
from world import World


def farewell(world: World, service: Service) -> str:
    """How to send a mail of one's own, where it lies then, and how to look at it."""
    host, port, config = service.host, service.port, short(world.config)
    mail, trustlane = short(world.settings.relay.maildir), short(Path(sys.executable).parent / "trustlane")
    return f"""
The relay stays up for your own mail:

  swaks --server {host}:{port} --from me@example.test --to {READER}
  python3 -c 'import smtplib; smtplib.SMTP("{host}", {port}).sendmail("me@example.test", "{READER}", "Subject: hi\\n")'

Mail lies in {mail}: the trusted lane in new/, the open lane in .Open/new/, held mail in .Quarantine/new/.
The log of the relay is {short(world.log)}.

  {trustlane} explain --config {config} {mail}/new/FILE
  {trustlane} learn --junk --config {config} {mail}/new/FILE
  {trustlane} standing list --config {config}

Ctrl-C stops it."""


def short(path: Path) -> str:
    """The path as a person would type it here."""
    whole, here = Path(os.path.normpath(path.absolute())), Path.cwd()
    return str(whole.relative_to(here) if whole.is_relative_to(here) else whole)


def stay(world: World, service: Service) -> None:
    """Says goodbye, and shows what the relay logs until Ctrl-C.

    Raises:
        Failed: the relay ended by itself.
    """
    with suppress(KeyboardInterrupt), world.log.open() as log:
        print(farewell(world, service), flush=True)
        log.seek(0, 2)
        while service.process.poll() is None:
            for line in log:
                print(plain(line.rstrip()), flush=True)
            time.sleep(_LOOK_SECONDS)
    if not service.process.returncode:
        # Ctrl-C reaches the relay too, which may be the faster one to obey.
        print("\nstopped; ledger and mail are kept")
        return
    raise Failed(f"trustlane serve ended: {last_words(world)}")


_LOOK_SECONDS = 0.3
