"""Ask DNS as the daemon does: what a name has, whether DNSSEC vouches for it, and what it took to know.

Exit code: 0 there are records, 1 there are none, 2 wrong call, 3 there is no answer now.
"""

import argparse

from trustlane._core import Question
from trustlane.cli.answers import sentence
from trustlane.cli.options import declare_config, declare_zone, resolver_by, settings_of
from trustlane.cli.plain import plain
from trustlane.dns.zone import ZoneResolver
from trustlane.errors import MessageError

TYPES = ("A", "AAAA", "MX", "PTR", "SRV", "TXT")

FOUND, NONE, NO_ANSWER = 0, 1, 3


def declare(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("name", metavar="NAME", help="a domain name")
    parser.add_argument("types", metavar="TYPE", nargs="*", help=f"of {', '.join(TYPES)}; by default TXT")
    declare_zone(parser)
    declare_config(parser)
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    questions = [_question(options.name, word.upper()) for word in options.types or ["TXT"]]
    counting = None if options.zone else resolver_by(settings_of(options))
    answers = (counting or ZoneResolver.from_file(options.zone)).ask(questions)
    for question in questions:
        print(plain(f"{question.record_type} {question.name}? {sentence(question, answers[question])}"))
    if counting is not None:
        print(counting.counters)
    statuses = {answer.status for answer in answers.values()}
    return FOUND if "found" in statuses else NO_ANSWER if "unavailable" in statuses else NONE


def _question(name: str, record_type: str) -> Question:
    try:
        return Question(name, record_type)
    except ValueError as error:
        raise MessageError(f"{name} {record_type}: {error}") from error
