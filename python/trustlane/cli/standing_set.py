"""Set a standing for a time, or forget one."""

import argparse
import sys
from datetime import UTC, datetime
from typing import Any

from trustlane.assessment.set_by_operator import day
from trustlane.cli.named import KINDS, declare_kind, histories_named, subject_named
from trustlane.cli.options import declare_config, declare_now, now_of, settings_of
from trustlane.cli.plain import plain
from trustlane.cli.standing_show import NOT_KNOWN
from trustlane.cli.store import ledger_to_look_at, ledger_to_write
from trustlane.ledger import Override
from trustlane.ledger.history import BAD, EARNED, OPEN, TRUSTED

WRONG_CALL = 2


def declare(actions: Any) -> None:
    set_ = actions.add_parser(
        "set", help="let a name stand as you say until a date, whatever it does; what it earns is counted meanwhile"
    )
    set_.add_argument("name", metavar="NAME", help="a domain, an address, a network, or a pair in quotes")
    set_.add_argument("--kind", choices=KINDS, help="by default what the name looks like; a domain is an author domain")
    set_.add_argument(
        "--to", required=True, choices=(TRUSTED, OPEN, BAD, "earned"), help="earned ends what was set before its date"
    )
    set_.add_argument("--until", type=_date, metavar="DATE", help="2027-01-31 or 2027-01-31T18:00, in UTC")
    set_.add_argument("--why", metavar="TEXT", help="for those who read it, in logs and headers too")
    declare_now(set_)
    declare_config(set_)
    set_.set_defaults(run=_set)
    forget = actions.add_parser("forget", help="delete all that is remembered of one name, of every kind it has")
    forget.add_argument("name", metavar="NAME", help="a domain, an address, a network, or a pair in quotes")
    declare_kind(forget)
    declare_config(forget)
    forget.set_defaults(run=_forget)


def _set(options: argparse.Namespace) -> int:
    subject = subject_named(options.name, options.kind)
    if options.to == "earned":
        ledger_to_write(settings_of(options)).override(subject, EARNED)
        print(plain(f"{subject.kind} {subject.name} stands as it earned"))
        return 0
    if wrong := _wrong(options, subject.kind):
        print(f"trustlane: {wrong}", file=sys.stderr)
        return WRONG_CALL
    word = Override(options.to, options.until, plain(" ".join(options.why.split())))
    ledger_to_write(settings_of(options)).override(subject, word)
    print(plain(f"{subject.kind} {subject.name} is set to {word.to} until {day(word.until)}: {word.why}"))
    return 0


def _wrong(options: argparse.Namespace, kind: str) -> str | None:
    if options.until is None or options.until <= now_of(options):
        return "--until must be a date that is still to come: what is set ends by itself"
    if not (options.why or "").strip():
        return "--why must say why; whoever meets it later will ask"
    if kind == "network" and options.to == TRUSTED:
        return "a network answers for nobody, so it can be set against mail, not for it"
    return None


def _forget(options: argparse.Namespace) -> int:
    settings = settings_of(options)
    histories = histories_named(ledger_to_look_at(settings), options.name, options.kind)
    if not histories:
        print(plain(f"nothing is remembered of {options.name}"))
        return NOT_KNOWN
    ledger = ledger_to_write(settings)
    for history in histories:
        ledger.forget(history.subject)
        print(plain(f"forgotten: {history.subject.kind} {history.subject.name}"))
    return 0


def _date(text: str) -> float:
    moment = datetime.fromisoformat(text)
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
