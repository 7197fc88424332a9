"""Key records that this process has read before."""

from trustlane._core import KeyCache

KEYS = KeyCache()
"""Shared by all examinations that are not given another one; holds texts and the keys in them, never what DNS said."""
