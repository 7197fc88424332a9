"""The relay as the settings have it."""

import time
from collections.abc import Mapping, Sequence

from trustlane.cli.certificates import tls_of
from trustlane.cli.common import Common
from trustlane.cli.reporting import feedback_of
from trustlane.delivery import Delivery, Reply
from trustlane.delivery.maildir import Maildir
from trustlane.delivery.nexthop import NextHop
from trustlane.identities import SenderId
from trustlane.message import Transaction
from trustlane.process.sockets import Sockets
from trustlane.reports import Listener
from trustlane.settings import Settings
from trustlane.smtp.protocol import Limits
from trustlane.smtp.relay import Relay
from trustlane.smtp.server import SmtpServer


class RelayEdge:
    """Serves SMTP clients, and delivers to a Maildir or the next hop. Where mail goes stays until the next start."""

    name = "relay"

    def __init__(self, settings: Settings, common: Common) -> None:
        self._tls = tls_of(settings)
        self._delivery = _delivery(settings)
        self._relay = _relay(settings, common, self._delivery)
        self._server = SmtpServer(
            self._receive,
            lambda mail: self._relay.heard(mail),
            hostname=settings.relay.hostname,
            limits=_limits(settings),
            lost=lambda mail: self._relay.lost(mail),
            refusal=self._delivery.refusal,
            begun=lambda session, mail_from: self._relay.begun(session, mail_from),
            offers=self._delivery.offers,
            tls=lambda: self._tls,
        )

    @staticmethod
    def endpoints(settings: Settings) -> Mapping[str, Sequence[str]]:
        listen = [settings.relay.listen] if settings.relay.listen else []
        return {"relay": listen, "relay-tls": settings.relay.tls_listen}

    async def serve(self, sockets: Sockets) -> None:
        for listening in sockets.get("relay", ()):
            await self._server.listen_on(listening)
        for listening in sockets.get("relay-tls", ()):
            await self._server.listen_with_tls_on(listening)

    def reload(self, settings: Settings, common: Common) -> None:
        self._tls = tls_of(settings)
        self._relay = _relay(settings, common, self._delivery)

    async def close(self, drain_seconds: float) -> None:
        await self._server.close(drain_seconds)
        self._delivery.close()

    async def _receive(self, mail: Transaction) -> Reply:
        return await self._relay.receive(mail)


def _relay(settings: Settings, common: Common, delivery: Delivery) -> Relay:
    policy, ledger = common.policy, common.ledger
    return Relay(
        authserv_id=settings.site.authserv_id,
        hostname=settings.relay.hostname,
        resolver=common.resolver,
        ledger=ledger,
        policy=policy,
        delivery=delivery,
        replay=common.replay,
        clock=time.time,
        mail_seconds=settings.dns.mail_seconds,
        ask_ahead=common.resolver.prefetch,
        feedback=feedback_of(settings, Listener(policy.keys, ledger, policy.thresholds), common.reports),
        observer=common.observer,
    )


def _limits(settings: Settings) -> Limits:
    return Limits(
        max_message_octets=settings.relay.max_message_octets,
        max_recipients=settings.relay.max_recipients,
        offers_submitter=settings.senderid.check is not SenderId.OFF,
        max_sessions=settings.relay.max_sessions,
        idle_seconds=settings.relay.idle_seconds,
    )


def _delivery(settings: Settings) -> Delivery:
    if not settings.relay.next_hop:
        return Maildir(settings.relay.maildir)
    host, _, port = settings.relay.next_hop.rpartition(":")
    return NextHop(host.strip("[]"), int(port), hostname=settings.relay.hostname)
