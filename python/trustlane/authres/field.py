"""What one field says (RFC 8601 §2.2)."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Property:
    """``ptype.name=value``, the value without its quotes (RFC 8601 §2.3).

    Attributes:
        ptype: ``smtp``, ``header``, ``body`` or ``policy``; others must not decide anything.
        name: as ``d`` or ``mailfrom``.
    """

    ptype: str
    name: str
    value: str


@dataclass(frozen=True, slots=True)
class Result:
    """What one method found.

    Attributes:
        method: as ``dkim`` (RFC 8601 §2.7).
        result: as ``pass``.
        reason: for people; ``None`` where none was given.
        version: of the method; a reader should leave out one that it does not know (RFC 8601 §2.6).
    """

    method: str
    result: str
    reason: str | None = None
    properties: tuple[Property, ...] = ()
    version: int = 1

    def value(self, name: str) -> str | None:
        """The value of the first property called ``ptype.name``."""
        ptype, _, plain = name.lower().partition(".")
        found = (one.value for one in self.properties if (one.ptype.lower(), one.name.lower()) == (ptype, plain))
        return next(found, None)


@dataclass(frozen=True, slots=True)
class AuthenticationResults:
    """One field.

    Attributes:
        authserv_id: who wrote it, without quotes (RFC 8601 §2.5).
        results: none for the word ``none``, and for a version that is not known.
        version: of the field; 1 is the only one there is (RFC 8601 §2.6).
        instance: of ARC-Authentication-Results (RFC 8617 §4.1.1); ``None`` for the plain field.
    """

    authserv_id: str
    results: tuple[Result, ...] = ()
    version: int = 1
    instance: int | None = None

    def of(self, method: str) -> tuple[Result, ...]:
        """All results of a method; DKIM has one for each signature, and each names its own domain."""
        return tuple(result for result in self.results if result.method.lower() == method.lower())
