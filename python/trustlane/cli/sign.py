"""Sign a mail with the keys of its author's domain, and write it to standard output.

Exit code: 0 signed, 2 wrong call, no key, or a mail that must not be signed.
"""

import argparse
import sys
import time

from trustlane._core import UnsignableMessage, sign_often, write_vbr_info
from trustlane.cli.keys import table_of
from trustlane.cli.options import declare_config, declare_now, octets_of, settings_of
from trustlane.dns.absent import NO_RESOLVER
from trustlane.errors import KeyTableError, MessageError
from trustlane.identities import ExamineLimits, examine
from trustlane.message import Transaction
from trustlane.verify import with_crlf

DAY_SECONDS = 86_400


def declare(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", metavar="FILE", help="the mail, as octets; - reads standard input")
    parser.add_argument("--domain", help="who signs; by default the domain of the From field")
    parser.add_argument("--identity", metavar="ADDRESS", help="the user or agent to name in i=")
    parser.add_argument("--expires-days", type=float, metavar="N", help="end of the signature's validity (x=)")
    parser.add_argument("--copies", action="store_true", help="copy the signed fields into the signature (z=)")
    parser.add_argument(
        "--vouched-by", metavar="VOUCHER", action="append", default=[], help="name who vouches in VBR-Info; repeatable"
    )
    parser.add_argument(
        "--mail-kind", choices=("all", "list", "transaction"), default="all", help="what kind of mail is vouched for"
    )
    declare_now(parser)
    declare_config(parser)
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    message = with_crlf(octets_of(options.file))
    now = int(time.time()) if options.now is None else options.now
    domain = options.domain or _author_domain(message)
    message = _vouched(domain, options) + message
    keys = table_of(settings_of(options)).signers(domain, now)
    if not keys:
        raise KeyTableError(f"no key signs for {domain} now; make one with `trustlane keys new {domain} SELECTOR`")
    try:
        fields = sign_often(
            message,
            [(key.domain, key.selector, key.signing_key) for key in keys],
            now=now,
            expires=None if options.expires_days is None else now + int(options.expires_days * DAY_SECONDS),
            identity=options.identity,
            copies_fields=options.copies,
        )
    except UnsignableMessage as error:
        raise MessageError(f"{options.file}: {error}") from error
    except ValueError as error:
        raise MessageError(str(error)) from error
    sys.stdout.buffer.write(fields + message)
    sys.stdout.buffer.flush()
    return 0


def _vouched(domain: str, options: argparse.Namespace) -> bytes:
    """A VBR-Info field to stand right below the signature that covers it (RFC 5518 §7.1).

    Raises:
        MessageError: a voucher is no domain.
    """
    if not options.vouched_by:
        return b""
    try:
        return f"VBR-Info: {write_vbr_info(domain, options.mail_kind, options.vouched_by)}\r\n".encode()
    except ValueError as error:
        raise MessageError(str(error)) from error


def _author_domain(message: bytes) -> str:
    """
    Raises:
        MessageError: the From field does not name exactly one domain.
    """
    findings = examine(Transaction(message), NO_RESOLVER, ExamineLimits(), 0).findings
    domains = {finding.properties.get("header.from", "") for finding in findings if finding.method == "dmarc"}
    if len(domains) != 1 or "" in domains:
        raise MessageError("the From field does not name exactly one domain; say who signs with --domain")
    return domains.pop()
