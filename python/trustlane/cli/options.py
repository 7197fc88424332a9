"""Options that several commands share, and what they make of them."""

import argparse
import sys
import time
from dataclasses import fields
from pathlib import Path

from trustlane.assessment import Assessor, Assessors, Thresholds
from trustlane.assessment.accreditation import Accreditation
from trustlane.assessment.correspondents import Correspondents
from trustlane.assessment.list_zone import list_zone
from trustlane.assessment.lists import Lists
from trustlane.assessment.partners import Partners, agreement
from trustlane.assessment.peers import Peers, peer
from trustlane.assessment.repute.fetch import HttpFetcher
from trustlane.assessment.service import trusted_service
from trustlane.assessment.vouching import Vouching
from trustlane.cli.bounce_keys import ring_of
from trustlane.dns.limits import DnsLimits
from trustlane.dns.overlay import OverlayResolver
from trustlane.dns.port import DualResolver, KeepingResolver
from trustlane.dns.resolver import DnsResolver
from trustlane.dns.zone import ZoneResolver
from trustlane.errors import MessageError
from trustlane.identities import Boundary, Checks, ExamineLimits
from trustlane.lanes import Policy, SiteKeys
from trustlane.message import Instant, LineEnds, Transaction
from trustlane.settings import Settings, load
from trustlane.settings.suffixes import suffixes_by
from trustlane.verify import transaction

DEFAULT_FILE = Path("trustlane.toml")
NO_KEYS = SiteKeys()


def declare_config(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--config", type=Path, metavar="FILE", help="settings; by default trustlane.toml where there is one"
    )


def declare_mail(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", metavar="FILE", help="the mail, as octets; - reads standard input")
    parser.add_argument("--ip", metavar="ADDRESS", help="the SMTP client's address; without it SPF is not evaluated")
    parser.add_argument("--helo", metavar="NAME", help="what the client said in EHLO or HELO")
    parser.add_argument("--mail-from", metavar="ADDRESS", help="the reverse-path; '' is the null path")
    parser.add_argument(
        "--rcpt", metavar="ADDRESS", action="append", default=[], help="a forward-path; may be repeated"
    )
    parser.add_argument("--submitter", metavar="ADDRESS", help="what the client gave as SUBMITTER, for Sender ID")
    parser.add_argument(
        "--line-ends",
        type=LineEnds,
        choices=list(LineEnds),
        default=LineEnds.FIX_CRLF,
        help="a CR or LF that stands alone: stays, is made CRLF (LF only, the default), or has the mail refused",
    )


def declare_world(parser: argparse.ArgumentParser) -> None:
    declare_zone(parser)
    parser.add_argument(
        "--now", type=int, metavar="UNIX", help="the time of receipt in seconds since 1970; by default now"
    )
    declare_config(parser)


def declare_zone(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--zone", type=Path, metavar="FILE", help="a master file that stands for all DNS there is")


def declare_now(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--now", type=int, metavar="UNIX", help="act as of this time; by default now")


def settings_of(options: argparse.Namespace) -> Settings:
    if options.config:
        return load(options.config)
    return load(DEFAULT_FILE) if DEFAULT_FILE.exists() else Settings()


def mail_of(options: argparse.Namespace) -> Transaction:
    """The mail that was named on the command line.

    Raises:
        MessageError: the file cannot be read, or is empty.
    """
    octets = octets_of(options.file)
    if not octets:
        raise MessageError(f"{options.file}: is empty; there is no mail to look at")
    return transaction(
        octets, options.ip, options.helo, options.mail_from, options.rcpt, options.line_ends, options.submitter
    )


def resolver_of(options: argparse.Namespace, settings: Settings) -> DualResolver:
    """The zone file on the command line, or what the settings say."""
    return ZoneResolver.from_file(options.zone) if options.zone else resolver_by(settings)


def resolver_by(settings: Settings) -> KeepingResolver:
    """DNS as the settings have it: a zone file, if any, answers for its names; the rest is asked of servers."""
    limits = DnsLimits(**{limit.name: getattr(settings.dns, limit.name) for limit in fields(DnsLimits)})
    system = DnsResolver(nameservers=settings.dns.nameservers or None, limits=limits)
    return OverlayResolver(ZoneResolver.from_file(settings.dns.zone), system) if settings.dns.zone else system


def now_of(options: argparse.Namespace) -> Instant:
    return time.time() if options.now is None else float(options.now)


def policy_of(settings: Settings, keys: SiteKeys = NO_KEYS) -> Policy:
    trust = settings.trust
    thresholds = Thresholds(
        gained_at=trust.gained_at,
        lost_below=trust.lost_below,
        long_lost_below=min(Thresholds().long_lost_below, trust.gained_at),
        turned_at=trust.turned_at,
        shared_at=trust.shared_at,
    )
    limits = ExamineLimits(
        max_signatures=settings.dkim.max_signatures,
        max_rsa_bits=settings.dkim.max_rsa_bits,
        trusted_sealers=settings.arc.trusted_sealers,
        atps=settings.dkim.atps,
        suffixes=suffixes_by(settings),
        receiver=settings.site.authserv_id,
        received_spf=settings.spf.received_spf,
        checks=checks_of(settings),
        boundary=boundary_of(settings),
    )
    return Policy(
        mode=settings.site.mode,
        thresholds=thresholds,
        limits=limits,
        assessors=assessors_of(settings),
        keys=keys,
    )


def assessors_of(settings: Settings) -> Assessors:
    """Who is asked beside this site's own standing, and how pages are got."""
    wanted = settings.opinions
    peers = [peer(line) for line in wanted.peers]
    chosen: list[tuple[object, Assessor]] = [
        (wanted.partners, Partners([agreement(line) for line in wanted.partners])),
        (wanted.correspondents, Correspondents()),
        (wanted.vouchers, Vouching([trusted_service(line) for line in wanted.vouchers])),
        (wanted.lists, Lists([list_zone(line) for line in wanted.lists])),
        (wanted.peers, Peers(peers)),
        (wanted.accreditors, Accreditation([trusted_service(line) for line in wanted.accreditors])),
    ]
    keys = {it.host: it.key for it in peers if it.key}
    return Assessors(tuple(assessor for is_wanted, assessor in chosen if is_wanted), HttpFetcher(keys))


def boundary_of(settings: Settings) -> Boundary:
    authres = settings.authres
    return Boundary(authres.own_ids, authres.upstream_ids, authres.upstream_clients)


def checks_of(settings: Settings) -> Checks:
    """The checks that this site makes beyond the usual."""
    return Checks(
        helo=settings.helo.check,
        csa=settings.csa.check,
        sender_id=settings.senderid.check,
        batv=ring_of(settings),
    )


def octets_of(name: str) -> bytes:
    """The octets of a file, or of standard input for ``-``.

    Raises:
        MessageError: the file cannot be read.
    """
    if name == "-":
        return sys.stdin.buffer.read()
    try:
        return Path(name).read_bytes()
    except OSError as error:
        raise MessageError(f"{name}: cannot be read: {error.strerror}") from error
