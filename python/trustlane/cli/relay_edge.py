"""The relay as the settings have it."""

import time

from trustlane.cli.common import Common
from trustlane.cli.reporting import feedback_of
from trustlane.delivery import Delivery
from trustlane.delivery.maildir import Maildir
from trustlane.delivery.nexthop import NextHop
from trustlane.errors import SettingsError
from trustlane.reports import Listener
from trustlane.settings import Settings
from trustlane.smtp.protocol import Limits
from trustlane.smtp.relay import Relay
from trustlane.smtp.server import SmtpServer


class RelayEdge:
    """Listens for SMTP clients, and delivers to a Maildir or the next hop."""

    def __init__(self, settings: Settings, common: Common) -> None:
        self._settings = settings
        policy, ledger = common.policy, common.ledger
        self._relay = Relay(
            authserv_id=settings.site.authserv_id,
            hostname=settings.relay.hostname,
            resolver=common.resolver,
            ledger=ledger,
            policy=policy,
            delivery=_delivery(settings),
            replay=common.replay,
            clock=time.time,
            mail_seconds=settings.dns.mail_seconds,
            feedback=feedback_of(settings, Listener(policy.keys, ledger, policy.thresholds)),
            observer=common.observer,
        )
        self._server = SmtpServer(
            self._relay.receive,
            self._relay.heard,
            hostname=settings.relay.hostname,
            limits=_limits(settings),
            lost=self._relay.lost,
            refusal=self._relay.delivery.refusal,
        )

    async def start(self) -> str:
        """Listens; says where.

        Raises:
            SettingsError: the address cannot be had.
        """
        listen = self._settings.relay.listen
        host, _, port = listen.rpartition(":")
        try:
            host, number = await self._server.start(host.strip("[]"), int(port))
        except OSError as error:
            why = f"{listen} cannot be listened on: {error.strerror or error}"
            raise SettingsError("relay.listen", why, 'listen = "127.0.0.1:0"') from error
        place = self._settings.relay.next_hop or str(self._settings.relay.maildir)
        return f"{host}:{number}, mode {self._settings.site.mode}; mail goes to {place}"

    async def close(self, drain_seconds: float) -> None:
        await self._server.close(drain_seconds)
        self._relay.delivery.close()


def _limits(settings: Settings) -> Limits:
    return Limits(
        max_message_octets=settings.relay.max_message_octets,
        max_recipients=settings.relay.max_recipients,
        max_sessions=settings.relay.max_sessions,
        idle_seconds=settings.relay.idle_seconds,
    )


def _delivery(settings: Settings) -> Delivery:
    if not settings.relay.next_hop:
        return Maildir(settings.relay.maildir)
    host, _, port = settings.relay.next_hop.rpartition(":")
    return NextHop(host.strip("[]"), int(port), hostname=settings.relay.hostname)
