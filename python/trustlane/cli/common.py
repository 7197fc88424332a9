"""What all edges of one process share, as the settings have it."""

import logging
import time
from collections import Counter
from dataclasses import dataclass, replace

from trustlane.cli.options import policy_of, resolver_by
from trustlane.cli.reporting import observer_of
from trustlane.cli.site_keys import site_keys_made
from trustlane.cli.store import ledger_to_write
from trustlane.delivery.replay import ReplayFiles
from trustlane.dns.port import KeepingResolver
from trustlane.lanes import Policy
from trustlane.ledger.watched import WatchedLedger
from trustlane.reports.observing import Observer
from trustlane.settings import Settings

log = logging.getLogger("trustlane")


@dataclass(frozen=True, slots=True)
class Common:
    """Ports and policy.

    Attributes:
        reports: what came of reports by mail, by reason.
    """

    resolver: KeepingResolver
    ledger: WatchedLedger
    policy: Policy
    replay: ReplayFiles
    observer: Observer
    reports: Counter[str]

    @classmethod
    def of(cls, settings: Settings) -> "Common":
        """
        Raises:
            SettingsError: something cannot be had.
        """
        return cls(
            resolver=resolver_by(settings),
            ledger=WatchedLedger(ledger_to_write(settings)),
            policy=policy_of(settings, site_keys_made(settings, time.time())),
            replay=ReplayFiles(settings.log.replay),
            observer=observer_of(settings),
            reports=Counter(),
        )

    def renewed(self, settings: Settings) -> "Common":
        """The same with what new settings may change while mail flows; the ledger stays.

        Raises:
            SettingsError: something cannot be had.
        """
        return replace(
            self,
            resolver=resolver_by(settings),
            policy=policy_of(settings, site_keys_made(settings, time.time())),
            replay=ReplayFiles(settings.log.replay),
            observer=observer_of(settings),
        )

    def close(self) -> None:
        log.info("%s", self.resolver.counters)
        log.info("%s", self.ledger)
        log.info("reports by mail: %s", ", ".join(f"{code} {n}" for code, n in sorted(self.reports.items())) or "none")
        self.ledger.close()
