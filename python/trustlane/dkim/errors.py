"""What a caller can do wrong. A signature that does not verify is none of these."""

from trustlane.errors import TrustlaneError


class DKIMException(TrustlaneError):
    """The base of what this package raises."""


class KeyFormatError(DKIMException):
    """A private key that cannot be read, is too short, or is not of the kind that the algorithm names."""


class MessageFormatError(DKIMException):
    """A message that must not be signed: without From, or with a lone CR."""


class ParameterError(DKIMException):
    """An argument that no signature can be made or verified with."""


class ValidationError(DKIMException):
    """A chain that must not be sealed any more."""
