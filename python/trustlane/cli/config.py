"""Check the settings file, or show every setting in force with its sentence."""

import argparse

from trustlane.cli.options import declare_config, settings_of
from trustlane.settings.show import as_toml


def declare(parser: argparse.ArgumentParser) -> None:
    actions = parser.add_subparsers(metavar="ACTION", required=True)
    check = actions.add_parser("check", help="say whether the settings are right; exit code 0 or 2")
    declare_config(check)
    check.set_defaults(run=_check)
    show = actions.add_parser("show", help="print the settings in force as TOML")
    declare_config(show)
    show.set_defaults(run=_show)


def _check(options: argparse.Namespace) -> int:
    settings_of(options)
    print("settings are right")
    return 0


def _show(options: argparse.Namespace) -> int:
    print(as_toml(settings_of(options)), end="")
    return 0
