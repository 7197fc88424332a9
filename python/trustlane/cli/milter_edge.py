"""The milter as the settings have it."""

import time
from collections.abc import Mapping, Sequence
from ipaddress import ip_address, ip_network

from trustlane.cli.common import Common
from trustlane.cli.reporting import sent_of
from trustlane.keys import KeyRing, KeyTable
from trustlane.milter.direction import OurMail
from trustlane.milter.events import MailStarted
from trustlane.milter.filter import Filter
from trustlane.milter.inbound import Inbound
from trustlane.milter.limits import Limits
from trustlane.milter.outbound import Outbound
from trustlane.milter.server import MilterServer
from trustlane.milter.session import Client, FilteredMail
from trustlane.process.sockets import Sockets
from trustlane.reports import Listener
from trustlane.settings import Settings
from trustlane.settings.tree import MilterSettings


class MilterEdge:
    """Serves MTAs; what has begun under old settings ends under them."""

    name = "milter"

    def __init__(self, settings: Settings, common: Common) -> None:
        self._filter = _filter(settings, common)
        limits = Limits(settings.milter.max_connections, settings.milter.idle_seconds)
        self._server = MilterServer(self._begin, limits)

    @staticmethod
    def endpoints(settings: Settings) -> Mapping[str, Sequence[str]]:
        return {"milter": settings.milter.listen}

    async def serve(self, sockets: Sockets) -> None:
        for listening in sockets.get("milter", ()):
            await self._server.listen_on(listening)

    def reload(self, settings: Settings, common: Common) -> None:
        self._filter = _filter(settings, common)

    async def close(self, drain_seconds: float) -> None:
        await self._server.close(drain_seconds)

    def _begin(self, client: Client, started: MailStarted) -> FilteredMail:
        return self._filter.begin(client, started)


def _filter(settings: Settings, common: Common) -> Filter:
    """
    Raises:
        KeyTableError: a key cannot be read.
    """
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
    listener = Listener(common.policy.keys, common.ledger, common.policy.thresholds)
    sent = sent_of(settings, listener)
    outbound = Outbound(settings.site.authserv_id, lambda: keys, common.replay, time.time, sent)
    return Filter(_our_mail(settings.milter), inbound, outbound)


def _our_mail(settings: MilterSettings) -> OurMail:
    return OurMail(
        is_authenticated_ours=settings.authenticated_is_ours,
        daemons=settings.our_daemons,
        interfaces=tuple(str(ip_address(it)) for it in settings.our_interfaces),
        networks=[ip_network(network) for network in settings.our_networks],
    )
