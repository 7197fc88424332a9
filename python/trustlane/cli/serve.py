"""Start trustlane: the relay, the milter, whatever the settings give an address to listen on.

It runs until SIGTERM or SIGINT, then finishes the mails at hand. Settings come from --config, or trustlane.toml here,
or the embedded defaults: a relay with SQLite and Maildir below ./var, loopback only.
"""

import argparse
import asyncio
import logging
import signal
from typing import Protocol

from trustlane.cli.common import Common
from trustlane.cli.milter_edge import MilterEdge
from trustlane.cli.options import declare_config, settings_of
from trustlane.cli.relay_edge import RelayEdge
from trustlane.errors import SettingsError
from trustlane.settings import Settings

DRAIN_SECONDS = 30.0
"""How long mails at hand may take after a signal to stop; less than the 90 s that service managers commonly wait."""

log = logging.getLogger("trustlane")


class Edge(Protocol):
    """A server of one protocol."""

    async def start(self) -> str:
        """Listens; says where."""

    async def close(self, drain_seconds: float) -> None:
        """Finishes the mails at hand."""


def declare(parser: argparse.ArgumentParser) -> None:
    declare_config(parser)
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    settings = settings_of(options)
    logging.getLogger().setLevel(settings.log.level.upper())
    asyncio.run(_serve(settings))
    return 0


async def _serve(settings: Settings) -> None:
    common = Common.of(settings)
    edges = _edges(settings, common)
    stop = _stop_signal()
    where = [await edge.start() for edge in edges]
    print(f"trustlane listens on {'; '.join(where)}", flush=True)
    await stop.wait()
    log.info("stopping; mails at hand have %d s", DRAIN_SECONDS)
    await asyncio.gather(*(edge.close(DRAIN_SECONDS) for edge in edges))
    common.close()


def _edges(settings: Settings, common: Common) -> list[Edge]:
    """
    Raises:
        SettingsError: there is nothing to listen on.
    """
    edges: list[Edge] = []
    if settings.relay.listen:
        edges.append(RelayEdge(settings, common))
    if settings.milter.listen:
        edges.append(MilterEdge(settings, common))
    if not edges:
        raise SettingsError("relay.listen", "nothing is listened on", 'listen = "127.0.0.1:2525"')
    return edges


def _stop_signal() -> asyncio.Event:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    return stop
