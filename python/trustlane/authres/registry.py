"""The methods that IANA lists (RFC 8601 §2.7)."""

from types import MappingProxyType

from trustlane._core import registered_methods

METHODS = MappingProxyType({method: tuple(properties) for method, properties in registered_methods()})
"""Every registered method, with the ``ptype.property`` names that it may tell of."""


def is_registered(method: str) -> bool:
    """Whether a field may tell of this method to strangers; we write no other (RFC 8601 §2.7.6)."""
    return method in METHODS
