"""One worker: an event loop that serves every edge until it is told to stop."""

import argparse
import asyncio
import importlib
import importlib.util
import logging
import signal
from collections.abc import Callable

from trustlane.cli.common import Common
from trustlane.cli.edges import Edge, edges
from trustlane.cli.options import settings_of
from trustlane.errors import TrustlaneError
from trustlane.process import Life
from trustlane.process.sockets import Sockets
from trustlane.settings import Settings

log = logging.getLogger("trustlane")


def serve(options: argparse.Namespace, settings: Settings, sockets: Sockets, life: Life) -> None:
    """Serves until SIGTERM, or until the supervisor is no more.

    Raises:
        TrustlaneError: the settings cannot be worked with.
    """
    with asyncio.Runner(loop_factory=_loop_factory()) as runner:
        runner.run(_serve(options, settings, sockets, life))


async def _serve(options: argparse.Namespace, settings: Settings, sockets: Sockets, life: Life) -> None:
    common = Common.of(settings)
    served = edges(settings, common, sockets)
    loop, stop = asyncio.get_running_loop(), asyncio.Event()
    loop.add_signal_handler(signal.SIGTERM, stop.set)
    loop.add_signal_handler(signal.SIGINT, lambda: None)
    loop.add_signal_handler(signal.SIGHUP, lambda: _reload(options, common, served))
    for edge in served:
        await edge.serve(sockets)
    life.start(orphaned=stop.set)
    await stop.wait()
    await asyncio.gather(*(edge.close(settings.process.drain_seconds) for edge in served))
    common.close()


def _reload(options: argparse.Namespace, common: Common, served: list[Edge]) -> None:
    """Sessions go on; mail that begins from now on meets the new settings. Where they are wrong the old ones stay."""
    try:
        settings = settings_of(options)
        renewed = common.renewed(settings)
        for edge in served:
            edge.reload(settings, renewed)
    except TrustlaneError as error:
        log.error("this worker's settings stay as they were: %s", error)


def _loop_factory() -> Callable[[], asyncio.AbstractEventLoop] | None:
    """uvloop where it is installed (``trustlane[fast]``), else the loop of Python."""
    if importlib.util.find_spec("uvloop") is None:
        return None
    factory: Callable[[], asyncio.AbstractEventLoop] = importlib.import_module("uvloop").new_event_loop
    return factory
