"""Seal a mail that is passed on (ARC) with what is found about it, and write it to standard output.

The mail is checked as it came. Where it was changed since, --found-in-fields takes the results from its fields
Authentication-Results in our name. Exit code: 0 sealed, 2 wrong call, no key, or a mail that must not be sealed,
3 its chain cannot be told now, so try again.
"""

import argparse
import sys
from collections.abc import Sequence

from trustlane._core import UnsignableMessage, results_of, seal
from trustlane.authres.write import ResultParts, result_parts
from trustlane.cli.check import decided
from trustlane.cli.keys import table_of
from trustlane.cli.options import declare_mail, declare_world, mail_of, now_of, settings_of
from trustlane.delivery.write import results as results_from
from trustlane.errors import KeyTableError, MessageError
from trustlane.keys import StoredKey

NOT_KNOWN_NOW = 3
"""Exit code where a key of the chain cannot be had: a seal made now would call the chain broken for ever."""


def declare(parser: argparse.ArgumentParser) -> None:
    declare_mail(parser)
    parser.add_argument("--domain", required=True, help="who seals; the key is one of `trustlane keys`")
    parser.add_argument(
        "--found-in-fields",
        action="store_true",
        help="take what was found from the Authentication-Results fields that bear our authserv_id",
    )
    declare_world(parser)
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    mail, now, settings = mail_of(options), now_of(options), settings_of(options)
    key = _key(options, int(now))
    authserv_id = settings.site.authserv_id
    results: Sequence[ResultParts] = (
        results_of(mail.message, authserv_id)
        if options.found_in_fields
        else result_parts(results_from(decided(options, mail, now).findings, authserv_id))
    )
    status = _status(results)
    if status == "temperror":
        print("trustlane: a key of the chain cannot be had now; try again", file=sys.stderr)
        return NOT_KNOWN_NOW
    try:
        _, *fields = seal(
            mail.message,
            domain=key.domain,
            selector=key.selector,
            key=key.signing_key,
            authserv_id=authserv_id,
            results=results,
            status=status,
            now=int(now),
        )
    except UnsignableMessage as error:
        raise MessageError(f"{options.file}: {error}") from error
    except ValueError as error:
        raise MessageError(f"{options.file}: {error}") from error
    sys.stdout.buffer.write(b"".join(fields) + mail.message)
    sys.stdout.buffer.flush()
    return 0


def _key(options: argparse.Namespace, now: int) -> StoredKey:
    """The first key that signs for the domain now; a set has one algorithm (RFC 8617 §4.2)."""
    keys = table_of(settings_of(options)).signers(options.domain, now)
    if not keys:
        raise KeyTableError(f"no key signs for {options.domain} now; make one with `trustlane keys new`")
    return keys[0]


def _status(results: Sequence[ResultParts]) -> str:
    statuses = {result.lower() for method, _, result, _, _ in results if method.lower() == "arc"}
    if not statuses:
        return "none"
    return statuses.pop() if len(statuses) == 1 else "fail"
