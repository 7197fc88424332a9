"""Tell the DMARC policy of a domain, name by name of the walk, and who may get its reports (RFC 9989, RFC 9990).

Exit code: 0 a policy applies, 1 none does, 2 wrong call.
"""

import argparse
import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from typing import Any

from trustlane._core import PublicSuffixes
from trustlane.cli.answers import sentence
from trustlane.cli.options import declare_config, declare_zone, resolver_of, settings_of
from trustlane.cli.plain import plain
from trustlane.dns import Resolver
from trustlane.dns.patience import Patience
from trustlane.errors import MessageError
from trustlane.identities.dmarc import Destination, Discovered, Step, discover, report_destinations
from trustlane.settings.suffixes import suffixes_by

FOUND, NONE = 0, 1


def declare(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("domain", metavar="DOMAIN", help="an author domain, as in a From field")
    parser.add_argument("--json", action="store_true", help="print the walk and what it found as JSON")
    declare_zone(parser)
    declare_config(parser)
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    settings = settings_of(options)
    resolver = Patience(resolver_of(options, settings), settings.dns.mail_seconds)
    suffixes = suffixes_by(settings)
    try:
        found = discover(options.domain, resolver, suffixes=suffixes)
    except ValueError as error:
        raise MessageError(str(error)) from error
    reports = _reports(found, resolver, suffixes)
    text = json.dumps(_data(found, reports), indent=2) if options.json else plain("\n".join(_lines(found, reports)))
    print(text)
    return FOUND if found.policy else NONE


Reports = Mapping[str, tuple[Destination, ...]]


def _reports(found: Discovered, resolver: Resolver, suffixes: PublicSuffixes | None) -> Reports:
    """The addresses of ``rua`` and ``ruf``, each with whether reports may go there."""
    if not found.record or not found.policy_domain:
        return {}
    domain, record = found.policy_domain, found.record
    return {
        tag: report_destinations(domain, record[tag], resolver, tag=tag, suffixes=suffixes)
        for tag in ("rua", "ruf")
        if record[tag]
    }


def _lines(found: Discovered, reports: Reports) -> Iterator[str]:
    answers = dict(found.transcript)
    for step in found.steps:
        heard = f" {sentence(step.question, answers[step.question])}" if step.question else ""
        yield f"{step.name}: {_WORDS[step.seen]}.{' The walk ends here.' if step.is_last else ''}"
        if step.question:
            yield f"  {step.question.record_type} {step.question.name}?{heard}"
    yield f"Organizational domain: {found.organizational_domain or 'not known now'} (by {found.discovery_method})."
    if found.reason:
        yield f"No policy: {found.reason[1]}."
    if found.record:
        yield f"Policy: {found.policy}, by the record of {found.policy_domain}."
        yield "  " + ", ".join(f"{tag}={found.record[tag]}" for tag in _SHOWN)
    for tag, destinations in reports.items():
        yield f"Reports ({tag}):"
        for one in destinations:
            at = f", asked at {one.asked_at}" if one.asked_at else ""
            instead = f"; they go to {', '.join(one.overridden_by)}" if one.overridden_by else ""
            yield f"  {one.uri}: {one.authority}{at}{instead}"


_WORDS = {
    "record": "a record",
    "nothing": "no record",
    "several-records": "several records, which count as none",
    "unavailable": "no answer",
    "too-long": "too long a name for a record",
}

_SHOWN = ("p", "sp", "np", "psd", "adkim", "aspf", "t", "fo")


def _data(found: Discovered, reports: Reports) -> dict[str, Any]:
    return {
        "steps": [_step(step) for step in found.steps],
        "discovery_method": found.discovery_method,
        "organizational_domain": found.organizational_domain,
        "policy_domain": found.policy_domain,
        "policy": found.policy,
        "record": dict(found.record) if found.record else None,
        "reason": found.reason[0] if found.reason else None,
        "reports": {tag: [asdict(one) for one in destinations] for tag, destinations in reports.items()},
    }


def _step(step: Step) -> dict[str, Any]:
    question = f"{step.question.name} {step.question.record_type}" if step.question else None
    return {
        "name": step.name,
        "question": question,
        "seen": step.seen,
        "record": step.record,
        "is_last": step.is_last,
    }
