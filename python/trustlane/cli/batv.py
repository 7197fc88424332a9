"""Tag bounce addresses, check tags, and make the keys for them (BATV).

Exit code of tag and check: 0 tagged, or good; 1 not; 2 wrong call or wrong settings.
"""

import argparse

from trustlane import batv
from trustlane._core import BatvRing
from trustlane.batv import DAY_SECONDS
from trustlane.batv.file import to_text
from trustlane.cli.bounce_keys import KEYS, bounce_keys_of, ring_of
from trustlane.cli.options import declare_config, declare_now, now_of, settings_of
from trustlane.cli.plain import plain
from trustlane.errors import SettingsError
from trustlane.settings import Settings

YES, NO = 0, 1

LEAD_DAYS = 2
"""When a successor begins to sign, so that all hosts have it by then."""


def declare(parser: argparse.ArgumentParser) -> None:
    actions = parser.add_subparsers(metavar="ACTION", required=True)
    tag = actions.add_parser("tag", help="print an address as a reverse-path with today's tag")
    check = actions.add_parser("check", help="say what the tag of an address comes to, and the address below it")
    for action, run in ((tag, _tag), (check, _check)):
        action.add_argument("address", metavar="ADDRESS", help="as joe@example.com, without angle brackets")
        action.set_defaults(run=run)
    rotate = actions.add_parser("rotate", help="make the next key; those whose tags have expired are dropped")
    rotate.add_argument(
        "--in-days",
        type=int,
        metavar="N",
        help=f"when it begins to sign; by default the first one today, others in {LEAD_DAYS} days",
    )
    rotate.set_defaults(run=_rotate)
    for action in (tag, check, rotate):
        declare_now(action)
        declare_config(action)


def _tag(options: argparse.Namespace) -> int:
    tagged, why_not = _ring(settings_of(options)).tag(options.address, _day(options))
    print(plain(tagged if why_not is None else f"{tagged} ({_NOT_TAGGED[why_not]})"))
    return YES if why_not is None else NO


def _check(options: argparse.Namespace) -> int:
    verdict, address = _ring(settings_of(options)).check(options.address, _day(options))
    print(plain(f"{verdict}: {address}"))
    return YES if verdict == "valid" else NO


def _rotate(options: argparse.Namespace) -> int:
    settings, today = settings_of(options), _day(options)
    keys = bounce_keys_of(settings)
    lead = options.in_days if options.in_days is not None else LEAD_DAYS if keys.keys else 0
    try:
        keys = keys.rotated(today, today + lead, settings.batv.lifetime_days)
        settings.batv.keys.parent.mkdir(parents=True, exist_ok=True)
        batv.write(settings.batv.keys, keys)
    except (OSError, ValueError) as error:
        raise SettingsError("batv.keys", f"{settings.batv.keys}: {error}", KEYS) from error
    for line in to_text(keys).splitlines()[1:]:
        print(" ".join(line.split()[:2]))
    return YES


def _ring(settings: Settings) -> BatvRing:
    ring = ring_of(settings)
    if ring is None:
        raise SettingsError("batv.domains", "names no domain, so nothing is tagged", 'domains = ["example.org"]')
    return ring


def _day(options: argparse.Namespace) -> int:
    return int(now_of(options)) // DAY_SECONDS


_NOT_TAGGED = {
    "no-address": "not tagged: it is no address",
    "already-tagged": "not tagged: it bears a tag already",
    "not-ours": "not tagged: its domain is none of batv.domains",
    "no-key": "not tagged: no key signs yet",
    "too-long": "not tagged: with a tag its local part would be longer than 64 octets",
}
