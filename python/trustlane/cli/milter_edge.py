"""The milter as the settings have it."""

import time
from ipaddress import ip_address, ip_network
from pathlib import Path

from trustlane.cli.common import Common
from trustlane.errors import SettingsError
from trustlane.keys import KeyRing, KeyTable
from trustlane.milter.direction import OurMail
from trustlane.milter.filter import Filter
from trustlane.milter.inbound import Inbound
from trustlane.milter.limits import Limits
from trustlane.milter.outbound import Outbound
from trustlane.milter.server import MilterServer
from trustlane.settings import Settings
from trustlane.settings.tree import MilterSettings


class MilterEdge:
    """Listens for MTAs on every endpoint of the settings."""

    def __init__(self, settings: Settings, common: Common) -> None:
        self._settings = settings
        keys = KeyRing(KeyTable(settings.keys.path))
        inbound = Inbound(
            authserv_id=settings.site.authserv_id,
            resolver=common.resolver,
            ledger=common.ledger,
            policy=common.policy,
            replay=common.replay,
            clock=time.time,
            mail_seconds=settings.dns.mail_seconds,
            observer=common.observer,
        )
        outbound = Outbound(settings.site.authserv_id, lambda: keys, common.replay, time.time)
        filter_ = Filter(_our_mail(settings.milter), inbound, outbound)
        limits = Limits(settings.milter.max_connections, settings.milter.idle_seconds)
        self._server = MilterServer(filter_.begin, limits)

    async def start(self) -> str:
        """Listens; says where.

        Raises:
            SettingsError: an endpoint cannot be had.
        """
        where = [await self._listen(endpoint) for endpoint in self._settings.milter.listen]
        return f"the milter on {', '.join(where)}"

    async def close(self, drain_seconds: float) -> None:
        await self._server.close(drain_seconds)

    async def _listen(self, endpoint: str) -> str:
        try:
            if endpoint.startswith("unix:"):
                await self._server.listen_unix(Path(endpoint.removeprefix("unix:")))
                return endpoint
            host, _, port = endpoint.rpartition(":")
            host, number = await self._server.listen(host.strip("[]"), int(port))
        except OSError as error:
            why = f"{endpoint} cannot be listened on: {error.strerror or error}"
            raise SettingsError("milter.listen", why, 'listen = ["127.0.0.1:8891"]') from error
        return f"{host}:{number}"


def _our_mail(settings: MilterSettings) -> OurMail:
    return OurMail(
        is_authenticated_ours=settings.authenticated_is_ours,
        daemons=settings.our_daemons,
        interfaces=tuple(str(ip_address(it)) for it in settings.our_interfaces),
        networks=[ip_network(network) for network in settings.our_networks],
    )
