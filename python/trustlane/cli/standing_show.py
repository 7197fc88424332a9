"""Show and list standings."""

import argparse
import json
from collections.abc import Iterable
from typing import Any

from trustlane.assessment import Standing, Thresholds, standing_of, subjects_needed
from trustlane.assessment.set_by_operator import day
from trustlane.cli.named import declare_kind, histories_named
from trustlane.cli.options import declare_config, declare_now, now_of, policy_of, settings_of
from trustlane.cli.plain import plain
from trustlane.cli.store import ledger_to_look_at
from trustlane.ledger import History, Ledger, Subject
from trustlane.message import Instant

NOT_KNOWN = 1
"""Exit code where nothing is remembered of the name."""


def declare(actions: Any) -> None:
    show = actions.add_parser("show", help="everything that is remembered of one name")
    show.add_argument("name", metavar="NAME", help="a domain, an address, a network, or a pair in quotes")
    declare_kind(show)
    show.set_defaults(run=_show)
    listed = actions.add_parser("list", help="all subjects, the weightiest evidence first")
    declare_kind(listed)
    listed.add_argument("--limit", type=int, default=50, metavar="N", help="how many lines; by default 50")
    listed.add_argument("--set", action="store_true", help="only what an operator has set")
    listed.set_defaults(run=_list)
    for action in (show, listed):
        declare_now(action)
        action.add_argument("--json", action="store_true", help="one JSON object a line")
        declare_config(action)


def judged_of(subject: Subject, ledger: Ledger, thresholds: Thresholds, now: Instant) -> Standing:
    return standing_of(subject, ledger.read(subjects_needed([subject])), now, thresholds)


def as_line(history: History, judged: Standing) -> str:
    kind, name = history.subject
    word = judged.override
    set_to = f"; set to {word.to} until {day(word.until)}: {word.why}" if word else ""
    return (
        f"{judged.level:<9} {judged.lower_bound:.3f}  {kind} {name}: {history.mails} mail(s),"
        f" weight {judged.sample_size:.1f}, rated {judged.rating:.3f}{set_to}"
    )


def _list(options: argparse.Namespace) -> int:
    ledger, now = ledger_to_look_at(settings_of(options)), now_of(options)
    chosen = (it for it in ledger.everybody(options.kind) if not options.set or it.override(now))
    _print(options, ledger, [it for it, _ in zip(chosen, range(options.limit), strict=False)])
    return 0


def _show(options: argparse.Namespace) -> int:
    ledger = ledger_to_look_at(settings_of(options))
    histories = histories_named(ledger, options.name, options.kind)
    if not histories:
        print(plain(f"nothing is remembered of {options.name}"))
        return NOT_KNOWN
    _print(options, ledger, histories)
    return 0


def _print(options: argparse.Namespace, ledger: Ledger, histories: Iterable[History]) -> None:
    thresholds, now = policy_of(settings_of(options)).thresholds, now_of(options)
    for history in histories:
        judged = judged_of(history.subject, ledger, thresholds, now)
        print(_as_json(history, judged) if options.json else plain(as_line(history, judged)))


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
            "override": judged.override._asdict() if judged.override else None,
        }
    )
