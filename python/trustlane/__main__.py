"""``python -m trustlane``: the command line."""

import sys

from trustlane.cli.main import main

sys.exit(main())
