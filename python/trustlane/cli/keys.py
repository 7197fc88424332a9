"""Make, list, rotate and retire the keys to sign with, and see that DNS has their records."""

import argparse
import time
from datetime import UTC, datetime
from secrets import token_urlsafe

from trustlane import dkim
from trustlane._core import sign_often
from trustlane.cli.options import declare_config, declare_now, declare_zone, resolver_of, settings_of
from trustlane.cli.plain import plain
from trustlane.cli.site_keys import rotated, site_keys_of
from trustlane.errors import KeyTableError
from trustlane.identities import Finding
from trustlane.keys import KINDS, KeyTable, StoredKey, zone_entry
from trustlane.keys.api import CHECK, SCOPES, api_key, line_for
from trustlane.keys.table import PUBLISH_SECONDS
from trustlane.settings import Settings

PUBLISHED, NOT_PUBLISHED, NOT_KNOWN_NOW = 0, 1, 3
"""Exit codes of ``verify``: every key is in DNS; one is not; DNS does not answer for one now. 2 is a wrong call."""


DAY_SECONDS = 86_400


def declare(parser: argparse.ArgumentParser) -> None:
    actions = parser.add_subparsers(metavar="ACTION", required=True)
    new = actions.add_parser("new", help="make a key, and print the record to publish")
    new.add_argument("domain", metavar="DOMAIN", help="the domain that signs, as example.org")
    new.add_argument("selector", metavar="SELECTOR", help="the key's name below that domain; each is used once")
    new.add_argument("--kind", choices=KINDS, default="rsa2048", help="by default rsa2048, which everybody verifies")
    new.add_argument("--in-days", type=float, default=0, metavar="N", help="sign from then on; by default at once")
    new.set_defaults(run=_new)
    listed = actions.add_parser("list", help="every key with its dates: waiting, active or retired")
    listed.set_defaults(run=_list)
    rotate = actions.add_parser("rotate", help="make successors of a domain's keys, and print their records")
    rotate.add_argument("domain", metavar="DOMAIN", help="the domain whose keys are replaced")
    rotate.add_argument(
        "--in-days",
        type=float,
        default=PUBLISH_SECONDS / DAY_SECONDS,
        metavar="N",
        help="when they begin to sign; by default in 2 days, so that DNS has them by then",
    )
    rotate.set_defaults(run=_rotate)
    retire = actions.add_parser("retire", help="a key signs no more; its record should stay for a week")
    retire.add_argument("domain", metavar="DOMAIN", help="the domain of the key")
    retire.add_argument("selector", metavar="SELECTOR", help="the key's name")
    retire.set_defaults(run=_retire)
    ids = actions.add_parser("ids", help="the secrets that sign decision ids, by name and date; they have no record")
    ids.add_argument("--rotate", action="store_true", help="make a new one; former ones verify for 30 days more")
    ids.set_defaults(run=_ids)
    api = actions.add_parser("api", help="make a key for the HTTP service, and print it with the line for http.keys")
    api.add_argument("name", metavar="NAME", help="whose it is; for you alone")
    api.add_argument("--for", dest="scopes", action="append", choices=sorted(SCOPES), help="by default check")
    api.set_defaults(run=_api)
    dns = actions.add_parser("dns", help="print the records to publish, as lines of a zone file")
    verify = actions.add_parser("verify", help="ask DNS for the records; exit code 0 all right, 1 not, 3 no answer now")
    for action, run in ((dns, _dns), (verify, _verify)):
        action.add_argument("domain", metavar="DOMAIN", nargs="?", help="only this domain; by default all")
        action.set_defaults(run=run)
    declare_zone(verify)
    for action in (new, listed, rotate, retire, ids, dns, verify):
        declare_now(action)
        declare_config(action)


def table_of(settings: Settings) -> KeyTable:
    return KeyTable(settings.keys.path)


def _new(options: argparse.Namespace) -> int:
    begins = _now(options) + int(options.in_days * DAY_SECONDS)
    key = table_of(settings_of(options)).new(options.domain, options.selector, options.kind, begins)
    print(zone_entry(key))
    return 0


def _list(options: argparse.Namespace) -> int:
    for key in table_of(settings_of(options)):
        signing = key.signing_key
        until = f" until {_day(key.active_until)}" if key.active_until is not None else ""
        state = key.state(_now(options))
        print(
            f"{state:<8} {key.domain} {key.selector}: {signing.kind} {signing.bits} bits,"
            f" from {_day(key.active_from)}{until}"
        )
    return 0


def _rotate(options: argparse.Namespace) -> int:
    table = table_of(settings_of(options))
    for key in table.rotate(options.domain, _now(options), int(options.in_days * DAY_SECONDS)):
        print(zone_entry(key))
    return 0


def _retire(options: argparse.Namespace) -> int:
    key = table_of(settings_of(options)).retire(options.domain, options.selector, _now(options))
    print(f"retired {key.domain} {key.selector}; leave its record in DNS for a week, for mail on its way")
    return 0


def _ids(options: argparse.Namespace) -> int:
    settings = settings_of(options)
    keys = rotated(settings, _now(options)) if options.rotate else site_keys_of(settings)
    for key in keys.keys:
        state = "signs" if key is keys.keys[-1] else "verifies"
        print(f"{state:<8} {key.name}, made {_day(int(key.made))}")
    return 0


def _api(options: argparse.Namespace) -> int:
    """The key itself is kept nowhere."""
    token = token_urlsafe(32)
    line = line_for(options.name, token, options.scopes or [CHECK])
    try:
        api_key(line)
    except ValueError:
        raise KeyTableError(f"{options.name!r} is no name: letters, digits, dots, - and _ make one") from None
    print(f'the key, shown this once: {token}\nkeys = ["{line}"]')
    return 0


def _dns(options: argparse.Namespace) -> int:
    for key in _keys(options):
        print(zone_entry(key))
    return 0


def _verify(options: argparse.Namespace) -> int:
    """A trial mail is signed with each key and verified by what DNS says: no other proof is as good."""
    resolver = resolver_of(options, settings_of(options))
    codes = [PUBLISHED]
    for key in _keys(options):
        finding = dkim.examine(_trial(key), resolver=resolver, now=_now(options))[0]
        print(plain(f"{key.record_name}: {'published' if finding.result == 'pass' else finding.text}"))
        codes.append(_code(finding))
    return NOT_PUBLISHED if NOT_PUBLISHED in codes else max(codes)


def _code(finding: Finding) -> int:
    return {"pass": PUBLISHED, "temperror": NOT_KNOWN_NOW}.get(finding.result, NOT_PUBLISHED)


def _trial(key: StoredKey) -> bytes:
    mail = f"From: trial@{key.domain}\r\n\r\n".encode()
    return sign_often(mail, [(key.domain, key.selector, key.signing_key)]) + mail


def _keys(options: argparse.Namespace) -> list[StoredKey]:
    """Keys whose record must be in DNS: all but those that are retired."""
    table = table_of(settings_of(options))
    keys = table.of(options.domain) if options.domain else list(table)
    return [key for key in keys if key.state(_now(options)) != "retired"]


def _now(options: argparse.Namespace) -> int:
    return int(time.time()) if options.now is None else int(options.now)


def _day(seconds: int) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%d %H:%M UTC")
