"""What Postfix says to a policy service, and a site that answers."""

from pathlib import Path

from tests.edges.milter.site import NOW, zone

from trustlane.delivery.replay import ReplayFiles
from trustlane.dns import AsyncResolver
from trustlane.identities import ExamineLimits
from trustlane.lanes import Mode, Policy
from trustlane.ledger import AsyncLedger, Kind, Observation, Subject
from trustlane.ledger.memory import MemoryLedger
from trustlane.policyd.rules import Rules
from trustlane.policyd.service import Service

RCPT = {
    "request": "smtpd_access_policy",
    "protocol_state": "RCPT",
    "protocol_name": "ESMTP",
    "client_address": "192.0.2.1",
    "client_name": "mx.firm.example",
    "reverse_client_name": "mx.firm.example",
    "helo_name": "mx.firm.example",
    "sender": "ann@firm.example",
    "recipient": "bob@site.example",
    "recipient_count": "0",
    "queue_id": "",
    "instance": "1a2b.5f.1",
    "size": "1234",
    "etrn_domain": "",
    "stress": "",
    "sasl_username": "",
    "ccert_subject": "",
    "mail_version": "3.10.1",
    "a_name_of_tomorrow": "x=y=z",
}
"""As Postfix 3.10 sends it, and one attribute more."""


def asking(**changed: str | None) -> dict[str, str]:
    """The attributes with some of them changed, or (``None``) left out."""
    return {name: value for name, value in {**RCPT, **changed}.items() if value is not None}


def octets(attributes: dict[str, str]) -> bytes:
    return "".join(f"{name}={value}\n" for name, value in attributes.items()).encode() + b"\n"


ENFORCING = Rules(mode=Mode.ENFORCE)


def service(
    replay: Path,
    rules: Rules = ENFORCING,
    *,
    ledger: AsyncLedger | None = None,
    resolver: AsyncResolver | None = None,
) -> Service:
    return Service(
        resolver=resolver or zone(),
        ledger=ledger or MemoryLedger(),
        policy=Policy(mode=rules.mode, limits=ExamineLimits(receiver="mx.site.example")),
        rules=rules,
        replay=ReplayFiles(replay),
        clock=lambda: NOW,
    )


def ledger_with(kind: Kind, count: int, subject: Subject) -> MemoryLedger:
    """A ledger in which a name has this past, spread over the days before."""
    ledger = MemoryLedger()
    ledger.write([Observation(kind, NOW - 100_000 - 600 * number, (subject,)) for number in range(count)])
    return ledger
