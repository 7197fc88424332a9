"""Subjects as people name them on the command line."""

import argparse

from trustlane.ledger import History, Ledger, Subject

KINDS = ("address", "rfc5322.from", "organization", "pair", "dkim", "spf", "rfc5321.helo", "network")
"""Kinds that an operator may name; others are counted beside them and have no standing."""


def declare_kind(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--kind", help=f"only this kind: {', '.join(KINDS)}")


def subject_named(name: str, kind: str | None) -> Subject:
    """The subject of that name; without a kind the one that the name looks like, of a domain the author domain."""
    return Subject(kind or _kind_of(name), name.lower())


def histories_named(ledger: Ledger, name: str, kind: str | None) -> list[History]:
    """What is remembered of the name, of every kind that it has."""
    wanted = [Subject(kind, name.lower())] if kind else [Subject(it, name.lower()) for it in (*KINDS, *_BESIDE)]
    found = ledger.read(wanted)
    return [found[subject] for subject in wanted if subject in found]


_BESIDE = ("newcomer", "reporter", "correspondent", "signature")


def _kind_of(name: str) -> str:
    if " " in name:
        return "pair"
    if "/" in name:
        return "network"
    return "address" if "@" in name else "rfc5322.from"
