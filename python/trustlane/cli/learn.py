"""Tell trustlane what somebody thought of a delivered mail: junk, or good.

The mail's Trust-Lane field names the decision; each reporter counts once for it. A mail without that field is examined
anew.
"""

import argparse
import getpass

from trustlane.cli.options import (
    declare_mail,
    declare_world,
    ledger_to_write,
    mail_of,
    now_of,
    policy_of,
    resolver_of,
    settings_of,
)
from trustlane.cli.plain import plain
from trustlane.ledger import Kind
from trustlane.reports import learn


def declare(parser: argparse.ArgumentParser) -> None:
    verdict = parser.add_mutually_exclusive_group(required=True)
    verdict.add_argument("--junk", dest="kind", action="store_const", const=Kind.COMPLAINT, help="it was not wanted")
    verdict.add_argument("--good", dest="kind", action="store_const", const=Kind.NOT_JUNK, help="it was wanted")
    parser.add_argument("--reporter", metavar="NAME", help="who says so; by default the user who runs this")
    declare_mail(parser)
    declare_world(parser)
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    settings = settings_of(options)
    learned = learn(
        mail_of(options),
        options.kind,
        reporter=options.reporter or getpass.getuser(),
        resolver=resolver_of(options, settings),
        ledger=ledger_to_write(settings),
        thresholds=policy_of(settings).thresholds,
        now=now_of(options),
    )
    if not learned.subjects:
        print("nobody answers for this mail, so nobody's standing changes")
        return 0
    names = ", ".join(f"{kind} {name}" for kind, name in learned.subjects)
    print(plain(f"{'counted' if learned.is_new else 'counted before'} as {options.kind} for {names}"))
    return 0
