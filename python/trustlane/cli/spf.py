"""Tell whether a client may use a domain by SPF, term by term (RFC 7208).

Exit code: 0 pass, 1 any other result, 2 wrong call. No mail is needed, and nothing is remembered.
"""

import argparse
import json
from collections.abc import Iterator
from typing import Any

from trustlane.cli.options import declare_world, now_of, resolver_of, settings_of
from trustlane.cli.plain import plain
from trustlane.cli.spf_steps import lines
from trustlane.dns.patience import Patience
from trustlane.errors import MessageError
from trustlane.identities.spf import SpfCheck, check_spf

PASS, OTHER = 0, 1


def declare(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("domain", metavar="DOMAIN", help="the domain of the reverse-path")
    parser.add_argument("--ip", metavar="ADDRESS", required=True, help="the SMTP client's address")
    parser.add_argument("--mail-from", metavar="ADDRESS", help="the reverse-path; by default postmaster at DOMAIN")
    parser.add_argument("--helo", metavar="NAME", help="what the client said in EHLO or HELO; it is checked too")
    parser.add_argument("--json", action="store_true", help="print the checks as JSON")
    declare_world(parser)
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    checks = _checks(options)
    if options.json:
        print(json.dumps([_data(check) for check in checks], indent=2))
    else:
        print(plain("\n".join(line for check in checks for line in _lines(check, options.ip))))
    return PASS if checks[0].finding.result == "pass" else OTHER


def _checks(options: argparse.Namespace) -> list[SpfCheck]:
    """MAIL FROM, and HELO where it was said.

    Raises:
        MessageError: the address is none.
    """
    settings = settings_of(options)
    resolver = Patience(resolver_of(options, settings), settings.dns.mail_seconds)
    mail_from = options.mail_from or f"postmaster@{options.domain}"
    identities = ["mailfrom", "helo"] if options.helo else ["mailfrom"]
    try:
        return [
            check_spf(
                client_ip=options.ip,
                resolver=resolver,
                now=now_of(options),
                identity=identity,
                mail_from=mail_from,
                helo=options.helo or options.domain,
                receiver=settings.site.authserv_id,
            )
            for identity in identities
        ]
    except ValueError as error:
        raise MessageError(str(error)) from error


def _lines(check: SpfCheck, client_ip: str) -> Iterator[str]:
    finding = check.finding
    name = next(iter(finding.properties.values()), "")
    yield f"May {client_ip} use {name} as {_IDENTITIES[finding.facts['identity']]}?"
    yield from lines(check.steps, dict(check.transcript))
    yield f"spf={finding.result}: {finding.text}."
    if explanation := finding.facts.get("explanation"):
        yield f"  The domain explains: {explanation}"
    if finding.facts.get("matches_everyone"):
        yield "  This pass is for everybody: it validates no name."


_IDENTITIES = {"mailfrom": "MAIL FROM", "helo": "HELO"}


def _data(check: SpfCheck) -> dict[str, Any]:
    finding = check.finding
    steps = [
        {
            "depth": step.depth,
            "domain": step.domain,
            "text": step.text,
            "outcome": step.outcome,
            "asked": [f"{question.name} {question.record_type}" for question in step.asked],
            "terms": step.terms,
            "void_lookups": step.void_lookups,
        }
        for step in check.steps
    ]
    return {
        "result": finding.result,
        "reason": finding.reason,
        "text": finding.text,
        "properties": dict(finding.properties),
        "facts": dict(finding.facts),
        "steps": steps,
    }
