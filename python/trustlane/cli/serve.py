"""Start trustlane: the relay, the milter, whatever the settings give an address to listen on.

One process supervises, several work. SIGTERM or SIGINT finishes the mails at hand and ends them; SIGHUP reads settings
and keys again, and a wrong file changes nothing. Settings come from --config, or trustlane.toml here, or the embedded
defaults: a relay with SQLite and Maildir below ./var, loopback only.
"""

import argparse
import logging
import os
from dataclasses import dataclass

from trustlane.cli.certificates import tls_of
from trustlane.cli.common import Common
from trustlane.cli.edges import listening
from trustlane.cli.options import declare_config, settings_of
from trustlane.cli.serving import serve
from trustlane.errors import TrustlaneError
from trustlane.keys import KeyRing, KeyTable
from trustlane.process import BAD_SETTINGS, Life, Supervisor
from trustlane.process.privileges import give_up
from trustlane.process.sockets import Sockets, inherited, name_of
from trustlane.settings import Settings

log = logging.getLogger("trustlane")


def declare(parser: argparse.ArgumentParser) -> None:
    declare_config(parser)
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    settings = settings_of(options)
    logging.getLogger().setLevel(settings.log.level.upper())
    sockets = listening(settings, inherited(os.environ))
    give_up(settings.process.user, settings.process.group)
    os.umask(UMASK)
    _check(settings)
    service = _Service(options, settings, sockets)
    supervisor = Supervisor(
        work=service.work,
        count=settings.process.workers or os.cpu_count() or 1,
        drain_seconds=settings.process.drain_seconds,
        hang_seconds=settings.process.hang_seconds,
        ready=service.tell,
        reload=service.reload,
    )
    exit_code = supervisor.run()
    return 2 if exit_code == BAD_SETTINGS else exit_code


def _check(settings: Settings) -> None:
    """What no worker could work with is said once, before there are any.

    Raises:
        TrustlaneError: a zone, a store, a secret, a key or a certificate cannot be read.
    """
    tls_of(settings)
    Common.of(settings).ledger.close()
    KeyRing(KeyTable(settings.keys.path))


UMASK = 0o077
"""What we write is for nobody else, unless its own mode says so."""


@dataclass(slots=True)
class _Service:
    """What the supervisor runs."""

    options: argparse.Namespace
    settings: Settings
    sockets: Sockets

    def work(self, number: int, life: Life) -> int:
        """In a worker."""
        try:
            serve(self.options, self.settings, self.sockets, life)
        except TrustlaneError as error:
            log.error("worker %d: %s", number, error)
            return BAD_SETTINGS
        return 0

    def tell(self) -> None:
        """Every worker serves: says where, once."""
        where = [f"{', '.join(map(name_of, these))} ({name})" for name, these in self.sockets.items()]
        mode, place = self.settings.site.mode, self.settings.relay.next_hop or self.settings.relay.maildir
        to = f"; mail goes to {place}" if {"relay", "relay-tls"} & self.sockets.keys() else ""
        print(f"trustlane listens on {'; '.join(where)}, mode {mode}{to}", flush=True)

    def reload(self) -> bool:
        """Reads the settings again for workers to come; those that serve read them too, where this gives true."""
        try:
            settings = settings_of(self.options)
            _check(settings)
        except TrustlaneError as error:
            log.error("the settings stay as they were: %s", error)
            return False
        self.settings = settings
        logging.getLogger().setLevel(self.settings.log.level.upper())
        log.info("settings are read again; new addresses, stores and limits hold from the next start on")
        return True
