"""Settings: one frozen tree, read from one TOML file; each has a default and a sentence."""

from trustlane.settings.read import load, read
from trustlane.settings.tree import Settings

__all__ = ["Settings", "load", "read"]
