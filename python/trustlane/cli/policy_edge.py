"""The policy service as the settings have it."""

import time
from collections.abc import Mapping, Sequence
from ipaddress import ip_network

from trustlane.cli.common import Common
from trustlane.policyd.limits import Limits
from trustlane.policyd.rules import Rules, Severity
from trustlane.policyd.server import PolicyServer
from trustlane.policyd.service import Service
from trustlane.process.sockets import Sockets
from trustlane.settings import Settings


class PolicyEdge:
    """Answers Postfix; new settings hold for its next request."""

    name = "policy"

    def __init__(self, settings: Settings, common: Common) -> None:
        self._service = _service(settings, common)
        limits = Limits(settings.policy.max_connections, settings.policy.idle_seconds)
        self._server = PolicyServer(lambda: self._service, limits)

    @staticmethod
    def endpoints(settings: Settings) -> Mapping[str, Sequence[str]]:
        return {"policy": settings.policy.listen}

    async def serve(self, sockets: Sockets) -> None:
        for listening in sockets.get("policy", ()):
            await self._server.listen_on(listening)

    def reload(self, settings: Settings, common: Common) -> None:
        self._service = _service(settings, common)

    async def close(self, drain_seconds: float) -> None:
        await self._server.close(drain_seconds)


def _service(settings: Settings, common: Common) -> Service:
    return Service(
        resolver=common.resolver,
        ledger=common.ledger,
        policy=common.policy,
        rules=_rules(settings),
        replay=common.replay,
        clock=time.time,
        mail_seconds=settings.dns.mail_seconds,
    )


def _rules(settings: Settings) -> Rules:
    wanted = settings.policy
    return Rules(
        mode=settings.site.mode,
        received_spf=wanted.received_spf,
        spf_fail=Severity(wanted.spf_fail),
        spf_unsure=Severity(wanted.spf_unsure),
        bad_standing=Severity(wanted.bad_standing),
        failure=Severity(wanted.failure),
        max_octets=wanted.max_octets,
        max_recipients=wanted.max_recipients,
        our_networks=[ip_network(network) for network in wanted.our_networks],
    )
