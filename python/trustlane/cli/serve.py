"""Start the relay: SMTP in, lanes, and mail out to a Maildir or the next hop.

It runs until SIGTERM or SIGINT, then finishes the mails at hand. Settings come from --config, or trustlane.toml here,
or the embedded defaults: SQLite and Maildir below ./var, loopback only.
"""

import argparse
import asyncio
import logging
import signal
import time

from trustlane.cli.options import declare_config, ledger_to_write, policy_of, resolver_by, settings_of
from trustlane.cli.reporting import feedback_of, observer_of
from trustlane.cli.site_keys import site_keys_made
from trustlane.delivery import Delivery
from trustlane.delivery.maildir import Maildir
from trustlane.delivery.nexthop import NextHop
from trustlane.delivery.replay import ReplayFiles
from trustlane.errors import SettingsError
from trustlane.reports import Listener
from trustlane.settings import Settings
from trustlane.smtp.protocol import Limits
from trustlane.smtp.relay import Relay
from trustlane.smtp.server import SmtpServer

DRAIN_SECONDS = 30.0
"""How long mails at hand may take after a signal to stop; less than the 90 s that service managers commonly wait."""

log = logging.getLogger("trustlane")


def declare(parser: argparse.ArgumentParser) -> None:
    declare_config(parser)
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    settings = settings_of(options)
    logging.getLogger().setLevel(settings.log.level.upper())
    asyncio.run(_serve(settings))
    return 0


async def _serve(settings: Settings) -> None:
    ledger = ledger_to_write(settings)
    policy = policy_of(settings, site_keys_made(settings, time.time()))
    relay = Relay(
        authserv_id=settings.site.authserv_id,
        hostname=settings.relay.hostname,
        resolver=resolver_by(settings),
        ledger=ledger,
        policy=policy,
        delivery=_delivery(settings),
        replay=ReplayFiles(settings.log.replay),
        clock=time.time,
        mail_seconds=settings.dns.mail_seconds,
        feedback=feedback_of(settings, Listener(policy.keys, ledger, policy.thresholds)),
        observer=observer_of(settings),
    )
    server = SmtpServer(
        relay.receive,
        relay.heard,
        hostname=settings.relay.hostname,
        limits=_limits(settings),
        lost=relay.lost,
        refusal=relay.delivery.refusal,
    )
    stop = _stop_signal()
    host, port = await _listen(server, settings)
    print(f"trustlane listens on {host}:{port}, mode {settings.site.mode}; mail goes to {_place(settings)}", flush=True)
    await stop.wait()
    log.info("stopping; mails at hand have %d s", DRAIN_SECONDS)
    await server.close(drain_seconds=DRAIN_SECONDS)
    relay.delivery.close()
    ledger.close()


async def _listen(server: SmtpServer, settings: Settings) -> tuple[str, int]:
    host, _, port = settings.relay.listen.rpartition(":")
    try:
        return await server.start(host.strip("[]"), int(port))
    except OSError as error:
        why = f"{settings.relay.listen} cannot be listened on: {error.strerror or error}"
        raise SettingsError("relay.listen", why, 'listen = "127.0.0.1:0"') from error


def _stop_signal() -> asyncio.Event:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    return stop


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


def _place(settings: Settings) -> str:
    return settings.relay.next_hop or str(settings.relay.maildir)
