"""Show what is remembered of identities, and what it is worth now."""

import argparse
import json
import sys
from collections.abc import Iterable

from trustlane.assessment import Standing, standing_of, subjects_needed
from trustlane.cli.options import declare_config, ledger_to_look_at, now_of, policy_of, settings_of
from trustlane.cli.plain import plain
from trustlane.ledger import History, Ledger, Subject
from trustlane.settings import Settings
