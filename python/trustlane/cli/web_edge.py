"""The HTTP service as the settings have it. Starlette and uvicorn are loaded only where it is served."""

import importlib.util
import time
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from trustlane.assessment.repute.serve import ReputeService, Told
from trustlane.cli.common import Common
from trustlane.errors import SettingsError
from trustlane.process.sockets import Sockets
from trustlane.settings import Settings

if TYPE_CHECKING:
    from trustlane.web.app import Site
    from trustlane.web.limits import Limits

NEEDED = ("starlette", "uvicorn", "python_multipart")


class WebEdge:
    """Serves programs; new settings hold for the next request."""

    name = "http"

    def __init__(self, settings: Settings, common: Common) -> None:
        _see_that_it_is_installed()
        from trustlane.web.app import Service
        from trustlane.web.server import WebServer

        self._site = _site(settings, common)
        self._server = WebServer(Service(lambda: self._site), _limits(settings))

    @staticmethod
    def endpoints(settings: Settings) -> Mapping[str, Sequence[str]]:
        """
        Raises:
            SettingsError: it is to be served, and what it needs is not installed.
        """
        if settings.http.listen:
            _see_that_it_is_installed()
        return {"http": settings.http.listen}

    async def serve(self, sockets: Sockets) -> None:
        for listening in sockets["http"]:
            await self._server.listen_on(listening)

    def reload(self, settings: Settings, common: Common) -> None:
        self._site = _site(settings, common)

    async def close(self, drain_seconds: float) -> None:
        await self._server.close(drain_seconds)


def _see_that_it_is_installed() -> None:
    """
    Raises:
        SettingsError: it is not.
    """
    if missing := [name for name in NEEDED if importlib.util.find_spec(name) is None]:
        raise SettingsError("http.listen", f"needs {missing[0]}: pip install 'trustlane[http]'", "listen = []")


def _site(settings: Settings, common: Common) -> "Site":
    from trustlane.keys.api import REPUTE, ApiKeys, api_key
    from trustlane.web.app import Site
    from trustlane.web.check import Checker

    keys = ApiKeys(tuple(api_key(line) for line in settings.http.keys))
    checker = Checker(
        authserv_id=settings.site.authserv_id,
        resolver=common.resolver,
        ledger=common.ledger,
        policy=common.policy,
        replay=common.replay,
        clock=time.time,
        mail_seconds=settings.dns.mail_seconds,
    )
    told = Told(settings.http.repute_service, keys.of(REPUTE))
    repute = ReputeService(told, common.ledger, common.policy.thresholds) if told.service else None
    return Site(checker, keys, _limits(settings), repute)


def _limits(settings: Settings) -> "Limits":
    from trustlane.web.limits import Limits

    wanted = settings.http
    return Limits(
        max_octets=wanted.max_octets,
        max_in_flight=wanted.max_in_flight,
        max_connections=wanted.max_connections,
        checks_a_minute=wanted.checks_a_minute,
        request_seconds=wanted.request_seconds,
        idle_seconds=wanted.idle_seconds,
    )
