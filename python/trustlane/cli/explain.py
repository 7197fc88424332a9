"""Tell the way of one mail as a story: what was asked, what was found, who answers for it, and why it takes its lane.

Exit code as for check: 0 trusted lane, 1 open lane, 2 wrong call or a file that cannot be read.
"""

import argparse
import textwrap
from collections.abc import Iterator
from datetime import UTC, datetime

from trustlane.assessment import Opinion, Standing
from trustlane.cli.answers import sentence
from trustlane.cli.check import OPEN, TRUSTED, decided
from trustlane.cli.options import declare_mail, declare_world, mail_of, now_of
from trustlane.cli.plain import plain
from trustlane.cli.spf_steps import lines
from trustlane.identities.spf import steps
from trustlane.lanes import Decision
from trustlane.message import Instant, Transaction

COLUMNS = 110
"""Where lines of facts are folded."""


def declare(parser: argparse.ArgumentParser) -> None:
    declare_mail(parser)
    declare_world(parser)
    parser.add_argument("--terms", action="store_true", help="tell SPF term by term, too")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    mail = mail_of(options)
    now = now_of(options)
    decision = decided(options, mail, now)
    print("\n".join(plain(line) for line in story(mail, decision, now)))
    if options.terms:
        print("\n".join(plain(line) for line in terms(decision)))
    return TRUSTED if decision.is_trusted else OPEN


def story(mail: Transaction, decision: Decision, now: Instant) -> Iterator[str]:
    """The lines of the story, in the order of the line."""
    yield from _message(mail, now)
    yield from _questions(decision)
    yield from _findings(decision)
    yield from _reported(decision)
    yield from _identities(decision)
    yield from _assessment(decision)
    yield from _lane(decision)


def _message(mail: Transaction, now: Instant) -> Iterator[str]:
    session, envelope = mail.session, mail.envelope
    yield f"A mail of {len(mail.message):,} octets, received {datetime.fromtimestamp(now, UTC):%Y-%m-%d %H:%M:%S} UTC."
    yield f"  Client: {session.client_ip or 'address not known'}, {_called(session.helo)}."
    yield f"  From {_path(envelope.mail_from)} to {', '.join(envelope.rcpt) or 'recipients not known'}."
    if envelope.submitter is not None:
        yield f"  Its client announced {envelope.submitter} as the one who sent it on."


def _called(helo: str | None) -> str:
    return "HELO name not known" if helo is None else f"which called itself {helo}"


def _path(path: str | None) -> str:
    return "a reverse-path not known" if path is None else f"<{path}>"


def _questions(decision: Decision) -> Iterator[str]:
    transcript, rounds = decision.examined.transcript, decision.examined.rounds
    yield f"\nDNS was asked {len(transcript)} question(s) in {rounds} round(s)."
    for question, answer in transcript:
        yield f"  {question.record_type} {question.name}? {sentence(question, answer)}"


def _findings(decision: Decision) -> Iterator[str]:
    yield "\nThe checks found:"
    for finding in decision.findings:
        yield f"  {finding.method}: {finding.result}, because {finding.text}."
        about = [*finding.properties.items(), *finding.facts.items()]
        told = ", ".join(f"{name}={_fact(value)}" for name, value in about if value != [])
        yield from textwrap.wrap(told, COLUMNS, initial_indent="    ", subsequent_indent="    ")


def _reported(decision: Decision) -> Iterator[str]:
    """What hosts before us say. It is told and proves nothing."""
    for field in decision.examined.reported:
        yield f"\n{field.authserv_id}, which sent this mail on, reports:"
        for result in field.results:
            about = ", ".join(f"{one.ptype}.{one.name}={one.value}" for one in result.properties)
            yield f"  {result.method}: {result.result}" + (f" ({about})" if about else "")


def _fact(value: object) -> str:
    match value:
        case list():
            return "+".join(map(str, value))
        case bool():
            return "yes" if value else "no"
        case _:
            return str(value)


def _identities(decision: Decision) -> Iterator[str]:
    validated = decision.identities.validated
    yield "\nWho answers for it:" if validated else "\nNobody answers for it."
    for identity in validated:
        aligned = ", aligned with the author" if identity.is_aligned and identity.kind != "rfc5322.from" else ""
        yield f"  {identity.name}, as {_KINDS[identity.kind]} (by {identity.by}{aligned})"


_KINDS = {
    "rfc5322.from": "the author's domain",
    "dkim": "a signing domain",
    "spf": "the domain of the reverse-path",
    "rfc5321.helo": "the client's own name",
    "iprev": "the name of the client's address",
    "helo": "the name that the client gave itself",
    "pra": "the domain of the address that the header puts forward",
    "batv": "the address of ours that the bounce answers",
    "arc": "a trusted sealer",
    "ipv4": "the client's network",
    "ipv6": "the client's network",
}


def _assessment(decision: Decision) -> Iterator[str]:
    yield "\nWhat they did here before:"
    for standing in decision.assessment.standings:
        yield f"  {_standing(standing)}"
        told = "; ".join(reason.text for reason in decision.assessment.parts(standing)) + "."
        yield from textwrap.wrap(told, COLUMNS, initial_indent="    ", subsequent_indent="    ")
    if not decision.assessment.standings:
        yield "  Nothing; nobody is known."
    if decision.assessment.opinions:
        yield "\nWhat others say:"
    for opinion in decision.assessment.opinions:
        yield f"  {_opinion(opinion)}"


def _opinion(opinion: Opinion) -> str:
    kind, name = opinion.subject
    return (
        f"{opinion.source} of {kind} {name}: rated {opinion.rating:.3f} with confidence {opinion.confidence:.2f},"
        f" because {opinion.reason}"
    )


def _standing(standing: Standing) -> str:
    kind, name = standing.subject
    return (
        f"{kind} {name}: {standing.level}, rated {standing.rating:.3f} on evidence of weight"
        f" {standing.sample_size:.1f}; at least {standing.lower_bound:.3f}"
    )


def _lane(decision: Decision) -> Iterator[str]:
    yield f"\nIt takes the {decision.lane} lane; action: {decision.action}."
    for reason in decision.reasons:
        yield f"  Because {reason}."


def terms(decision: Decision) -> Iterator[str]:
    """How SPF came to its findings, term by term."""
    answers = dict(decision.examined.transcript)
    for identity, name in (("helo", "HELO"), ("mailfrom", "MAIL FROM")):
        if taken := steps(decision.examined.examination.spf_steps(identity)):
            yield f"\nSPF for {name}, term by term:"
            yield from lines(taken, answers)
