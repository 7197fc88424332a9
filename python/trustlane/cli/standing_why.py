"""Why a name stands as it does: each part of the arithmetic in words, and what was said of its mail."""

import argparse
from collections.abc import Iterator
from typing import Any

from trustlane.assessment import subjects_needed
from trustlane.assessment.set_by_operator import day
from trustlane.assessment.told import parts
from trustlane.cli.named import declare_kind, histories_named
from trustlane.cli.options import declare_config, declare_now, now_of, policy_of, settings_of
from trustlane.cli.plain import plain
from trustlane.cli.progress import Progress
from trustlane.cli.standing_show import NOT_KNOWN, as_line, judged_of
from trustlane.cli.store import ledger_to_look_at
from trustlane.ledger import Ledger, Subject
from trustlane.ledger.port import Counted, Remembered
from trustlane.ledger.weights import BAD, GOOD

SAID_BY_DEFAULT = 20


def declare(actions: Any) -> None:
    why = actions.add_parser("why", help="why a name stands as it does, in words, and what was said of its mail")
    why.add_argument("name", metavar="NAME", help="a domain, an address, a network, or a pair in quotes")
    declare_kind(why)
    why.add_argument(
        "--limit", type=int, default=SAID_BY_DEFAULT, metavar="N", help="how much of what was said; by default 20"
    )
    declare_now(why)
    declare_config(why)
    why.set_defaults(run=_why)


def _why(options: argparse.Namespace) -> int:
    settings = settings_of(options)
    ledger, thresholds, now = ledger_to_look_at(settings), policy_of(settings).thresholds, now_of(options)
    histories = histories_named(ledger, options.name, options.kind)
    if not histories:
        print(plain(f"nothing is remembered of {options.name}"))
        return NOT_KNOWN
    said = sorted(_said(ledger, {it.subject for it in histories}), reverse=True)
    for history in histories:
        judged = judged_of(history.subject, ledger, thresholds, now)
        print(plain(as_line(history, judged)))
        for part in parts(judged, ledger.read(subjects_needed([history.subject])), now, thresholds):
            print(plain(f"    {part.text}"))
        for time, about, kind, reporter in [it[:4] for it in said if history.subject in it[4]][: options.limit]:
            by = f" by {reporter}" if reporter else ""
            print(plain(f"    {day(time)}: {kind}{by}, about {about}"))
    return 0


def _said(ledger: Ledger, subjects: set[Subject]) -> Iterator[tuple[float, str, str, str, tuple[Subject, ...]]]:
    """Labels that were given to mail of these subjects, with the subjects of that mail."""
    decisions: dict[str, tuple[Subject, ...]] = {}
    labels: list[Counted] = []
    for it in Progress(ledger.how_many()).over(ledger.kept()):
        match it:
            case Remembered() if subjects.intersection(it.subjects):
                decisions[it.id] = it.subjects
                if it.message:
                    decisions[f"message {it.message}"] = it.subjects
            case Counted() if it.kind in GOOD or it.kind in BAD:
                labels.append(it)
            case _:
                pass
    for label in labels:
        if label.about in decisions:
            yield label.time, label.about, label.kind, label.reporter, decisions[label.about]
