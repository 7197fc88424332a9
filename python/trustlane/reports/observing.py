"""What an edge itself observes of a mail beside its decision: spam traps, and verdicts of a content filter before
us."""

import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Network, ip_address

from trustlane.errors import LedgerError
from trustlane.lanes import Decision
from trustlane.ledger import AsyncLedger, Kind
from trustlane.message import Instant, Transaction
from trustlane.reports.content import verdict_of
from trustlane.reports.learn import FILTER

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Observer:
    """What is looked for.

    Attributes:
        traps: addresses, in lower case, that nobody ever gave away: mail to them was not asked for.
        filters: networks of hosts whose content filter is believed; a stranger can write the same fields.
        verdict_fields: names of the fields in which it tells its verdict.
    """

    traps: frozenset[str] = frozenset()
    filters: Sequence[IPv4Network | IPv6Network] = ()
    verdict_fields: Sequence[str] = ()

    async def observe(self, mail: Transaction, decision: Decision, ledger: AsyncLedger, now: Instant) -> None:
        """Tells the ledger. Where that fails the mail is carried all the same."""
        remembered = decision.remembered(now)
        observed = [remembered.label(kind, now, reporter) for kind, reporter in self._found(mail, decision)]
        if not observed:
            return
        try:
            await ledger.awrite(observed)
        except LedgerError as error:
            log.error("ledger cannot be written: %s", error)

    def _found(self, mail: Transaction, decision: Decision) -> Iterator[tuple[Kind, str]]:
        if any(recipient.lower() in self.traps for recipient in mail.envelope.rcpt):
            yield Kind.TRAP, ""
        if self.verdict_fields and self._is_from_filter(mail.session.client_ip):
            verdict = verdict_of(_fields(mail, decision), self.verdict_fields)
            if verdict:
                yield verdict, FILTER

    def _is_from_filter(self, client_ip: str | None) -> bool:
        return client_ip is not None and any(ip_address(client_ip) in network for network in self.filters)


def _fields(mail: Transaction, decision: Decision) -> Iterator[tuple[str, str]]:
    for name, start, end in decision.examined.examination.field_spans:
        _, _, value = mail.message[start:end].partition(b":")
        yield name.decode("latin-1"), value.decode("latin-1")
