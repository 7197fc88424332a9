"""Tell the findings, the identities, and the lane of one mail.

Exit code: 0 trusted lane, 1 open lane, 2 wrong call or a file that cannot be read. Nothing is remembered.
"""

import argparse
import json
from collections.abc import Mapping

from trustlane.cli.options import (
    declare_mail,
    declare_world,
    mail_of,
    now_of,
    policy_of,
    resolver_of,
    settings_of,
)
from trustlane.cli.plain import plain
from trustlane.cli.store import ledger_to_look_at
from trustlane.dns.patience import Patience
from trustlane.flow import consider
from trustlane.lanes import Decision
from trustlane.lanes.data import as_data
from trustlane.message import Instant, Transaction

TRUSTED, OPEN = 0, 1


def declare(parser: argparse.ArgumentParser) -> None:
    declare_mail(parser)
    declare_world(parser)
    parser.add_argument("--json", action="store_true", help="print the whole decision as JSON")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    decision = decided(options, mail_of(options), now_of(options))
    print(json.dumps(as_data(decision), indent=2) if options.json else plain(_lines(decision)))
    return TRUSTED if decision.is_trusted else OPEN


def decided(options: argparse.Namespace, mail: Transaction, now: Instant) -> Decision:
    """The decision about a mail, made as the daemon would, leaving no trace."""
    settings = settings_of(options)
    return consider(
        mail,
        resolver=Patience(resolver_of(options, settings), settings.dns.mail_seconds),
        ledger=ledger_to_look_at(settings),
        policy=policy_of(settings),
        now=now,
    )


def _lines(decision: Decision) -> str:
    findings = [
        f"{finding.method}={finding.result} {_properties(finding.properties)}({finding.text})"
        for finding in decision.findings
    ]
    identities = [f"{identity.kind} {identity.name} (by {identity.by})" for identity in decision.identities.validated]
    return "\n".join(
        [
            *findings,
            "answers for it: " + ("; ".join(identities) or "nobody"),
            f"lane: {decision.lane}, action: {decision.action}",
            *(f"  because {reason}" for reason in decision.reasons),
        ]
    )


def _properties(properties: Mapping[str, str]) -> str:
    return "".join(f"{name}={value} " for name, value in properties.items())
