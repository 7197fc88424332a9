"""What is remembered of identities: show it, tell why, set it, move it to another store, forget it."""

import argparse

from trustlane.cli import standing_move, standing_set, standing_show, standing_why


def declare(parser: argparse.ArgumentParser) -> None:
    actions = parser.add_subparsers(metavar="ACTION", required=True)
    for part in (standing_show, standing_why, standing_set, standing_move):
        part.declare(actions)
