"""Show what is remembered of identities, and what it is worth now."""

import argparse
import json
import time
from collections.abc import Iterable

from trustlane.assessment import Standing, Thresholds, standing_of, subjects_needed
from trustlane.cli.options import declare_config, policy_of, settings_of
from trustlane.cli.plain import plain
from trustlane.cli.store import ledger_to_look_at
from trustlane.ledger import History, Ledger, Subject
from trustlane.message import Instant

NOT_KNOWN = 1
"""Exit code of ``show`` where nothing is remembered of the name."""


def declare(parser: argparse.ArgumentParser) -> None:
    actions = parser.add_subparsers(metavar="ACTION", required=True)
    show = actions.add_parser("show", help="everything that is remembered of one name")
    show.add_argument("name", metavar="NAME", help="a domain, an address, a network, or a pair in quotes")
    show.set_defaults(run=_show)
    listed = actions.add_parser("list", help="all subjects, the weightiest evidence first")
    listed.add_argument("--kind", help="only these: address, rfc5322.from, organization, pair, dkim, spf, network, ...")
    listed.add_argument("--limit", type=int, default=50, metavar="N", help="how many lines; by default 50")
    listed.set_defaults(run=_list)
    for action in (show, listed):
        action.add_argument("--now", type=int, metavar="UNIX", help="judge as of this time; by default now")
        action.add_argument("--json", action="store_true", help="one JSON object a line")
        declare_config(action)


def _list(options: argparse.Namespace) -> int:
    histories = _first(_ledger(options).everybody(options.kind), options.limit)
    _print(options, histories)
    return 0


def _show(options: argparse.Namespace) -> int:
    wanted = options.name.lower()
    histories = [history for history in _ledger(options).everybody() if history.subject.name == wanted]
    if not histories:
        print(plain(f"nothing is remembered of {options.name}"))
        return NOT_KNOWN
    _print(options, histories)
    return 0


def _print(options: argparse.Namespace, histories: Iterable[History]) -> None:
    ledger, thresholds = _ledger(options), policy_of(settings_of(options)).thresholds
    now = time.time() if options.now is None else float(options.now)
    for history in histories:
        judged = _judged(history.subject, ledger, thresholds, now)
        print(_as_json(history, judged) if options.json else plain(_as_line(history, judged)))


def _judged(subject: Subject, ledger: Ledger, thresholds: Thresholds, now: Instant) -> Standing:
    return standing_of(subject, ledger.read(subjects_needed([subject])), now, thresholds)


def _as_line(history: History, judged: Standing) -> str:
    kind, name = history.subject
    return (
        f"{judged.level:<9} {judged.lower_bound:.3f}  {kind} {name}: {history.mails} mail(s),"
        f" weight {judged.sample_size:.1f}, rated {judged.rating:.3f}"
    )


def _as_json(history: History, judged: Standing) -> str:
    kind, name = history.subject
    return json.dumps(
        {
            "kind": kind,
            "name": name,
            "level": judged.level.value,
            "rating": judged.rating,
            "confidence": judged.confidence,
            "sample_size": judged.sample_size,
            "lower_bound": judged.lower_bound,
            "mails": history.mails,
            "first_seen": history.first_seen,
            "last_seen": history.last_seen,
        }
    )


def _first(histories: Iterable[History], limit: int) -> list[History]:
    return [history for history, _ in zip(histories, range(limit), strict=False)]


def _ledger(options: argparse.Namespace) -> Ledger:
    return ledger_to_look_at(settings_of(options))
