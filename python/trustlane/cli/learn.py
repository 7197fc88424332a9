"""Tell trustlane what a mail was worth: junk, or good; or hand it a report about other mails.

The mail's Trust-Lane field names the decision, and is believed where it was signed here; each reporter counts once for
it. A mail without that field is examined anew. Exit code 1: what the mail or report shows is not ours, or is malformed.
"""

import argparse
import sys

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
from trustlane.cli.site_keys import site_keys_of
from trustlane.cli.store import ledger_to_write
from trustlane.ledger import Kind
from trustlane.reasons import Reason
from trustlane.reports import Learned, Listener, read_report
from trustlane.reports.content import READERS

REFUSED = 1
"""Exit code where nothing was counted because the report cannot be believed."""

VERDICTS = (
    ("--junk", Kind.COMPLAINT, "it was not wanted"),
    ("--good", Kind.NOT_JUNK, "it was wanted"),
    ("--trap", Kind.TRAP, "it came to an address that nobody ever gave away"),
)


def declare(parser: argparse.ArgumentParser) -> None:
    verdict = parser.add_mutually_exclusive_group(required=True)
    for option, kind, sentence in VERDICTS:
        verdict.add_argument(option, dest="kind", action="store_const", const=kind, help=sentence)
    verdict.add_argument(
        "--report",
        action="store_true",
        help="it is a report about other mails: a feedback report (ARF), a forwarded complaint or a bounce",
    )
    verdict.add_argument(
        "--sent",
        action="store_true",
        help="somebody here wrote it: to correspondents, and it may answer a mail",
    )
    verdict.add_argument(
        "--filtered", action="store_true", help="a content filter behind us wrote its verdict above our own field"
    )
    parser.add_argument(
        "--reporter", metavar="NAME", help="who says so; by default this site itself, whose word counts in full"
    )
    declare_mail(parser)
    declare_world(parser)
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    settings = settings_of(options)
    mail = mail_of(options)
    listener = Listener(site_keys_of(settings), ledger_to_write(settings), policy_of(settings).thresholds)
    reporter, now = options.reporter or "", now_of(options)
    if options.sent:
        return _told(listener.sent(mail, now=now))
    if options.filtered:
        return _told(listener.filtered(mail, settings.feedback.verdict_fields or tuple(READERS), now=now))
    if not options.report:
        resolver = resolver_of(options, settings)
        return _told(listener.learn(mail, options.kind, reporter=reporter, resolver=resolver, now=now))
    report = read_report(mail.message)
    if isinstance(report, Reason):
        return _told(Learned((), (report,), 0, is_refused=True))
    return _told(listener.take(report, Kind.COMPLAINT, reporter=reporter, now=now))


def _told(learned: Learned) -> int:
    for reason in learned.reasons:
        print(plain(reason.text), file=sys.stderr if learned.is_refused else sys.stdout)
    return REFUSED if learned.is_refused else 0
